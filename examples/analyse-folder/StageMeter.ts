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
  /** Milliseconds, on the clock of the events. */
  readonly startedAt: number
}

/** What an executor's events add up to. */
export class StageMeter {
  readonly name: string
  readonly maxWorkers: number
  tasks = 0
  failed = 0
  timedOut = 0
  cancelled = 0
  /** How many ran at the same time, at most. */
  peak = 0
  /** For how long at least one ran. */
  busyMillis = 0
  /** How long all of them ran, together. */
  workMillis = 0
  /** The tasks that took longest, first the longest. */
  slowest: ReadonlyArray<Timed> = []
  /** How long the tasks that have run waited for a worker, together. */
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
        // Cancelled while it waited, so it never ran.
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
    // At once, so that it hears of the first task too.
    Effect.forkScoped({ startImmediately: true })
  )
  return { meter, final: Effect.as(Fiber.join(listener), meter) }
})
