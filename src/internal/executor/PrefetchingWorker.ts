import type { StackFrame } from "../../Errors.ts"
import type { WorkerEndReason } from "../../Executor.ts"
import type { Lease, Worker } from "./WorkerPool.ts"
import type { TaskFuture, Waiting } from "./TaskFuture.ts"
import { arrivalMillis } from "./clocks.ts"
import { TaskQueue } from "./TaskQueue.ts"

/** How much work a worker should have in advance, in milliseconds: enough until more arrives. */
const prefetchMillis = 1
/** The limit for very quick tasks. */
const maxPrefetched = 64
/** A longer pause between two ends says nothing about how long tasks take. */
const longestInterval = 5

/** A look at a worker: its task's code, as far as that is known. */
export interface WorkerSight {
  /** The task's code that runs there, innermost first. Empty if no task runs. */
  readonly stack: ReadonlyArray<StackFrame>
  /** Other facts about the worker. */
  readonly note: string | undefined
}

/**
 * A thread or a process, as the engine sees it.
 *
 * It gets a few tasks in advance, so that it always has its next task. A prefetched task is still pending, and waits in a queue here. It
 * can be revoked until it begins.
 */
export abstract class PrefetchingWorker implements Worker {
  readonly id: number
  endReason: WorkerEndReason | undefined = undefined
  /** Tasks that were sent to the worker before it had a place for them. */
  readonly prefetched = new TaskQueue<Waiting>()
  /** The priority of the last prefetched task, so none of them has a lower one. */
  lowestPriority = Infinity
  /** How many of its leases tasks have, or are about to have. */
  used = 0
  /** Unused leases that keep the worker from being closed until it has died. */
  readonly held: Array<Lease> = []
  private readonly mostTasks: number
  private isGivenUp = false
  /** Whether a task has failed because the worker died. Then the task's error reports the death. */
  hasFailedTask = false
  private tasks = 0
  private lastEnd = 0
  private interval = longestInterval

  constructor(id: number, mostTasks: number) {
    this.id = id
    this.mostTasks = mostTasks
  }

  /** Whether the worker accepts tasks. */
  abstract readonly isAlive: boolean

  /** Sends a task that has no place there yet. `false` if that is not possible, so the task stays in the queue. */
  abstract prefetch(task: TaskFuture<unknown, unknown>): boolean

  /** Reads what the worker is doing, within so many milliseconds, without stopping it. */
  look(_within: number): Promise<WorkerSight> {
    return Promise.resolve({ stack: [], note: undefined })
  }

  /** Whether the worker gets no more work. */
  get isGone(): boolean {
    return this.isSpent || this.isGivenUp || !this.isAlive
  }

  /** Whether the worker has had its full number of tasks. */
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
    // Prefetching comes in bulk, because a message costs as much as many tasks.
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
