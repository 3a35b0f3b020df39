import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import type { CallRequest } from "../Call.ts"
import { CurrentCall } from "./CurrentCall.ts"
import { cutToSize } from "./cutToSize.ts"
import { makeForwardedLogger } from "./ForwardedLogger.ts"
import { ForwardedMetrics } from "./ForwardedMetrics.ts"
import { makeForwardedTracer } from "./ForwardedSpan.ts"
import type { TelemetryMessage, WireAmbient, WireRecord } from "./TelemetryMessage.ts"
import { WireReader } from "../codec/WireReader.ts"

/** The telemetry of effects in a worker, which is sent to the program. */
export interface Telemetry {
  /** The context of effects outside tasks. */
  readonly context: Context.Context<never>
  /** The context of the effect of a call. */
  contextOf(request: CallRequest): Context.Context<never>
  /** Sends everything that was held back. */
  flush(): void
}

/** `emit` sends a message, in order with the replies, so that a task's telemetry arrives before its outcome. */
export const makeTelemetry = (emit: (message: TelemetryMessage) => void): Telemetry => new TelemetryImpl(emit)

class TelemetryImpl implements Telemetry {
  readonly context: Context.Context<never>
  private readonly metrics: ForwardedMetrics
  private readonly tracer: Tracer.Tracer
  // Usually many tasks in a row have the same context.
  private latest: { readonly id: number; readonly context: Context.Context<never> } | undefined = undefined

  constructor(emit: (message: TelemetryMessage) => void) {
    // The program cuts to size as well, because it cannot trust this side.
    const emitCut = (message: TelemetryMessage) => {
      cutToSize(message)
      emit(message)
    }
    this.metrics = new ForwardedMetrics(emit)
    this.tracer = makeForwardedTracer(emitCut)
    const loggers = new Set([makeForwardedLogger(emitCut)])
    this.context = Context.empty().pipe(
      Context.add(References.CurrentLoggers, loggers),
      Context.add(Metric.MetricRegistry, this.metrics)
    ) as Context.Context<never>
  }

  contextOf({ ambient, task }: CallRequest): Context.Context<never> {
    if (ambient === undefined) return Context.add(this.context, CurrentCall, { task, ambient: undefined })
    // Only `TelemetrySink.enter` makes what is sent as an ambient.
    const wire = ambient as WireAmbient
    if (this.latest?.id !== wire.id) this.latest = { id: wire.id, context: this.within(wire) }
    return Context.add(this.latest.context, CurrentCall, { task, ambient: wire.id })
  }

  private within(wire: WireAmbient): Context.Context<never> {
    let context = this.context
    const add = <A>(key: Context.Reference<A>, value: A | undefined): void => {
      if (value !== undefined) context = Context.add(context, key, value)
    }
    if (wire.span !== undefined) {
      context = Context.add(context, Tracer.ParentSpan, Tracer.externalSpan(wire.span)) as Context.Context<never>
    }
    if (wire.isTraced === true) add(Tracer.Tracer, this.tracer)
    add(References.TracerEnabled, wire.tracerEnabled)
    add(Tracer.MinimumTraceLevel, wire.minimumTraceLevel)
    add(References.TracerSpanAnnotations, readRecord(wire.spanAnnotations))
    add(References.CurrentLogLevel, wire.logLevel)
    add(References.MinimumLogLevel, wire.minimumLogLevel)
    add(References.CurrentLogAnnotations, readRecord(wire.logAnnotations))
    add(References.CurrentLogSpans, wire.logSpans)
    add(Metric.CurrentMetricAttributes, wire.metricAttributes)
    return context
  }

  flush(): void {
    this.metrics.flush()
  }
}

const readRecord = (wire: WireRecord | undefined): Readonly<Record<string, unknown>> | undefined =>
  wire === undefined
    ? undefined
    : // Annotations are records, and stay plain objects when they are written down.
      (new WireReader(wire.specials, "where the task was submitted").read(wire.value) as Record<string, unknown>)
