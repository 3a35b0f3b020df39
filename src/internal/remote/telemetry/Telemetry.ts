import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import type * as Tracer from "effect/Tracer"
import type { CallRequest } from "../Call.ts"
import { readAmbient, type WireAmbient } from "./Ambient.ts"
import { CurrentCall } from "./CurrentCall.ts"
import { cutToSize } from "./cutToSize.ts"
import { makeForwardedLogger } from "./ForwardedLogger.ts"
import { ForwardedMetrics } from "./ForwardedMetrics.ts"
import { makeForwardedTracer } from "./ForwardedSpan.ts"
import type { TelemetryMessage } from "./TelemetryMessage.ts"

/** The telemetry of effects in a worker, which is sent to the program. */
export class Telemetry {
  /** The context of effects outside tasks. */
  readonly context: Context.Context<never>
  private readonly metrics: ForwardedMetrics
  private readonly tracer: Tracer.Tracer
  // Usually many tasks in a row have the same context.
  private latest: { readonly id: number; readonly context: Context.Context<never> } | undefined = undefined

  /** `emit` sends a message, in order with the replies, so that a task's telemetry arrives before its outcome. */
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

  /** The context of the effect of a call. */
  contextOf({ ambient, task }: CallRequest): Context.Context<never> {
    if (ambient === undefined) return Context.add(this.context, CurrentCall, { task, ambient: undefined })
    // Only `TelemetrySink.enter` makes what is sent as an ambient.
    const wire = ambient as WireAmbient
    if (this.latest?.id !== wire.id)
      this.latest = { id: wire.id, context: readAmbient(wire, this.context, this.tracer) }
    return Context.add(this.latest.context, CurrentCall, { task, ambient: wire.id })
  }

  /** Sends everything that was held back. */
  flush(): void {
    this.metrics.flush()
  }
}
