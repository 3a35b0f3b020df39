import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import type { MetricSeries, MetricUpdate } from "./TelemetryMessage.ts"

type AnyMetric = Metric.Metric<unknown, unknown>

/** Repeats what was done to a metric in a worker, in the registry that the context has. */
export const replayMetric = (
  series: MetricSeries,
  updates: ReadonlyArray<MetricUpdate>,
  submitter: Context.Context<never>
): void => {
  const registry = Context.get(submitter, Metric.MetricRegistry)
  // Its attributes are all in it already.
  const context = Context.make(Metric.MetricRegistry, registry) as Context.Context<never>
  const metric = registry.has(series.key) ? undefined : make(series)
  for (const { input, operation } of updates) {
    const hooks = registry.get(series.key)?.hooks
    if (hooks !== undefined) hooks[operation](input, context)
    else if (operation === "update") metric?.updateUnsafe(input, context)
    else metric?.modifyUnsafe(input, context)
  }
}

// Of a summary nobody can tell from outside for how long it looks back. That only matters if this program
// never updates that summary itself before a worker does.
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
