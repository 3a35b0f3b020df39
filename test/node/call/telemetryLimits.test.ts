import * as Context from "effect/Context"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { assert, describe, it } from "vitest"
import { cutToSize } from "../../../src/internal/remote/telemetry/cutToSize.ts"
import { Telemetry } from "../../../src/internal/remote/telemetry/Telemetry.ts"
import { TelemetrySink } from "../../../src/internal/remote/telemetry/TelemetrySink.ts"
import * as Effect from "effect/Effect"

const nowhere = { task: undefined, ambient: undefined }
const none = { value: {}, specials: [] }

const logOf = (message: unknown, more: object = {}) => ({
  _tag: "Log",
  of: nowhere,
  level: "Info",
  content: { value: { message, annotations: {} }, specials: [] },
  logSpans: [],
  cause: { reasons: [], specials: [] },
  time: 0,
  span: undefined,
  ...more
})

const spanOf = (key: string, more: object = {}) => ({
  _tag: "SpanStart",
  of: nowhere,
  key,
  name: "span",
  parent: undefined,
  startTime: 0n,
  kind: "internal",
  root: false,
  links: [],
  ...more
})

const metricOf = (type: string, updates: unknown, more: object = {}) => ({
  _tag: "Metric",
  of: nowhere,
  series: {
    key: "key",
    id: "id",
    type,
    description: undefined,
    attributes: undefined,
    isBigint: false,
    isIncremental: false,
    boundaries: [1],
    quantiles: [0.5],
    ...more
  },
  updates
})

/** A few bytes that claim to be four billion items. */
const sparse = () => {
  const array: Array<unknown> = []
  array.length = 4_000_000_000
  return array
}

const makeSink = () => {
  const logged: Array<{ readonly message: unknown; readonly level: string }> = []
  const spans: Array<Tracer.NativeSpan> = []
  const registry = new Map<string, Metric.Metric.Metadata<unknown, unknown>>()
  const logger = Logger.make<unknown, void>(({ logLevel, message }) => logged.push({ message, level: logLevel }))
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const context = Context.empty().pipe(
    Context.add(References.CurrentLoggers, new Set([logger])),
    Context.add(Tracer.Tracer, tracer),
    Context.add(Metric.MetricRegistry, registry)
  ) as Context.Context<never>
  const sink = new TelemetrySink(context)
  const warnings = () => {
    sink.workerEnded("w")
    return logged.filter(({ level }) => level === "Warn").map(({ message }) => String(message))
  }
  return { sink, logged, spans, registry, warnings, tell: (message: unknown) => sink.receive(message, "w") }
}

describe("what a worker tells that no worker of ours would", () => {
  const malformed: ReadonlyArray<readonly [string, unknown]> = [
    ["nothing", undefined],
    ["a text", "Log"],
    ["an unknown kind", { _tag: "Order" }],
    ["a log without its parts", { _tag: "Log" }],
    ["a log of an unknown level", logOf(["a"], { level: "Loud" })],
    ["a log at no time", logOf(["a"], { time: Number.NaN })],
    ["a log with billions of spans", logOf(["a"], { logSpans: sparse() })],
    ["a log with billions of reasons", logOf(["a"], { cause: { reasons: sparse(), specials: [] } })],
    ["a log with billions of records", logOf(["a"], { content: { value: {}, specials: sparse() } })],
    ["a log whose content is no object", logOf(["a"], { content: { value: 1, specials: [] } })],
    ["a span at no time", spanOf("s", { startTime: 1 })],
    ["a span at a time of a million digits", spanOf("s", { startTime: 1n << 4_000_000n })],
    ["a span with billions of links", spanOf("s", { links: sparse() })],
    ["a span with a parent that is none", spanOf("s", { parent: {} })],
    ["a metric of an unknown type", metricOf("Ruler", [])],
    ["billions of updates", metricOf("Counter", sparse())],
    ["billions of boundaries", metricOf("Histogram", [], { boundaries: sparse() })],
    ["an update by a text", metricOf("Counter", [{ operation: "update", input: "1" }])],
    ["an update by something else than its operations", metricOf("Counter", [{ operation: "get", input: 1 }])],
    [
      "an update by an amount of a million digits",
      metricOf("Counter", [{ operation: "update", input: 1n << 4_000_000n }], { isBigint: true })
    ]
  ]

  it.each(malformed)("is dropped, and said so in a line: %s", (_, message) => {
    const { logged, spans, tell, warnings } = makeSink()
    tell(structuredClone(message))
    tell(structuredClone(message))
    assert.deepStrictEqual(logged, [])
    assert.deepStrictEqual(spans, [])
    const [warning, ...others] = warnings()
    assert.match(warning!, /2 messages that make no sense or are too large were dropped/)
    assert.deepStrictEqual(others, [])
  })

  it("does not change a metric of another type that is there", () => {
    const { registry, tell, warnings } = makeSink()
    tell(metricOf("Gauge", [{ operation: "update", input: 1 }]))
    const [key] = Array.from(registry.keys())
    tell(metricOf("Counter", [{ operation: "update", input: 5 }], { key }))
    assert.deepStrictEqual(registry.get(key!)!.hooks.get(Context.empty()) as { value: unknown }, { value: 1 })
    assert.match(warnings()[0]!, /1 messages that make no sense/)
  })
})

