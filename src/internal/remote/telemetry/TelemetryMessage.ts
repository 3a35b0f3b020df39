import * as LogLevel from "effect/LogLevel"
import type * as Metric from "effect/Metric"
import type * as Tracer from "effect/Tracer"
import type { Special } from "../codec/Special.ts"
import type { WireCause } from "../codec/encodeReply.ts"
import {
  booleanOf,
  denseArray,
  field,
  list,
  malformed,
  numberOf,
  oneOf,
  optional,
  pair,
  type ReadBy,
  record,
  recordOf,
  stringOf
} from "../codec/wireShape.ts"

// The types of messages follow from how they are read.

// Their readers check the contents of these two.
const specials = (value: unknown): ReadonlyArray<Special> => denseArray(value) as ReadonlyArray<Special>
const cause = (value: unknown): WireCause => recordOf(value) as unknown as WireCause

/** A value in the form of `WireWriter`. */
const written = record({ value: (value) => value, specials })
export type WireRecord = ReadBy<typeof written>

/** A span on the other side. */
const span = record({ spanId: stringOf, traceId: stringOf, sampled: booleanOf })
export type WireSpan = ReadBy<typeof span>

const links = list(record({ span, attributes: written }))

/** The task that the telemetry comes from. */
const origin = record({
  /** `undefined` outside tasks, such as in the release of a layer. */
  task: optional(stringOf),
  /** The id of the task's `WireAmbient`; `undefined` if it has none. */
  ambient: optional(numberOf)
})
export type TelemetryOrigin = ReadBy<typeof origin>

/** A time within the range of `Date`. */
const time = (value: unknown): number => (Math.abs(numberOf(value)) <= 8.64e15 ? numberOf(value) : malformed("a time"))

const nanos = (value: unknown): bigint =>
  typeof value === "bigint" && value >= 0n && value < 1n << 64n ? value : malformed("a time in nanoseconds")

const attributes = (value: unknown): Metric.Metric.AttributeSet =>
  Object.fromEntries(Object.entries(recordOf(value)).map(([key, text]) => [key, stringOf(text)]))

const spanKinds: ReadonlyArray<Tracer.SpanKind> = ["internal", "server", "client", "producer", "consumer"]
const metricTypes: ReadonlyArray<Metric.Metric.Type> = ["Counter", "Frequency", "Gauge", "Histogram", "Summary"]

/** The data to make the same metric elsewhere. */
const series = record({
  key: stringOf,
  id: stringOf,
  type: oneOf(metricTypes),
  description: optional(stringOf),
  attributes: optional(attributes),
  isBigint: booleanOf,
  isIncremental: booleanOf,
  boundaries: list(numberOf),
  quantiles: list(numberOf)
})
export type MetricSeries = ReadBy<typeof series>

const update = record({ operation: oneOf(["update", "modify"]), input: (input) => input })
export type MetricUpdate = ReadBy<typeof update>

/** Messages of telemetry from a worker, by their tags. */
const messages = {
  Log: record({
    of: origin,
    level: oneOf(LogLevel.values),
    /** The parts of the message, its annotations: `{ message, annotations }`. */
    content: written,
    logSpans: list(pair(stringOf, numberOf)),
    cause,
    time,
    /** The span that it was logged in, if that was forwarded. */
    span: optional(stringOf)
  }),
  SpanStart: record({
    of: origin,
    /** The id of the span in the worker. */
    key: stringOf,
    name: stringOf,
    parent: optional(span),
    startTime: nanos,
    kind: oneOf(spanKinds),
    root: booleanOf,
    links
  }),
  SpanAttribute: record({ key: stringOf, name: stringOf, value: written }),
  SpanEvent: record({ key: stringOf, name: stringOf, time: nanos, attributes: written }),
  SpanLinks: record({ key: stringOf, links }),
  SpanEnd: record({ key: stringOf, time: nanos, cause: optional(cause) }),
  Metric: record({ of: origin, series, updates: list(update) })
}

type Tag = keyof typeof messages

/** A message with one of these tags. */
export type Told<T extends Tag> = { [K in T]: { readonly _tag: K } & ReadBy<(typeof messages)[K]> }[T]

export type TelemetryMessage = Told<Tag>

/** Reads a message of telemetry. Throws for anything else. */
export const readTelemetry = (message: unknown): TelemetryMessage => {
  const tag = oneOf(Object.keys(messages))(field(message, "_tag")) as Tag
  // The tag and the rest belong together.
  return { _tag: tag, ...messages[tag](message) } as TelemetryMessage
}
