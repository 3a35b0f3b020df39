import * as Context from "effect/Context"
import { constVoid } from "effect/Function"
import type * as Metric from "effect/Metric"
import { replaceHooks } from "../../effectInternals.ts"
import { CurrentCall } from "./CurrentCall.ts"
import { isOfBigints, metricState } from "./metricState.ts"
import type { MetricSeries, MetricUpdate, TelemetryMessage, TelemetryOrigin } from "./TelemetryMessage.ts"

type Metadata = Metric.Metric.Metadata<unknown, unknown>

/** Updates of a metric by the tasks of one submitter that have not been sent. */
interface Batch {
  readonly of: TelemetryOrigin
  readonly series: MetricSeries
  readonly updates: Array<MetricUpdate>
}

/**
 * The metrics of a worker. They work as usual, and every update is repeated in the program.
 *
 * Updates are sent, because the states of a histogram or a summary cannot be added up.
 */
export class ForwardedMetrics extends Map<string, Metadata> {
  private batches = new Map<string, Batch>()
  private size_ = 0
  private readonly emit: (message: TelemetryMessage) => void

  constructor(emit: (message: TelemetryMessage) => void) {
    super()
    this.emit = emit
  }

  override set(key: string, metadata: Metadata): this {
    const { hooks } = metadata
    // A metric that is only read has no updates.
    if (hooks.update === constVoid) return super.set(key, metadata)
    let series: MetricSeries | undefined
    const forwarded =
      (operation: MetricUpdate["operation"]) =>
      (input: unknown, context: Context.Context<never>): void => {
        hooks[operation](input, context)
        this.record((series ??= seriesOf(key, metadata)), operation, input, context)
      }
    replaceHooks(metadata, { get: hooks.get, update: forwarded("update"), modify: forwarded("modify") })
    return super.set(key, metadata)
  }

  private record(
    series: MetricSeries,
    operation: MetricUpdate["operation"],
    input: unknown,
    context: Context.Context<never>
  ): void {
    const of = Context.get(context, CurrentCall)
    const key = `${of.ambient} ${series.key}`
    let batch = this.batches.get(key)
    if (batch === undefined) this.batches.set(key, (batch = { of, series, updates: [] }))
    batch.updates.push({ operation, input })
    this.size_++
    // Updates outside tasks must be sent, too.
    if (this.size_ === 1) queueMicrotask(() => this.flush())
    else if (this.size_ >= 1024) this.flush()
  }

  flush(): void {
    if (this.size_ === 0) return
    const batches = this.batches
    this.batches = new Map()
    this.size_ = 0
    for (const batch of batches.values()) this.emit({ _tag: "Metric", ...batch })
  }
}

const seriesOf = (key: string, metadata: Metadata): MetricSeries => {
  const { attributes, description, id, type } = metadata
  // Only the state shows the options of the metric.
  const state = metricState(metadata)
  return {
    key,
    id,
    type,
    description,
    attributes,
    isBigint: isOfBigints(state),
    isIncremental: state.incremental === true,
    boundaries: state.buckets?.map(([boundary]) => boundary) ?? [],
    quantiles: state.quantiles?.map(([quantile]) => quantile) ?? []
  }
}
