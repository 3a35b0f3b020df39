import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { describe, expect, it } from "vitest"
import { Telemetry } from "../../../src/internal/remote/telemetry/Telemetry.ts"
import type { TelemetryMessage } from "../../../src/internal/remote/telemetry/TelemetryMessage.ts"
import { TelemetrySink } from "../../../src/internal/remote/telemetry/TelemetrySink.ts"
import { Watched } from "../../support/garbage.ts"
import { clone, makeWorld } from "./support.ts"
import { bytes, delays, level, requests, sizes, Telling, words } from "./tasks/telling.ts"
import { collectSpans } from "../../support/collectSpans.ts"

type Options = Parameters<Logger.Logger<unknown, void>["log"]>[0]

interface Entry extends Omit<Options, "fiber"> {
  readonly annotations: unknown
  readonly spans: ReadonlyArray<string>
  readonly span: Tracer.AnySpan | undefined
}

/** A submitter with a logger of its own, and what that has been told. */
const makeSubmitter = () => {
  const entries: Array<Entry> = []
  const logger = Logger.make<unknown, void>(({ fiber, ...rest }) => {
    entries.push({
      ...rest,
      annotations: fiber.getRef(References.CurrentLogAnnotations),
      spans: fiber.getRef(References.CurrentLogSpans).map(([label]) => label),
      span: fiber.cache.span
    })
  })
  return { entries, context: Context.make(Logger.CurrentLoggers, new Set([logger])) as Context.Context<never> }
}

const makeTracer = () => {
  const { spans, tracer } = collectSpans()
  return { spans, tracer }
}

describe("what a task logs", () => {
  it("reaches the submitter's loggers, with task and worker named, before the outcome", async () => {
    const { messages, run } = makeWorld()
    const { context, entries } = makeSubmitter()
    const annotated = Context.add(context, References.CurrentLogAnnotations, { request: 5, secret: () => "stays" })
    await run(Telling.logs("hello"), annotated)
    expect(entries.map(({ logLevel }) => logLevel)).toEqual(["Info", "Error"])
    expect(entries[0]).toMatchObject({
      message: ["plain", { text: "hello" }, expect.any(RangeError)],
      annotations: { request: 5, step: 1, task: "logs", worker: "w-1" },
      spans: ["work"],
      date: expect.any(Date)
    })
    expect(entries[1]!.cause.reasons).toMatchObject([{ _tag: "Fail", error: { message: "why" } }])
    expect(messages.at(-1)).toBe("reply")
  })

  it("keeps annotations that cannot travel as they are", async () => {
    const { run } = makeWorld()
    const { context, entries } = makeSubmitter()
    const live = new WeakMap()
    await run(Telling.logs("x"), Context.add(context, References.CurrentLogAnnotations, { method: String, live }))
    expect((entries[0]!.annotations as { method: unknown }).method).toBe(String)
  })

  it("is as detailed as the submitter wants it", async () => {
    const { run } = makeWorld()
    const { context, entries } = makeSubmitter()
    await run(Telling.logs("x"), Context.add(context, References.MinimumLogLevel, "Error"))
    expect(entries.map(({ logLevel }) => logLevel)).toEqual(["Error"])
    entries.length = 0
    await run(Telling.logs("x"), Context.add(context, References.MinimumLogLevel, "All"))
    expect(entries.map(({ logLevel }) => logLevel)).toEqual(["Info", "Debug", "Error"])
  })

  it("goes to who submitted it, also if others submit to the same worker", async () => {
    const { run } = makeWorld()
    const [one, two] = [makeSubmitter(), makeSubmitter()]
    await Promise.all([run(Telling.logs("one"), one.context), run(Telling.logs("two"), two.context)])
    for (const [{ entries }, text] of [
      [one, "one"],
      [two, "two"]
    ] as const) {
      expect(entries.map(({ message }) => (message as ReadonlyArray<unknown>)[1])).toEqual([{ text }, undefined])
    }
  })

  it("does no harm if a logger throws", async () => {
    const { run } = makeWorld()
    const logger = Logger.make(() => {
      throw new Error("a logger that throws")
    })
    const context = Context.make(Logger.CurrentLoggers, new Set([logger])) as Context.Context<never>
    expect(Exit.isSuccess(await run(Telling.logs("x"), context))).toBe(true)
  })
})

it("a task sees the log annotations of its submitter", async () => {
  const { run } = makeWorld()
  const context = Context.make(References.CurrentLogAnnotations, { request: 5 }) as Context.Context<never>
  expect(await run(Telling.annotations(), context)).toEqual(Exit.succeed({ request: 5 }))
})

