import * as LogLevel from "effect/LogLevel"
import type * as Metric from "effect/Metric"
import type * as Tracer from "effect/Tracer"
import type { WireCause } from "../codec/WireCause.ts"
import type { Special } from "../codec/Special.ts"
import { denseArray, field, isRecord, malformed, numberOf, stringOf } from "../codec/wireShape.ts"
import type { MetricUpdate, TelemetryMessage, TelemetryOrigin, WireRecord, WireSpan } from "./TelemetryMessage.ts"

const spanKinds: ReadonlyArray<Tracer.SpanKind> = ["internal", "server", "client", "producer", "consumer"]
const metricTypes: ReadonlyArray<Metric.Metric.Type> = ["Counter", "Frequency", "Gauge", "Histogram", "Summary"]
const operations: ReadonlyArray<MetricUpdate["operation"]> = ["update", "modify"]

/** Reads a message of telemetry. Throws for anything else. */
export const readTelemetry = (message: unknown): TelemetryMessage => {
  const key = () => stringOf(field(message, "key"))
  const name = () => stringOf(field(message, "name"))
  switch (field(message, "_tag")) {
    case "Log":
      return {
        _tag: "Log",
        of: readOrigin(field(message, "of")),
        level: oneOf(LogLevel.values, field(message, "level")),
        content: readRecord(field(message, "content")),
        logSpans: denseArray(field(message, "logSpans")).map(readLogSpan),
        cause: readCause(field(message, "cause")),
        time: readTime(field(message, "time")),
        span: optional(stringOf, field(message, "span"))
      }
    case "SpanStart":
      return {
        _tag: "SpanStart",
        of: readOrigin(field(message, "of")),
        key: key(),
        name: name(),
        parent: optional(readSpan, field(message, "parent")),
        startTime: readNanos(field(message, "startTime")),
        kind: oneOf(spanKinds, field(message, "kind")),
        root: booleanOf(field(message, "root")),
        links: readLinks(field(message, "links"))
      }
    case "SpanAttribute":
      return { _tag: "SpanAttribute", key: key(), name: name(), value: readRecord(field(message, "value")) }
    case "SpanEvent":
      return {
        _tag: "SpanEvent",
        key: key(),
        name: name(),
        time: readNanos(field(message, "time")),
        attributes: readRecord(field(message, "attributes"))
      }
    case "SpanLinks":
      return { _tag: "SpanLinks", key: key(), links: readLinks(field(message, "links")) }
    case "SpanEnd":
      return {
        _tag: "SpanEnd",
        key: key(),
        time: readNanos(field(message, "time")),
        cause: optional(readCause, field(message, "cause"))
      }
    case "Metric":
      return readMetric(message)
    default:
      return malformed("something that workers tell")
  }
}

const readMetric = (message: unknown): TelemetryMessage => {
  const series = field(message, "series")
  const attributes = field(series, "attributes")
  return {
    _tag: "Metric",
    of: readOrigin(field(message, "of")),
    series: {
      key: stringOf(field(series, "key")),
      id: stringOf(field(series, "id")),
      type: oneOf(metricTypes, field(series, "type")),
      description: optional(stringOf, field(series, "description")),
      attributes: optional(readAttributes, attributes),
      isBigint: booleanOf(field(series, "isBigint")),
      isIncremental: booleanOf(field(series, "isIncremental")),
      boundaries: denseArray(field(series, "boundaries")).map(numberOf),
      quantiles: denseArray(field(series, "quantiles")).map(numberOf)
    },
    updates: denseArray(field(message, "updates")).map((update) => ({
      operation: oneOf(operations, field(update, "operation")),
      input: field(update, "input")
    }))
  }
}

const readAttributes = (value: unknown): Metric.Metric.AttributeSet => {
  if (!isRecord(value)) return malformed("a record")
  return Object.fromEntries(Object.keys(value).map((key) => [key, stringOf(value[key])]))
}

const readOrigin = (value: unknown): TelemetryOrigin => ({
  task: optional(stringOf, field(value, "task")),
  ambient: optional(numberOf, field(value, "ambient"))
})

const readLogSpan = (value: unknown): [label: string, timestamp: number] => {
  const [label, time] = denseArray(value)
  return [stringOf(label), numberOf(time)]
}

const readSpan = (value: unknown): WireSpan => ({
  spanId: stringOf(field(value, "spanId")),
  traceId: stringOf(field(value, "traceId")),
  sampled: booleanOf(field(value, "sampled"))
})

const readLinks = (value: unknown) =>
  denseArray(value).map((link) => ({
    span: readSpan(field(link, "span")),
    attributes: readRecord(field(link, "attributes"))
  }))

// The readers of these check their contents.

const readRecord = (value: unknown): WireRecord => ({
  value: field(value, "value"),
  specials: denseArray(field(value, "specials")) as ReadonlyArray<Special>
})

const readCause = (value: unknown): WireCause =>
  isRecord(value) ? (value as unknown as WireCause) : malformed("a cause")

/** A time within the range of `Date`. */
const readTime = (value: unknown): number =>
  Math.abs(numberOf(value)) <= 8.64e15 ? numberOf(value) : malformed("a time")

const readNanos = (value: unknown): bigint =>
  typeof value === "bigint" && value >= 0n && value < 1n << 64n ? value : malformed("a time in nanoseconds")

const booleanOf = (value: unknown): boolean => (typeof value === "boolean" ? value : malformed("a boolean"))

const oneOf = <A>(all: ReadonlyArray<A>, value: unknown): A =>
  all.find((each) => each === value) ?? malformed(`one of ${all.join(", ")}`)

const optional = <A>(read: (value: unknown) => A, value: unknown): A | undefined =>
  value === undefined ? undefined : read(value)
