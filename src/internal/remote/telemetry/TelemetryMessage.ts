import type * as Metric from "effect/Metric"
import type { LogLevel, Severity } from "effect/LogLevel"
import type * as Tracer from "effect/Tracer"
import type { WireCause } from "../codec/WireCause.ts"
import type { Special } from "../codec/Special.ts"

/** The context of a submission, as far as it can travel. */
export interface WireAmbient {
  /** A number by which the submitter's side finds the whole context again. */
  readonly id: number
  // Unset fields are left out, because this is sent with every call.
  readonly span?: WireSpan
  /** Set if spans are traced. */
  readonly isTraced?: true
  readonly tracerEnabled?: boolean
  readonly minimumTraceLevel?: LogLevel
  readonly spanAnnotations?: WireRecord
  readonly logLevel?: Severity
  readonly minimumLogLevel?: LogLevel
  readonly logAnnotations?: WireRecord
  readonly logSpans?: ReadonlyArray<[label: string, timestamp: number]>
  readonly metricAttributes?: Metric.Metric.AttributeSet
}

/** A span on the other side. */
export interface WireSpan {
  readonly spanId: string
  readonly traceId: string
  readonly sampled: boolean
}

/** A value in the form of `WireWriter`. */
export interface WireRecord {
  readonly value: unknown
  readonly specials: ReadonlyArray<Special>
}

/** A message of telemetry from a worker. */
export type TelemetryMessage =
  | {
      readonly _tag: "Log"
      readonly of: TelemetryOrigin
      readonly level: LogLevel
      /** The parts of the message, its annotations: `{ message, annotations }`. */
      readonly content: WireRecord
      readonly logSpans: ReadonlyArray<[label: string, timestamp: number]>
      readonly cause: WireCause
      readonly time: number
      /** The span that it was logged in, if that was forwarded. */
      readonly span: string | undefined
    }
  | {
      readonly _tag: "SpanStart"
      readonly of: TelemetryOrigin
      /** The id of the metric in the worker. */
      readonly key: string
      readonly name: string
      readonly parent: WireSpan | undefined
      readonly startTime: bigint
      readonly kind: Tracer.SpanKind
      readonly root: boolean
      readonly links: ReadonlyArray<{ readonly span: WireSpan; readonly attributes: WireRecord }>
    }
  | { readonly _tag: "SpanAttribute"; readonly key: string; readonly name: string; readonly value: WireRecord }
  | {
      readonly _tag: "SpanEvent"
      readonly key: string
      readonly name: string
      readonly time: bigint
      readonly attributes: WireRecord
    }
  | {
      readonly _tag: "SpanLinks"
      readonly key: string
      readonly links: ReadonlyArray<{ readonly span: WireSpan; readonly attributes: WireRecord }>
    }
  | { readonly _tag: "SpanEnd"; readonly key: string; readonly time: bigint; readonly cause: WireCause | undefined }
  | {
      readonly _tag: "Metric"
      readonly of: TelemetryOrigin
      readonly series: MetricSeries
      readonly updates: ReadonlyArray<MetricUpdate>
    }

/** The task that the telemetry comes from. */
export interface TelemetryOrigin {
  /** `undefined` outside tasks, such as in the release of a layer. */
  readonly task: string | undefined
  /** The id of the task's `WireAmbient`; `undefined` if it has none. */
  readonly ambient: number | undefined
}

/** The data to make the same metric elsewhere. */
export interface MetricSeries {
  readonly key: string
  readonly id: string
  readonly type: Metric.Metric.Type
  readonly description: string | undefined
  readonly attributes: Metric.Metric.AttributeSet | undefined
  readonly isBigint: boolean
  readonly isIncremental: boolean
  readonly boundaries: ReadonlyArray<number>
  readonly quantiles: ReadonlyArray<number>
}

export interface MetricUpdate {
  readonly operation: "update" | "modify"
  readonly input: unknown
}
