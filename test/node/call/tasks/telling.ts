import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Task from "../../../../src/Task.ts"

export const requests = Metric.counter("telling_requests", { description: "how many", incremental: true })
export const bytes = Metric.counter("telling_bytes", { bigint: true })
export const level = Metric.gauge("telling_level")
export const words = Metric.frequency("telling_words")
export const sizes = Metric.histogram("telling_sizes", { boundaries: [1, 10, 100] })
export const delays = Metric.summary("telling_delays", { maxAge: "1 minute", maxSize: 10, quantiles: [0.5] })

export const Telling = Task.module(import.meta.url, {
  logs: (text: string) =>
    Effect.gen(function* () {
      yield* Effect.log("plain", { text }, new RangeError("in a log"))
      yield* Effect.logDebug("debug")
      yield* Effect.logError("failed", yield* Effect.sandbox(Effect.fail(new TypeError("why"))).pipe(Effect.flip))
    }).pipe(Effect.annotateLogs("step", 1), Effect.withLogSpan("work")),
  annotations: () => Effect.service(References.CurrentLogAnnotations),
  spans: () =>
    Effect.gen(function* () {
      yield* Effect.annotateCurrentSpan("answer", 42)
      yield* Effect.log("inside")
      yield* Effect.exit(Effect.fail("no").pipe(Effect.withSpan("failing")))
      return (yield* Effect.currentSpan).traceId
    }).pipe(Effect.withSpan("work", { attributes: { size: 3 }, kind: "consumer" })),
  counts: (n: number) =>
    Effect.gen(function* () {
      yield* Metric.update(requests, n)
      yield* Metric.update(requests, 1)
      yield* Metric.update(bytes, BigInt(n))
      yield* Metric.update(level, n)
      yield* Metric.modify(level, 1)
      yield* Metric.update(words, "word")
      yield* Metric.update(sizes, n)
      yield* Metric.update(delays, n)
      yield* Metric.update(Metric.withAttributes(requests, { kind: "special" }), n)
    }),
  plain: () => 1
})
