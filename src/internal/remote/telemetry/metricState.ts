import * as Context from "effect/Context"
import type * as Metric from "effect/Metric"

/** The parts of a metric's state that only one or the other type of metric has. */
interface MetricState {
  readonly count?: unknown
  readonly value?: unknown
  readonly incremental?: boolean
  readonly buckets?: ReadonlyArray<[boundary: number, count: number]>
  readonly quantiles?: ReadonlyArray<readonly [quantile: number, value: unknown]>
  readonly occurrences?: ReadonlyMap<string, number>
}

export const metricState = (metric: Metric.Metric.Metadata<unknown, unknown>): MetricState =>
  // The state of the metric's own type.
  metric.hooks.get(Context.empty()) as MetricState

export const isOfBigints = ({ count, value }: MetricState): boolean =>
  typeof count === "bigint" || typeof value === "bigint"
