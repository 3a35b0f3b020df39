import * as Context from "effect/Context"
import * as Console from "effect/Console"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { WireReader } from "../codec/WireReader.ts"
import { writeRecord, writeSpan } from "./ForwardedSpan.ts"
import type { WireRecord, WireSpan } from "./TelemetryMessage.ts"

/** The context of a submission, as far as it can travel. */
export interface WireAmbient {
  /** A number by which the submitter's side finds the whole context again. */
  readonly id: number
  readonly span?: WireSpan
  /** Set if spans are traced. */
  readonly isTraced?: true
  /** The values of `travelling` references, by their names. Unset ones are left out, because this is sent with every call. */
  readonly [reference: string]: unknown
}

/** A reference that telemetry of effects depends on, and how its values travel. */
interface Travelling {
  readonly key: string
  readonly write: (value: unknown) => unknown
  readonly add: (context: Context.Context<never>, wire: unknown) => Context.Context<never>
}

const asIs = <A>(reference: Context.Reference<A>): Travelling => ({
  key: reference.key,
  write: (value) => value,
  // The other side has written a value of the same reference.
  add: (context, wire) => Context.add(context, reference, wire as A)
})

const asRecord = (reference: Context.Reference<Readonly<Record<string, unknown>>>): Travelling => ({
  key: reference.key,
  write: writeRecord,
  add: (context, wire) => Context.add(context, reference, readRecord(wire as WireRecord))
})

const readRecord = ({ specials, value }: WireRecord): Readonly<Record<string, unknown>> =>
  // Annotations are records, and stay plain objects when they are written down.
  new WireReader(specials, "where the task was submitted").read(value) as Record<string, unknown>

const travelling = Object.entries({
  tracerEnabled: asIs(References.TracerEnabled),
  minimumTraceLevel: asIs(Tracer.MinimumTraceLevel),
  spanAnnotations: asRecord(References.TracerSpanAnnotations),
  logLevel: asIs(References.CurrentLogLevel),
  minimumLogLevel: asIs(References.MinimumLogLevel),
  logAnnotations: asRecord(References.CurrentLogAnnotations),
  logSpans: asIs(References.CurrentLogSpans),
  metricAttributes: asIs(Metric.CurrentMetricAttributes)
})

/** The services that telemetry of effects depends on. The rest of a context does not travel. */
const telling: ReadonlySet<string> = new Set([
  ...travelling.map(([, { key }]) => key),
  Tracer.ParentSpanKey,
  Tracer.TracerKey,
  References.CurrentLoggers.key,
  References.LogToStderr.key,
  Console.Console.key,
  Metric.MetricRegistry.key
])

/** Whether telemetry in this context is the same as in an empty one. */
export const isBare = (context: Context.Context<never>): boolean => {
  for (const key of context.mapUnsafe.keys()) if (telling.has(key)) return false
  return true
}

/** The part of the context that can travel. */
export const writeAmbient = (id: number, context: Context.Context<never>): WireAmbient => {
  const services = context.mapUnsafe
  const span = Context.getOrUndefined(context, Tracer.ParentSpan)
  const references = travelling.filter(([, { key }]) => services.has(key))
  return {
    id,
    ...(span === undefined ? {} : { span: writeSpan(span) }),
    ...(services.has(Tracer.TracerKey) ? { isTraced: true } : {}),
    ...Object.fromEntries(references.map(([name, { key, write }]) => [name, write(services.get(key))]))
  }
}

/** Adds to the context in a worker what the ambient brings. `tracer` sends spans to the program. */
export const readAmbient = (
  wire: WireAmbient,
  context: Context.Context<never>,
  tracer: Tracer.Tracer
): Context.Context<never> => {
  const { isTraced, span } = wire
  const outer = span === undefined ? context : Context.add(context, Tracer.ParentSpan, Tracer.externalSpan(span))
  const traced = isTraced === true ? Context.add(outer, Tracer.Tracer, tracer) : outer
  return travelling.reduce<Context.Context<never>>(
    (all, [name, { add }]) => (wire[name] === undefined ? all : add(all, wire[name])),
    traced as Context.Context<never>
  )
}
