import type * as Context from "effect/Context"
import * as Console from "effect/Console"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { writeRecord, writeSpan } from "./ForwardedSpan.ts"
import type { WireAmbient } from "./TelemetryMessage.ts"

// The services that telemetry of effects depends on. The rest of a context does not travel.
const telling: ReadonlySet<string> = new Set([
  Tracer.ParentSpanKey,
  Tracer.TracerKey,
  References.TracerEnabled.key,
  Tracer.MinimumTraceLevel.key,
  References.TracerSpanAnnotations.key,
  References.CurrentLogLevel.key,
  References.MinimumLogLevel.key,
  References.CurrentLogAnnotations.key,
  References.CurrentLogSpans.key,
  References.CurrentLoggers.key,
  References.LogToStderr.key,
  Console.Console.key,
  Metric.CurrentMetricAttributes.key,
  Metric.MetricRegistry.key
])

/** Whether telemetry in this context is the same as in an empty one. */
export const isBare = (context: Context.Context<never>): boolean => {
  const services = context.mapUnsafe
  if (services.size === 0) return true
  for (const key of services.keys()) if (telling.has(key)) return false
  return true
}

/** The part of the context that can travel. */
export const writeAmbient = (id: number, context: Context.Context<never>): WireAmbient => {
  const services = context.mapUnsafe
  const wire: { -readonly [K in keyof WireAmbient]: WireAmbient[K] } = { id }
  const whenSet = <A>(key: { readonly key: string }, write: (value: A) => void): void => {
    // Each key has values of its own type.
    if (services.has(key.key)) write(services.get(key.key) as A)
  }
  const ofReference = <A>(reference: Context.Reference<A>, write: (value: A) => void): void => whenSet(reference, write)
  whenSet<Tracer.AnySpan>(Tracer.ParentSpan, (span) => (wire.span = writeSpan(span)))
  ofReference(Tracer.Tracer, () => (wire.isTraced = true))
  ofReference(References.TracerEnabled, (enabled) => (wire.tracerEnabled = enabled))
  ofReference(Tracer.MinimumTraceLevel, (level) => (wire.minimumTraceLevel = level))
  ofReference(References.TracerSpanAnnotations, (all) => (wire.spanAnnotations = writeRecord(all)))
  ofReference(References.CurrentLogLevel, (level) => (wire.logLevel = level))
  ofReference(References.MinimumLogLevel, (level) => (wire.minimumLogLevel = level))
  ofReference(References.CurrentLogAnnotations, (all) => (wire.logAnnotations = writeRecord(all)))
  ofReference(References.CurrentLogSpans, (all) => (wire.logSpans = all.map(([label, time]) => [label, time])))
  ofReference(Metric.CurrentMetricAttributes, (all) => (wire.metricAttributes = { ...all }))
  return wire
}
