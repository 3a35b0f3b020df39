import type { StackFrame } from "../../Errors.ts"
import type { WorkerEndReason } from "../../Executor.ts"
import type { Lease, Worker } from "./WorkerPool.ts"
import type { TaskFuture, Waiting } from "./TaskFuture.ts"
import { arrivalMillis } from "./clocks.ts"
import { TaskQueue } from "./TaskQueue.ts"

/** The work that a worker is to have at hand, in milliseconds: enough to go on with until more comes. */
const prefetchMillis = 1
/** A bound for however quick tasks. */
const maxPrefetched = 64
/** A longer pause between two ends says nothing of how long tasks take. */
const longestInterval = 5

/** A sight of a worker: where it is, as far as can be told. */
export interface WorkerSight {
  /** The task's code that runs there, innermost first. Empty if none does. */
  readonly stack: ReadonlyArray<StackFrame>
  /** Other things that are known of it. */
  readonly note: string | undefined
}

/**
 * A thread or a process as the engine sees it.
 *
 * Tasks are prefetched a little, so that the worker has the next task at hand when it is done with one.
 * A prefetched task is still pending, and stands in a queue here. It can be revoked as long as it has not begun.
 */
export abstract class PrefetchingWorker implements Worker {
  readonly id: number
  endReason: WorkerEndReason | undefined = undefined
  /** Tasks that it has got before it had a place for them. */
  readonly prefetched = new TaskQueue<Waiting>()
  /** The priority of the last prefetched task, so none of them has a lower one. */
  lowestPriority = Infinity
  /** The number of its leases that tasks have, or are about to. */
  used = 0
  /** Leases that nothing uses any more, and that keep the worker from being closed until it has died. */
  readonly held: Array<Lease> = []
  private readonly mostTasks: number
  private isGivenUp = false
  /** Whether a task has failed with it, and so tells of its death. */
  hasFailedTask = false
  private tasks = 0
  private lastEnd = 0
  private interval = longestInterval

  constructor(id: number, mostTasks: number) {
    this.id = id
    this.mostTasks = mostTasks
  }

  /** Whether the worker can be given anything. */
  abstract readonly isAlive: boolean

  /** Hands over a task that has no place there yet. `false` if that cannot be: then the task waits where it is. */
  abstract prefetch(task: TaskFuture<unknown, unknown>): boolean

  /** Looks where the worker is, within so many milliseconds. What runs there is read, and goes on. */
  look(_within: number): Promise<WorkerSight> {
    return Promise.resolve({ stack: [], note: undefined })
  }

  /** Whether the worker is to do nothing any more. */
  get isGone(): boolean {
    return this.isSpent || this.isGivenUp || !this.isAlive
  }

  /** Whether the worker has had all the tasks that it is to have. */
  get isSpent(): boolean {
    return this.tasks >= this.mostTasks
  }

  /** The worker begins nothing more, and ends with the tasks that it runs. */
  giveUp(reason: WorkerEndReason): void {
    this.isGivenUp = true
    this.endReason = reason
  }

  /** The number of tasks that it should prefetch now. */
  get wanted(): number {
    if (this.isGone) return 0
    const { size } = this.prefetched
    const target = Math.min(maxPrefetched, Math.max(1, Math.round(prefetchMillis / this.interval)))
    // Prefetching is done in bulk: each message costs as much as many tasks.
    return size > target >> 1 ? 0 : Math.min(target - size, this.mostTasks - this.tasks - size)
  }

  /** A task has got a place there. */
  took(): void {
    this.tasks++
  }

  /** A task has ended there. */
  ended(): void {
    const now = arrivalMillis()
    this.interval = (this.interval + Math.min(longestInterval, now - this.lastEnd)) / 2
    this.lastEnd = now
  }
}
