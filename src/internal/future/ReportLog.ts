import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { ownTask, suspend } from "./blocking.ts"
import * as trampoline from "../trampoline.ts"
import { checkFuture } from "./checkFutures.ts"
import type { FutureImpl } from "./FutureImpl.ts"

/** The number of reports of a task that are kept for slow and late readers. */
const mostReports = 1024
/** The number of reports that are handed on at a time. */
const mostAtOnce = 64

type Chunk = readonly [unknown, ...Array<unknown>]

/** The last reports of a task, in a ring. Each reader has its own position in it. */
class ReportLog {
  private readonly ring: Array<unknown> = []
  /** How many reports there were, which is also the number of the next one. */
  private count = 0
  private readonly waiting = new Set<() => void>()

  add(value: unknown): void {
    this.ring[this.count++ % mostReports] = value
    this.wakeAll()
  }

  get latest(): unknown {
    return this.ring[(this.count - 1) % mostReports]
  }

  private wakeAll(): void {
    for (const wake of Array.from(this.waiting)) wake()
  }

  /** The number of the first report from this one on that is still kept. */
  firstFrom(number: number): number {
    return Math.max(number, this.count - mostReports)
  }

  /** Some reports from this number on. They are few, so that more can arrive before the reader asks again. */
  from(number: number): ReadonlyArray<unknown> {
    const end = Math.min(this.count, number + mostAtOnce)
    const reports: Array<unknown> = []
    for (let i = number; i < end; i++) reports.push(this.ring[i % mostReports])
    return reports
  }

  hasMore(number: number): boolean {
    return number < this.count
  }

  /** Calls `wake` at each report, until the result is called. */
  wait(wake: () => void): () => void {
    this.waiting.add(wake)
    return () => this.waiting.delete(wake)
  }
}

/** The logs of futures whose tasks have reported, or that have readers. */
const logs = new WeakMap<FutureImpl<unknown, unknown>, ReportLog>()

const logOf = (future: FutureImpl<unknown, unknown>): ReportLog => {
  let log = logs.get(future)
  if (log === undefined) logs.set(future, (log = new ReportLog()))
  return log
}

/** The task of the future reports. Reports after its end are dropped. */
export const addReport = (future: FutureImpl<unknown, unknown>, value: unknown): void => {
  if (!future.isDone) logOf(future).add(value)
}

/** Calls `told` with each report of the future from now on, without a fiber. */
export const onReport = (future: FutureImpl<unknown, unknown>, told: (value: unknown) => void): void => {
  const log = logOf(future)
  log.wait(() => told(log.latest))
}

/** `Future.reports`. */
export const reportsOf = (self: unknown): Stream.Stream<unknown> =>
  Stream.fromPull(
    Effect.sync(() => {
      const future = checkFuture(self)
      let next = 0
      const take = (): Exit.Exit<Chunk, Cause.Done> => {
        // The log exists from the first report on.
        const log = logs.get(future)
        if (log !== undefined) next = log.firstFrom(next)
        const reports = log?.from(next) ?? []
        next += reports.length
        return reports.length === 0 ? Exit.fail(Cause.Done()) : Exit.succeed(reports as unknown as Chunk)
      }
      const isReady = () => future.isDone || logs.get(future)?.hasMore(next) === true
      return Effect.withFiber((fiber): Pull.Pull<Chunk> => {
        if (isReady()) return take()
        return Effect.andThen(
          suspend<void>(ownTask(fiber, future), (resume, isBlocked) => {
            const done = () => {
              stop()
              resume(Effect.void)
            }
            const wake = isBlocked ? done : () => trampoline.run(done)
            const listeners = [logOf(future).wait(wake), future.observe(wake, isBlocked)]
            const stop = () => {
              for (const forget of listeners) forget()
            }
            // The fiber may have given way since the last look.
            if (isReady()) done()
            return stop
          }),
          Effect.suspend(take)
        )
      })
    })
  )
