import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import type { Engine } from "../Engine.ts"

/** The contribution of one executor to a series. */
interface Part {
  readonly engine: Engine
  readonly value: unknown
}

/** A series in a registry, and those who contribute to it. */
interface Series {
  readonly parts: Array<Part>
  remove(): void
}

const seriesOf = new WeakMap<ReadonlyMap<string, unknown>, Map<string, Series>>()

/**
 * The series of one layer, in Effect's registry of metrics until the layer ends.
 *
 * A registry has a single series for an id with its attributes. So executors with the same name share theirs, also those of several layers:
 * otherwise the last one would take the place of the others.
 */
export class SharedSeries {
  private readonly context: Context.Context<never>
  private readonly all: Map<string, Series>
  private readonly added: Array<() => void> = []

  constructor(context: Context.Context<never>) {
    this.context = context
    const registry = Context.get(context, Metric.MetricRegistry)
    const known = seriesOf.get(registry)
    this.all = known ?? new Map()
    if (known === undefined) seriesOf.set(registry, this.all)
  }

  /** `value` is the contribution of the executor, and `sum` makes the state of all that contribute. */
  add<Input, State, Value>(
    metric: Metric.Metric<Input, State>,
    engine: Engine,
    value: Value,
    sum: (values: ReadonlyArray<Value>) => State
  ): void {
    const { id } = metric
    const attributes = { ...metric.attributes, ...Context.get(this.context, Metric.CurrentMetricAttributes) }
    const key = JSON.stringify([id, Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))])
    const found = this.all.get(key)
    const series = found ?? this.register(metric, (parts) => sum(parts.map((part) => part.value as Value)))
    if (found === undefined) this.all.set(key, series)
    const part: Part = { engine, value }
    series.parts.push(part)
    this.added.push(() => {
      series.parts.splice(series.parts.indexOf(part), 1)
      if (series.parts.length > 0) return
      series.remove()
      this.all.delete(key)
    })
  }

  private register<Input, State>(
    metric: Metric.Metric<Input, State>,
    stateOf: (parts: ReadonlyArray<Part>) => State
  ): Series {
    const parts: Array<Part> = []
    const none = () => {}
    const get = () => stateOf(onceEach(parts))
    const registration = Metric.registerUnsafe(metric, this.context, { get, update: none, modify: none })
    return { parts, remove: () => registration.remove() }
  }

  remove(): void {
    for (const remove of this.added) remove()
  }
}

/** An executor in several layers counts once, by the layer that has counted for the longest time. */
const onceEach = (parts: ReadonlyArray<Part>): ReadonlyArray<Part> =>
  parts.filter(({ engine }, index) => parts.findIndex((other) => other.engine === engine) === index)
