import { Effect, Fiber, Stream } from "effect"
import { Executor } from "effect-futures"

interface Timed {
  readonly name: string
  readonly millis: number
}

const slowestKept = 5

const millisOf = (event: Executor.Event): number => event.time / 1000

/** A task that runs. */
export interface Current {
  readonly name: string
  readonly worker: number
  /** The time of its start: milliseconds, on the clock of the events. */
  readonly startedAt: number
}

/** The sums of an executor's events. Times are in milliseconds. */
export class StageMeter {
  readonly name: string
  readonly maxWorkers: number
  tasks = 0
  failed = 0
  timedOut = 0
  cancelled = 0
  /** The most tasks that ran at the same time. */
  peak = 0
  /** The time in which at least one task ran. */
  busyMillis = 0
  /** The time that all tasks ran, together. */
  workMillis = 0
  /** The tasks that took longest, first the longest. */
  slowest: ReadonlyArray<Timed> = []
  /** The time that the tasks which have run waited for a worker, together. */
  waitMillis = 0
  readonly running = new Map<number, Current>()
  #busySince = 0

  constructor(executor: { readonly name: string; readonly maxWorkers: number }) {
    this.name = executor.name
    this.maxWorkers = executor.maxWorkers
  }

  add(event: Executor.Event): void {
    const now = millisOf(event)
    switch (event._tag) {
      case "Started": {
        this.tasks++
        const { name, worker } = event
        if (this.running.size === 0) this.#busySince = now
        this.running.set(event.id, { name, worker, startedAt: now })
        this.peak = Math.max(this.peak, this.running.size)
        break
      }
      case "Ended": {
        const current = this.running.get(event.id)
        // A task that was cancelled while it waited never ran.
        if (current === undefined) break
        if (event.outcome !== "succeeded") this[event.outcome]++
        const millis = now - current.startedAt
        const { startedAt = 0, submittedAt = startedAt } = event
        this.waitMillis += (startedAt - submittedAt) / 1000
        this.workMillis += millis
        this.running.delete(event.id)
        if (this.running.size === 0) this.busyMillis += now - this.#busySince
        this.#noteTime({ name: event.name, millis })
        break
      }
    }
  }

  #noteTime(task: Timed): void {
    const last = this.slowest.at(-1)
    if (last !== undefined && this.slowest.length === slowestKept && task.millis <= last.millis) return
    this.slowest = [...this.slowest, task].toSorted((a, b) => b.millis - a.millis).slice(0, slowestKept)
  }
}

/** Listens until the executor has ended. `final` waits for that: then nothing is missing. */
export const measure = Effect.fnUntraced(function* (executor: Executor.Executor<unknown>) {
  const meter = new StageMeter(executor)
  const listener = yield* Executor.events(executor).pipe(
    Stream.runForEach((event) => Effect.sync(() => meter.add(event))),
    // The listener starts at once, so that it hears of the first task too.
    Effect.forkScoped({ startImmediately: true })
  )
  return { meter, final: Effect.as(Fiber.join(listener), meter) }
})