describe("the spans of a task", () => {
  it("are made once more by the submitter's tracer, as children of its span", async () => {
    const { run } = makeWorld()
    const { spans, tracer } = makeTracer()
    const parent = tracer.span({
      name: "submitter",
      parent: Option.none(),
      annotations: Context.empty(),
      links: [],
      startTime: 0n,
      kind: "internal",
      root: true,
      sampled: true
    })
    const context = Context.make(Tracer.Tracer, tracer).pipe(Context.add(Tracer.ParentSpan, parent))
    const exit = await run(Telling.spans(), context as Context.Context<never>)
    expect(exit).toEqual(Exit.succeed(parent.traceId))
    const [, work, failing] = spans
    expect(work).toMatchObject({ name: "work", kind: "consumer", parent: Option.some(parent) })
    expect(Object.fromEntries(work!.attributes)).toMatchObject({ size: 3, answer: 42, task: "spans", worker: "w-1" })
    expect(work!.status).toMatchObject({ _tag: "Ended", exit: { _tag: "Success" } })
    expect(failing!.parent).toEqual(Option.some(work))
    expect(failing!.status).toMatchObject({ _tag: "Ended", exit: { cause: { reasons: [{ error: "no" }] } } })
    // The default loggers make an event of what is logged within a span.
    expect(work!.events.map(([name]) => name)).toEqual(["inside"])
  })

  it("do not travel if nobody listens", async () => {
    const { messages, run } = makeWorld()
    await run(Telling.spans())
    expect(messages.flatMap((message) => (message === "reply" ? [] : message._tag))).toEqual(["Log"])
  })

  it("end when their worker does", async () => {
    const { sink, start } = makeWorld()
    const { spans, tracer } = makeTracer()
    const context = Context.make(Tracer.Tracer, tracer) as Context.Context<never>
    const ambient = sink.enter(context)
    const of = { task: "t", ambient: (ambient as { id: number }).id }
    sink.receive(
      {
        _tag: "SpanStart",
        of,
        key: "k",
        name: "open",
        parent: undefined,
        startTime: 0n,
        kind: "internal",
        root: true,
        links: []
      },
      "w-1"
    )
    expect(spans[0]!.status._tag).toBe("Started")
    sink.workerEnded("w-2")
    expect(spans[0]!.status._tag).toBe("Started")
    sink.workerEnded("w-1")
    expect(spans[0]!.status._tag).toBe("Ended")
    expect(start).toBeDefined()
  })
})

describe("the metrics of a task", () => {
  const registry = () => Context.make(Metric.MetricRegistry, new Map()) as Context.Context<never>

  it("are the submitter's, whatever they are", async () => {
    const { messages, run } = makeWorld()
    const context = registry()
    // Of a summary only who uses it first knows how long it looks back.
    delays.valueUnsafe(context)
    await run(Telling.counts(5), context)
    await run(Telling.counts(50), context)
    expect(requests.valueUnsafe(context)).toEqual({ count: 57, incremental: true })
    expect(bytes.valueUnsafe(context)).toMatchObject({ count: 55n })
    expect(level.valueUnsafe(context)).toEqual({ value: 51 })
    expect(words.valueUnsafe(context).occurrences).toEqual(new Map([["word", 2]]))
    expect(sizes.valueUnsafe(context)).toEqual({
      buckets: [
        [1, 0],
        [10, 1],
        [100, 2]
      ],
      count: 2,
      min: 5,
      max: 50,
      sum: 55
    })
    expect(delays.valueUnsafe(context)).toMatchObject({ count: 2, sum: 55 })
    expect(Metric.withAttributes(requests, { kind: "special" }).valueUnsafe(context).count).toBe(55)
    expect(messages.at(-1)).toBe("reply")
  })

  it("have the attributes that the submitter gives them", async () => {
    const { run } = makeWorld()
    const context = Context.add(registry(), Metric.CurrentMetricAttributes, { tenant: "a" })
    await run(Telling.counts(5), context)
    expect(requests.valueUnsafe(context).count).toBe(6)
    const bare = Context.make(Metric.MetricRegistry, Context.get(context, Metric.MetricRegistry))
    expect(requests.valueUnsafe(bare as Context.Context<never>).count).toBe(0)
  })

  it("are in the registry that programs have if they do not choose one", async () => {
    const { run } = makeWorld()
    const before = Effect.runSync(Metric.value(words)).occurrences.get("word") ?? 0
    await run(Telling.counts(1))
    expect(Effect.runSync(Metric.value(words)).occurrences.get("word")).toBe(before + 1)
  })
})

describe("what travels with a task", () => {
  it("is nothing if nothing in the submitter's context matters", () => {
    const { sink } = makeWorld()
    const Other = Context.Service<"Other", number>("Other")
    expect(sink.enter(Context.empty())).toBe(undefined)
    expect(sink.enter(Context.make(Other, 1) as Context.Context<never>)).toBe(undefined)
  })

  it("is worked out once for each context", () => {
    const { sink } = makeWorld()
    const { context } = makeSubmitter()
    const ambient = sink.enter(context)
    sink.enter(Context.empty())
    expect(sink.enter(context)).toBe(ambient)
  })
})

it("a plain function tells nothing", async () => {
  const { messages, run } = makeWorld()
  await run(Telling.plain(), makeSubmitter().context)
  expect(messages).toEqual(["reply"])
})

it("a submitter's context is let go when its calls have ended", async () => {
  const { run } = makeWorld()
  const watched = new Watched()
  const submit = async () => {
    const context = watched.add(makeSubmitter().context)
    await run(Telling.logs("x"), context)
    await run(Telling.plain(), context)
  }
  for (let i = 0; i < 20; i++) await submit()
  expect(watched.size).toBe(20)
  expect(await Effect.runPromise(watched.kept)).toBe(0)
})

it("what a task tells after it has ended goes to where the executor was made", () => {
  const late = makeSubmitter()
  const { context, entries } = makeSubmitter()
  const sink = new TelemetrySink(context)
  const ambient = sink.enter(late.context) as { readonly id: number }
  sink.leave(ambient)
  const emitted: Array<TelemetryMessage> = []
  const telemetry = new Telemetry((message) => emitted.push(message))
  const request = { url: "", name: "", args: [], task: "late", ambient }
  Effect.runSyncWith(telemetry.contextOf(request))(Effect.log("still there"))
  for (const message of emitted) sink.receive(clone(message), "w-1")
  expect(late.entries).toEqual([])
  expect(entries).toMatchObject([{ message: ["still there"], annotations: { task: "late", worker: "w-1" } }])
})