describe("more than a worker may tell", () => {
  it("log messages are dropped, and one line says how many", () => {
    const { logged, tell, warnings } = makeSink()
    for (let i = 0; i < 30_000; i++) tell(logOf([i]))
    const passed = logged.length
    assert.isAtLeast(passed, 10_000)
    assert.isBelow(passed, 30_000)
    const lines = warnings()
    assert.lengthOf(lines, 1)
    assert.match(lines[0]!, new RegExp(`${30_000 - passed} log messages were dropped`))
  })

  it("open spans and spans a second are limited, and one line says how many were dropped", () => {
    const { spans, tell, warnings } = makeSink()
    for (let i = 0; i < 30_000; i++) tell(spanOf(`s${i}`))
    assert.lengthOf(spans, 10_000)
    const lines = warnings()
    assert.lengthOf(lines, 1)
    assert.match(lines[0]!, /20000 spans were dropped/)
    // Spans that were passed on end with their worker.
    assert.isTrue(spans.every((span) => span.status._tag === "Ended"))
  })

  it("changes of a span are limited", () => {
    const { spans, tell, warnings } = makeSink()
    tell(spanOf("s"))
    for (let i = 0; i < 5000; i++) tell({ _tag: "SpanEvent", key: "s", name: `e${i}`, time: 0n, attributes: none })
    assert.lengthOf(spans[0]!.events, 1000)
    assert.match(warnings()[0]!, /4000 changes of spans were dropped/)
  })

  it("a span cannot be begun twice", () => {
    const { spans, tell } = makeSink()
    tell(spanOf("s"))
    tell(spanOf("s"))
    assert.lengthOf(spans, 1)
  })

  it("metrics are limited in number, and so are the words of a frequency", () => {
    const { registry, tell, warnings } = makeSink()
    for (let i = 0; i < 11_000; i++) {
      tell(metricOf("Counter", [{ operation: "update", input: 1 }], { key: `k${i}`, id: `id${i}` }))
    }
    assert.strictEqual(registry.size, 10_000)
    assert.match(warnings()[0]!, /1000 updates of metrics were dropped/)
    const other = makeSink()
    for (let i = 0; i < 11_000; i++)
      other.tell(
        metricOf("Frequency", [{ operation: "update", input: `w${i}` }], { key: '["Frequency","id",null,[]]' })
      )
    const [frequency] = Array.from(other.registry.values())
    const { occurrences } = frequency!.hooks.get(Context.empty()) as { occurrences: ReadonlyMap<string, number> }
    assert.isAtMost(occurrences.size, 10_000)
  })

  it("texts are cut, with how much is missing", () => {
    const { logged, tell } = makeSink()
    tell(logOf(["x".repeat(1_000_000), "y".repeat(1_000_000)]))
    const [first, second] = logged[0]!.message as [string, string]
    assert.isBelow(first.length, 66_000)
    assert.match(first, /^x+\.\.\. \(\d+ more characters\)$/)
    assert.match(second, /^y{64}\.\.\. \(999936 more characters\)$/)
  })

  it("what has too many parts is replaced by a text", () => {
    const { logged, tell } = makeSink()
    tell(logOf([sparse(), new Map(Array.from({ length: 50_000 }, (_, i) => [i, i])), new Float64Array(100_000)]))
    assert.deepStrictEqual(logged[0]!.message, [
      "[Array: too large to be told]",
      "[Map: too large to be told]",
      "[Float64Array: too large to be told]"
    ])
  })
})

describe("what is cut", () => {
  it("is nothing of what is small", () => {
    const value = {
      text: "x".repeat(1000),
      list: [1, "two", { three: 3n }],
      map: new Map([["a", new Set(["b"])]]),
      bytes: new Uint8Array([1, 2]),
      date: new Date(0)
    }
    assert.deepStrictEqual(cutToSize(structuredClone(value)), value)
  })

  it("is the same wherever it is", () => {
    const bytes = new Uint8Array(100_000)
    const [first, second] = cutToSize([bytes, bytes]) as [Uint8Array, Uint8Array]
    assert.strictEqual(first, second)
    assert.isAtMost(first.length, 65_536)
  })

  it("a loop and a deep nest end", () => {
    const loop: Record<string, unknown> = {}
    loop["self"] = loop
    assert.strictEqual(cutToSize(loop), loop)
    let deep: unknown = "end"
    for (let i = 0; i < 5000; i++) deep = [deep]
    assert.include(JSON.stringify(cutToSize(deep)), "too large to be told")
  })

  it("is cut in the worker already, and a user's own objects are not touched", async () => {
    const sent: Array<unknown> = []
    const telemetry = new Telemetry((message) => sent.push(structuredClone(message)))
    const own = { text: "x".repeat(1_000_000), bytes: Buffer.alloc(1_000_000, 1) }
    await Effect.runPromise(Effect.provideContext(Effect.logInfo(own), telemetry.context))
    const { logged, tell } = makeSink()
    for (const message of sent) tell(message)
    const [told] = logged[0]!.message as [typeof own]
    assert.isBelow(told.text.length, 66_000)
    assert.instanceOf(told.bytes, Buffer)
    assert.isBelow(JSON.stringify(sent).length, 1_000_000)
    assert.strictEqual(own.text.length, 1_000_000)
    assert.strictEqual(own.bytes.length, 1_000_000)
  })
})
