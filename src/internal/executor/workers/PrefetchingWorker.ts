import type { StackFrame } from "../../../Errors.ts"
import type { WorkerEndReason } from "../../../Executor.ts"
import { type Lease, Worker } from "./WorkerPool.ts"
import type { TaskFuture, Waiting } from "../TaskFuture.ts"
import { arrivalMillis } from "../events/clocks.ts"
import { TaskQueue, unqueue } from "../queues/TaskQueue.ts"

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
export abstract class PrefetchingWorker extends Worker {
  /** Tasks that were sent to the worker before it had a place for them. */
  readonly prefetched = new TaskQueue<Waiting>()
  /** The priority of the last prefetched task, so none of them has a lower one. */
  private lowest = Infinity
  private usedLeases = 0
  /** Unused leases that keep the worker from being closed until it has died. */
  private readonly held: Array<Lease> = []
  private readonly mostTasks: number
  private isGivenUp = false
  private hasCrashed = false
  private tasks = 0
  private lastEnd = 0
  private interval = longestInterval

  constructor(id: number, mostTasks: number) {
    super(id)
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

  /** How many of its leases tasks have, or are about to have. */
  get used(): number {
    return this.usedLeases
  }

  /** Whether a task has failed because the worker died. Then the task's error reports the death. */
  get hasFailedTask(): boolean {
    return this.hasCrashed
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
    // The worker may have been about to end for another reason, which did not make it.
    this.reason = reason
  }

  /** The number of tasks that it should prefetch now. */
  get wanted(): number {
    if (this.isGone) return 0
    const { size } = this.prefetched
    const target = Math.min(maxPrefetched, Math.max(1, Math.round(prefetchMillis / this.interval)))
    // Prefetching comes in bulk, because a message costs as much as many tasks.
    return size > target >> 1 ? 0 : Math.min(target - size, this.mostTasks - this.tasks - size)
  }

  /** A task is about to get one of its leases. */
  leaseUsed(): void {
    this.usedLeases++
  }

  /** No task has that lease any more. */
  leaseUnused(): void {
    this.usedLeases--
  }

  /** Keeps the lease until the worker has died, if it has prefetched tasks. Those would end with the worker if the lease was released. */
  hold(lease: Lease): boolean {
    if (this.prefetched.size === 0) return false
    this.held.push(lease)
    return true
  }

  /** The worker has died: its leases can be released. */
  takeHeld(): ReadonlyArray<Lease> {
    return this.held.splice(0)
  }

  /** A task that was sent leaves the executor's queue, and waits here. */
  wasPrefetched(task: Waiting): void {
    unqueue(task)
    // Priorities no longer count: the worker begins tasks in the order in which it gets them, and an earlier one may have begun.
    this.prefetched.push(task, 0)
    this.lowest = task.priority
  }

  /** Whether a prefetched task may have to give way to one of this priority. */
  isBelow(priority: number): boolean {
    return priority > this.lowest
  }

  /** A task has got a place there. */
  took(): void {
    this.tasks++
  }

  /** A task has failed because the worker died. */
  failedTask(): void {
    this.hasCrashed = true
  }

  /** A task has ended there. */
  ended(): void {
    const now = arrivalMillis()
    this.interval = (this.interval + Math.min(longestInterval, now - this.lastEnd)) / 2
    this.lastEnd = now
  }
}
