import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import type { MetricsOptions, WorkerEndReason } from "../../../Executor.ts"
import { optionsObject, positiveInteger } from "../../options.ts"
import type { Engine } from "../Engine.ts"
import { Observer } from "./Observer.ts"
import { SharedSeries } from "./SharedSeries.ts"
import { unknown } from "./TaskTimes.ts"
import type { TaskFuture } from "../TaskFuture.ts"
import type { Outcome } from "../TaskOwner.ts"
import { isCrash } from "../workers/WorkerEnd.ts"

type Task = TaskFuture<unknown, unknown>

/** Seconds: from a hundred microseconds to five minutes. */
const boundaries = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, Infinity]

const outcomes: ReadonlyArray<Outcome> = ["succeeded", "failed", "cancelled", "timedOut"]

const limits = Float64Array.from(boundaries, (seconds) => seconds * 1_000_000)

/** The first boundary that a number of microseconds with so many bits may reach. No two boundaries are within a factor of two. */
const firstOfBits = Uint8Array.from({ length: 33 }, (_, bits) => limits.findIndex((limit) => limit >= 2 ** (bits - 1)))

/** A histogram that costs a few additions per value. Effect's own costs more than a small task. */
class Durations {
  private readonly counts = new Uint32Array(boundaries.length)
  /** In microseconds, like the boundaries here. */
  sum = 0
  private min = Infinity
  private max = -Infinity

  add(micros: number): void {
    const bucket = firstOfBits[32 - Math.clz32(Math.min(Math.max(micros, 0), 2 ** 31))]!
    this.counts[micros > limits[bucket]! ? bucket + 1 : bucket]!++
    this.sum += micros
    if (micros < this.min) this.min = micros
    if (micros > this.max) this.max = micros
  }

  /** The state of all together, as in Effect's histograms: each bucket with those below it. */
  static stateOf(all: ReadonlyArray<Durations>): Metric.HistogramState {
    const sum = (of: (durations: Durations) => number) => all.reduce((total, each) => total + of(each), 0)
    let count = 0
    const buckets = boundaries.map(
      (boundary, index) => [boundary, (count += sum(({ counts }) => counts[index]!))] as [number, number]
    )
    const isEmpty = count === 0
    const min = isEmpty ? Number.MAX_VALUE : toSeconds(Math.min(...all.map((each) => each.min)))
    const max = isEmpty ? -Number.MAX_VALUE : toSeconds(Math.max(...all.map((each) => each.max)))
    return { buckets, count, min, max, sum: toSeconds(sum((each) => each.sum)) }
  }
}

const toSeconds = (micros: number): number => micros / 1_000_000

/** Counts of the tasks with one name. */
class TaskCounts {
  readonly waits = new Durations()
  readonly runs = new Durations()
  readonly ends: Record<Outcome, number> = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0 }
}

/** Counts what happens in an executor. The counts are read for a snapshot, and not pushed. */
class MetricObserver extends Observer {
  override readonly needsPhases = false
  override readonly needsOrigins = false
  private readonly counts = new Map<string, TaskCounts>()
  private readonly series: SharedSeries
  private readonly engine: Engine
  private readonly maxTasks: number
  private lastName: string | undefined = undefined
  private lastCounts = new TaskCounts()
  private crashed = 0

  constructor(engine: Engine, series: SharedSeries, maxTasks: number) {
    super()
    this.engine = engine
    this.series = series
    this.maxTasks = maxTasks
    const { name: executor } = engine
    const attributes = { executor }
    const gauge = (id: string, description: string, value: () => number) =>
      series.add(Metric.gauge(id, { description, attributes }), engine, value, (all) => ({ value: totalOf(all) }))
    gauge("effect_futures_tasks_waiting", "Tasks that wait for a worker", () => engine.pending)
    gauge("effect_futures_tasks_running", "Tasks that have a worker", () => engine.running)
    gauge("effect_futures_workers", "Workers, busy or idle", () => engine.stats.workers)
    series.add(
      Metric.gauge("effect_futures_utilization", { description: "The share of maxWorkers that is busy", attributes }),
      engine,
      engine,
      (engines) => ({ value: utilizationOf(engines) })
    )
    const counter = (id: string, description: string, count: () => number) =>
      series.add(Metric.counter(id, { description, incremental: true, attributes }), engine, count, countOf)
    counter("effect_futures_workers_crashed_total", "Workers that died or stopped answering", () => this.crashed)
    counter("effect_futures_busy_seconds_total", "The total time for which tasks have had workers", () => {
      let micros = 0
      for (const { runs } of this.counts.values()) micros += runs.sum
      return toSeconds(micros)
    })
  }

