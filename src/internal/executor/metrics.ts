import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import type { MetricsOptions, WorkerEndReason } from "../../Executor.ts"
import { optionsObject, positiveInteger } from "../options.ts"
import type { Engine } from "./Engine.ts"
import { Observer } from "./Observer.ts"
import { unknown } from "./TaskTimes.ts"
import type { TaskFuture } from "./TaskFuture.ts"
import type { Outcome } from "./TaskOwner.ts"
import { isCrash } from "./WorkerEnd.ts"

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

  /** The state as in Effect's histograms: each bucket with those below it. */
  get state(): Metric.HistogramState {
    let count = 0
    const buckets = boundaries.map((boundary, index) => [boundary, (count += this.counts[index]!)] as [number, number])
    const isEmpty = count === 0
    const min = isEmpty ? Number.MAX_VALUE : toSeconds(this.min)
    return { buckets, count, min, max: isEmpty ? -Number.MAX_VALUE : toSeconds(this.max), sum: toSeconds(this.sum) }
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
  private readonly registry: SeriesRegistry
  private readonly engine: Engine
  private readonly maxTasks: number
  private lastName: string | undefined = undefined
  private lastCounts = new TaskCounts()
  private crashed = 0

  constructor(engine: Engine, registry: SeriesRegistry, maxTasks: number) {
    super()
    this.engine = engine
    this.registry = registry
    this.maxTasks = maxTasks
    const { name: executor } = engine
    const gauge = (id: string, description: string, value: () => number) =>
      registry.add(Metric.gauge(id, { description, attributes: { executor } }), () => ({ value: value() }))
    gauge("effect_futures_tasks_waiting", "Tasks that wait for a worker", () => engine.pending)
    gauge("effect_futures_tasks_running", "Tasks that have a worker", () => engine.running)
    gauge("effect_futures_workers", "Workers, busy or idle", () => engine.stats.workers)
    gauge("effect_futures_utilization", "The share of maxWorkers that is busy", () =>
      Math.min(1, engine.running / (engine.maxWorkers * (engine.options.concurrency ?? 1)))
    )
    const counter = (id: string, description: string, count: () => number) =>
      registry.add(Metric.counter(id, { description, incremental: true, attributes: { executor } }), () => ({
        count: count(),
        incremental: true
      }))
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
    const histogram = (id: string, description: string, durations: Durations) =>
      this.registry.add(Metric.histogram(id, { description, boundaries, attributes }), () => durations.state)
    histogram("effect_futures_task_wait_seconds", "How long tasks have waited for a worker", counts.waits)
    histogram("effect_futures_task_run_seconds", "How long tasks have had a worker", counts.runs)
    for (const outcome of outcomes) {
      const options = { incremental: true, attributes: { ...attributes, outcome } } as const
      this.registry.add(
        Metric.counter("effect_futures_tasks_total", { description: "Tasks that have ended", ...options }),
        () => ({ count: counts.ends[outcome], incremental: true })
      )
    }
    return counts
  }
}

/** The series of one layer, in Effect's registry of metrics until the layer ends. */
class SeriesRegistry {
  private readonly context: Context.Context<never>
  private readonly registrations: Array<{ remove(): void }> = []

  constructor(context: Context.Context<never>) {
    this.context = context
  }

  add<Input, State>(metric: Metric.Metric<Input, State>, get: () => State): void {
    const none = () => {}
    this.registrations.push(Metric.registerUnsafe(metric, this.context, { get, update: none, modify: none }))
  }

  remove(): void {
    for (const registration of this.registrations) registration.remove()
  }
}

/** `Executor.metrics`, for engines that are known. */
export const observeMetrics = (
  engines: ReadonlyArray<Engine>,
  options: MetricsOptions = {}
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { maxTasks = 50 } = optionsObject(options)
    const most = positiveInteger("maxTasks", maxTasks)
    const registry = new SeriesRegistry(yield* Effect.context<never>())
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        engines.map((engine) => {
          const observer = new MetricObserver(engine, registry, most)
          engine.events.add(observer)
          return { engine, observer }
        })
      ),
      (observed) =>
        Effect.sync(() => {
          for (const { engine, observer } of observed) engine.events.remove(observer)
          registry.remove()
        })
    )
  })
