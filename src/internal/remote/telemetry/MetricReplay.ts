import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import { malformed } from "../codec/wireShape.ts"
import { isOfBigints, metricState } from "./metricState.ts"
import { most } from "./TelemetryBudget.ts"
import type { MetricSeries, MetricUpdate } from "./TelemetryMessage.ts"

type AnyMetric = Metric.Metric<unknown, unknown>

/**
 * Repeats the update of a metric from a worker, in the registry of the context. Throws if a metric of this type has no such update, because
 * then no worker of this library has sent it.
 */
export const replayMetric = (
  series: MetricSeries,
  updates: ReadonlyArray<MetricUpdate>,
  submitter: Context.Context<never>
): void => {
  const registry = Context.get(submitter, Metric.MetricRegistry)
  // The metric has all its attributes already.
  const context = Context.make(Metric.MetricRegistry, registry) as Context.Context<never>
  const metric = registry.has(series.key) ? undefined : make(series)
  for (const { input, operation } of updates) {
    const known = registry.get(series.key)
    checkInput(series, input, known)
    const hooks = known?.hooks
    if (hooks !== undefined) hooks[operation](input, context)
    else if (operation === "update") metric?.updateUnsafe(input, context)
    else metric?.modifyUnsafe(input, context)
  }
}

// A summary does not show its time window. That matters only if this program has never updated the summary itself.
const lookingBack = { maxAge: "1 hour", maxSize: 4096 } as const

const make = (series: MetricSeries): AnyMetric => {
  const { attributes, boundaries, description, id, isBigint, isIncremental, quantiles, type } = series
  const options = { description, attributes }
  switch (type) {
    case "Counter":
      return isBigint
        ? erase(Metric.counter(id, { ...options, bigint: true, incremental: isIncremental }))
        : erase(Metric.counter(id, { ...options, incremental: isIncremental }))
    case "Gauge":
      return isBigint ? erase(Metric.gauge(id, { ...options, bigint: true })) : erase(Metric.gauge(id, options))
    case "Frequency":
      return erase(Metric.frequency(id, options))
    case "Histogram":
      return erase(Metric.histogram(id, { ...options, boundaries }))
    case "Summary":
      return erase(Metric.summaryWithTimestamp(id, { ...options, ...lookingBack, quantiles }))
  }
}

/** The inputs come from a metric of the same type, which has checked them. */
const erase = <Input>(metric: Metric.Metric<Input, unknown>): AnyMetric => metric as AnyMetric

type Metadata = Metric.Metric.Metadata<unknown, unknown>

/** The present metric may be of another type than the worker says. */
const checkInput = ({ isBigint, type }: MetricSeries, input: unknown, known: Metadata | undefined): void => {
  if (known !== undefined && known.type !== type) return malformed(`for a ${known.type}`)
  switch (type) {
    case "Counter":
    case "Gauge":
      return isAmount(input, known === undefined ? isBigint : isOfBigints(metricState(known)))
        ? undefined
        : malformed("an amount")
    case "Histogram":
      return typeof input === "number" ? undefined : malformed("a number")
    case "Summary":
      return Array.isArray(input) && input.length === 2 && input.every((part) => typeof part === "number")
        ? undefined
        : malformed("a number with its time")
    case "Frequency": {
      if (typeof input !== "string" || input.length > 1024) return malformed("a word")
      const counted = known === undefined ? undefined : metricState(known).occurrences
      if (counted !== undefined && counted.size >= most.words && !counted.has(input)) malformed("one of so many words")
    }
  }
}

const isAmount = (input: unknown, isBigint: boolean): boolean =>
  isBigint ? typeof input === "bigint" && input > -limit && input < limit : typeof input === "number"

// Longer numbers take long to print.
const limit = 1n << 256n