  override ended(task: Task, outcome: Outcome): void {
    const counts = this.countsOf(task)
    const { ended, started, submitted } = task.times!
    // Most tasks succeed, and a fixed name saves the few nanoseconds that looking one up takes.
    if (outcome === "succeeded") counts.ends.succeeded++
    else counts.ends[outcome]++
    if (submitted !== unknown) counts.waits.add((started === unknown ? ended : started) - submitted)
    if (started !== unknown) counts.runs.add(ended - started)
  }

  override workerEnded(_worker: number, reason: WorkerEndReason): void {
    if (isCrash(reason)) this.crashed++
  }

  /** Names from users may be as many as there are tasks. Only the first ones have series of their own. */
  private countsOf(task: Task): TaskCounts {
    const name = task.isNamed ? task.name : "unnamed"
    // The name is usually the same as the last one.
    if (name !== this.lastName) {
      this.lastName = name
      this.lastCounts = this.counts.get(name) ?? this.newCounts(name)
    }
    return this.lastCounts
  }

  private newCounts(name: string): TaskCounts {
    if (this.counts.size < this.maxTasks || name === "others") return this.addTask(name)
    return this.counts.get("others") ?? this.addTask("others")
  }

  private addTask(task: string): TaskCounts {
    const counts = new TaskCounts()
    this.counts.set(task, counts)
    const attributes = { executor: this.engine.name, task }
    const { engine, series } = this
    const histogram = (id: string, description: string, durations: Durations) =>
      series.add(Metric.histogram(id, { description, boundaries, attributes }), engine, durations, Durations.stateOf)
    histogram("effect_futures_task_wait_seconds", "How long tasks have waited for a worker", counts.waits)
    histogram("effect_futures_task_run_seconds", "How long tasks have had a worker", counts.runs)
    const description = "Tasks that have ended"
    for (const outcome of outcomes) {
      const options = { description, incremental: true, attributes: { ...attributes, outcome } } as const
      const counter = Metric.counter("effect_futures_tasks_total", options)
      series.add(counter, engine, () => counts.ends[outcome], countOf)
    }
    return counts
  }
}

const totalOf = (values: ReadonlyArray<() => number>): number => values.reduce((total, value) => total + value(), 0)

const countOf = (values: ReadonlyArray<() => number>) => ({ count: totalOf(values), incremental: true })

const utilizationOf = (all: ReadonlyArray<Engine>): number => {
  // An executor that has ended has no workers to use.
  const engines = all.filter(({ lifecycle }) => !lifecycle.isOver)
  const running = engines.reduce((total, engine) => total + engine.running, 0)
  const most = engines.reduce((total, engine) => total + engine.maxWorkers * (engine.options.concurrency ?? 1), 0)
  return engines.length === 0 ? 0 : Math.min(1, running / most)
}

/** `Executor.metrics`, for engines that are known. */
export const observeMetrics = (
  engines: ReadonlyArray<Engine>,
  options: MetricsOptions = {}
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { maxTasks = 50 } = optionsObject(options)
    const most = positiveInteger("maxTasks", maxTasks)
    const series = new SharedSeries(yield* Effect.context<never>())
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        engines.map((engine) => {
          const observer = new MetricObserver(engine, series, most)
          engine.events.add(observer)
          return { engine, observer }
        })
      ),
      (observed) =>
        Effect.sync(() => {
          for (const { engine, observer } of observed) engine.events.remove(observer)
          series.remove()
        })
    )
  })
