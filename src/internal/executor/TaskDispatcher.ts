import type * as Cause from "effect/Cause"
import type * as Scheduler from "effect/Scheduler"
import type { WorkerEndReason } from "../../Executor.ts"
import * as trampoline from "../trampoline.ts"
import { PrefetchingWorker } from "./PrefetchingWorker.ts"
import type { WorkerPool, Lease, Worker } from "./WorkerPool.ts"
import { TaskFuture, type Waiting } from "./TaskFuture.ts"
import type { HandedOver } from "./TaskOwner.ts"
import { type TaskQueue, unqueue } from "./TaskQueue.ts"
import { isCrash, type WorkerEnd } from "./WorkerEnd.ts"

/** The executor whose workers these are. */
export interface DispatcherOwner {
  readonly options: {
    readonly maxWorkers: number
    readonly maxAttempts?: number
    readonly concurrency?: number
    readonly startError: (failure: unknown, task: TaskFuture<unknown, unknown>) => unknown
    readonly crashError?: (worker: Worker, end: WorkerEnd, attempts: number, task: string) => unknown
  }
  /** The tasks that wait for a worker. */
  readonly queue: TaskQueue<Waiting>
  readonly admission: {
    readonly maxWorkers: number
    /** Whether no task may begin now, whatever workers there are. */
    readonly isHeld: boolean
    /** The first that may have a worker now. */
    takeNext(): Waiting | undefined
  }
  /** Whether a task is to begin in this worker that has been granted it. */
  isToBeginIn(worker: Worker): boolean
  grant(waiting: Waiting, lease: Lease): void
  /** To be called after each change of the books. */
  changed(): void
}

/**
 * The workers of an executor and of its groups: asks for as many as can be used, gives them to those who are first in the
 * executor's line, and gives back what nothing uses. Threads and processes are also handed tasks ahead of need.
 */
export class TaskDispatcher {
  /** Threads or processes. */
  readonly prefetchingWorkers = new Set<PrefetchingWorker>()
  /** How many have died. */
  crashed = 0
  private pool: WorkerPool | undefined = undefined
  private readonly owner: DispatcherOwner
  private used = 0
  private requested = 0
  private isRequesting = false
  private isFailing = false
  // Workers that nothing uses at the moment. Giving them back waits for the end of the turn: who runs one
  // task after the other would else pay for the pool each time.
  private readonly unused: Array<Lease> = []
  // How many workers have died that a task had a place in, before it began. Few tasks ever come here.
  private readonly lost = new WeakMap<TaskFuture<unknown, unknown>, number>()

  /** For an executor, and not for a group. */
  constructor(owner: DispatcherOwner) {
    this.owner = owner
  }

  /** To be called before the first submission. */
  usePool(pool: WorkerPool): void {
    this.pool = pool
  }

  /** Turns of the executor's own scheduler. */
  get schedulerDispatcher(): Scheduler.SchedulerDispatcher {
    return this.pool!.schedulerDispatcher
  }

  /** How many workers there are, busy or idle. */
  get size(): number {
    return this.pool?.size ?? 0
  }

  /** All lines that the executor's pending tasks stand in. */
  get queues(): Array<TaskQueue<Waiting>> {
    return [...Array.from(this.prefetchingWorkers, (worker) => worker.prefetched), this.queue]
  }

  get hasUnused(): boolean {
    return this.unused.length > 0
  }

  /** Whether the limit allows one more to be used. */
  get isBelowLimit(): boolean {
    return this.used + this.requested < this.owner.admission.maxWorkers
  }

  private get queue(): TaskQueue<Waiting> {
    return this.owner.queue
  }

  /** Gives back the workers that nothing uses. */
  releaseUnused(): void {
    for (const lease of this.unused.splice(0)) this.pool!.release(lease)
  }

  /** Asks for as many as the line and the limit allow. */
  request(): void {
    if (this.isFailing) return
    this.isRequesting = true
    while (this.isBelowLimit && this.waiting > this.requested) {
      this.requested++
      const lease = this.unused.pop()
      const left = this.unused.length
      if (lease === undefined) this.pool!.acquire(this.leased)
      else this.leased(lease)
      // What other workers were given ahead of need may have begun there by now, and then there is nothing left for it.
      if (this.unused.length > left) {
        this.releaseUnused()
        break
      }
    }
    this.isRequesting = false
    if (this.prefetchingWorkers.size > 0 && this.queue.size > 0) trampoline.run(this.prefetch)
  }

  private readonly leased = (lease: Lease | Cause.Cause<unknown>): void => {
    this.requested--
    const isLease = "worker" in lease
    if (isLease) this.used++
    // Who requests sees to the rest itself; a worker that comes later finds nobody to do it.
    if (this.isRequesting && isLease) return this.useOrRelease(lease)
    const isOutermost = trampoline.enter()
    try {
      // It may have been asked for when there might be more.
      if (isLease && lease.worker instanceof PrefetchingWorker) this.retireSurplus()
      if (isLease) this.useOrRelease(lease)
      else this.failedToStart(lease)
      // Nobody may be left who waits for it, and nothing be going on that gives it back at the end of the turn.
      this.releaseUnused()
      this.owner.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  /** For a lease that is counted as used. */
  useOrRelease(lease: Lease): void {
    const { worker } = lease
    const prefetches = worker instanceof PrefetchingWorker
    if (prefetches && worker.isGone) {
      // What it was given ahead of need and could not be taken back has begun there.
      const begun = worker.isAlive ? worker.prefetched.take() : undefined
      return begun === undefined ? this.discard(lease) : this.owner.grant(begun, lease)
    }
    const node = prefetches ? this.nextFor(worker) : this.isOverLimit ? undefined : this.owner.admission.takeNext()
    if (node === undefined) {
      this.used--
      this.unused.push(lease)
    } else {
      this.owner.grant(node, lease)
    }
  }

  /** The worker of this lease is not to be used any more. */
  private discard(lease: Lease): void {
    const { worker } = lease
    this.used--
    if (worker instanceof PrefetchingWorker && worker.isSpent) worker.endReason ??= "retired"
    this.pool!.invalidate(worker)
    // With its last lease a worker is closed, and what it was given ahead of need with it. One that dies gives that back first.
    if (worker instanceof PrefetchingWorker && worker.prefetched.size > 0) worker.held.push(lease)
    else this.pool!.release(lease)
    if (!this.isRequesting) this.request()
  }

  // ---------------------------------------------------------- prefetching workers

  private nextFor(worker: PrefetchingWorker): Waiting | undefined {
    // What it was given ahead of need and could not be taken back has begun there.
    if (this.isOverLimit) return worker.prefetched.take()
    return worker.prefetched.take() ?? this.owner.admission.takeNext() ?? this.steal(worker)
  }

  /** A worker without work takes over what another one was given ahead of need and has not begun. */
  private steal(worker: PrefetchingWorker): Waiting | undefined {
    for (const other of this.prefetchingWorkers) {
      if (other === worker || other.prefetched.size === 0) continue
      for (const node of other.prefetched.toArray()) {
        if (!(node instanceof TaskFuture) || !node.revoke()) continue
        unqueue(node)
        return node
      }
    }
    return undefined
  }

  readonly prefetch = (): void => {
    if (this.isFull) return
    for (const worker of this.prefetchingWorkers) {
      const first = this.queue.first
      if (first === undefined) return
      if (first.priority > worker.lowestPriority) this.overtake(worker.prefetched, first.priority)
      this.prefetchTo(worker)
    }
  }

  prefetchTo(worker: PrefetchingWorker): void {
    // What has a place there goes first.
    if (this.queue.size === 0 || this.isFull || this.owner.isToBeginIn(worker)) return
    for (let wanted = worker.wanted; wanted > 0; wanted--) {
      const node = this.queue.first
      // Not one that has run already, in a worker that died.
      if (!(node instanceof TaskFuture) || node.handedOver !== undefined) return
      // Nor one that may have to wait for a rate: a worker begins what it has by itself.
      if (node.engine.admission.isRated || !worker.prefetch(node)) return
      unqueue(node)
      // Whatever its priority: the worker begins them in the order in which it has got them, and one before it may have begun.
      worker.prefetched.push(node, 0)
      worker.lowestPriority = node.priority
    }
  }

  /** What was handed over ahead of need, and is less urgent, has to wait with the others again. */
  private overtake(prefetched: TaskQueue<Waiting>, priority: number): void {
    for (const node of prefetched.toArray().toReversed()) {
      if (node.priority >= priority || !(node instanceof TaskFuture) || !node.revoke()) break
      unqueue(node)
      this.queue.unshift(node)
    }
  }

  /** How many wait for a worker, in line here or in that of a worker. */
  private get waiting(): number {
    let { size } = this.queue
    // There may still be one that has begun, and wants back a worker.
    if (size > 0 && this.owner.admission.isHeld) size = this.queue.first instanceof TaskFuture ? 0 : 1
    for (const { prefetched } of this.prefetchingWorkers) size += prefetched.size
    return size
  }

  started(worker: PrefetchingWorker): void {
    this.prefetchingWorkers.add(worker)
  }

  /** What may begin has become more, or less. */
  admissionChanged(): void {
    const { admission, options } = this.owner
    this.releaseUnused()
    this.pool!.setMaxWorkers(admission.maxWorkers / (options.concurrency ?? 1))
    if (this.isFull) for (const worker of this.prefetchingWorkers) this.overtake(worker.prefetched, Infinity)
    this.retireSurplus()
  }

  /** Workers that are too many end with the tasks that they run. What else they were given goes to others. */
  private retireSurplus(): void {
    const { admission, options } = this.owner
    const staying = Array.from(this.prefetchingWorkers).filter((worker) => !worker.isGone)
    const surplus = staying.length - admission.maxWorkers / (options.concurrency ?? 1)
    // One that has just started has nothing to do.
    if (surplus > 0) for (const worker of staying.slice(-surplus)) this.giveUp(worker, "surplus")
  }

  private get isOverLimit(): boolean {
    return this.used > this.owner.admission.maxWorkers
  }

  /** Whether nothing is to be given to a worker ahead of need, which begins it by itself. */
  private get isFull(): boolean {
    return this.owner.admission.isHeld || this.isOverLimit
  }

  /** The worker ends with the tasks that it runs, and another one takes its place. */
  replace(worker: PrefetchingWorker, reason: WorkerEndReason): void {
    const isOutermost = trampoline.enter()
    try {
      this.giveUp(worker, reason)
      this.request()
      this.owner.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  /** It hangs before a task could begin there: it is replaced, and ends with the last task that it has. */
  giveUp(worker: PrefetchingWorker, reason: WorkerEndReason = "unresponsive"): void {
    worker.giveUp(reason)
    this.overtake(worker.prefetched, Infinity)
    this.pool!.invalidate(worker)
  }

  /** The worker has ended. `unbegun` are those of its tasks that had not begun, in order. */
  ended(worker: PrefetchingWorker, unbegun: ReadonlyArray<TaskFuture<unknown, unknown>>, end?: WorkerEnd): void {
    const isOutermost = trampoline.enter()
    try {
      this.prefetchingWorkers.delete(worker)
      if (end !== undefined && isCrash(end)) this.crashed++
      const placed = unbegun.filter((task) => task.taskRun !== undefined)
      for (const task of unbegun) if (task.taskRun === undefined) task.notHandedOver()
      // Those that had begun, and of whose predecessors' ends nothing was known yet, have ended by now, and are as good as done.
      for (const node of worker.prefetched.toArray().toReversed()) {
        unqueue(node)
        this.queue.unshift(node)
      }
      const leases = this.putBack(placed)
      // What it was only given ahead of need has nothing to do with its death.
      if (end !== undefined && isCrash(end)) for (const task of placed) this.charge(task, worker, end)
      for (const lease of leases) this.discard(lease)
      this.pool!.invalidate(worker)
      for (const lease of worker.held.splice(0)) this.pool!.release(lease)
      this.request()
      this.owner.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  /** It has lost one of its starts. A task that is the end of each worker it comes to would else go on for ever. */
  private charge(task: TaskFuture<unknown, unknown>, worker: PrefetchingWorker, end: WorkerEnd): void {
    const lost = (this.lost.get(task) ?? 0) + 1
    this.lost.set(task, lost)
    const { crashError, maxAttempts = Infinity } = this.owner.options
    if (lost >= maxAttempts && crashError !== undefined) task.failUnbegun(crashError(worker, end, lost, task.name))
  }

  /** The worker that this task was granted has died before it was handed over. */
  move(task: TaskFuture<unknown, unknown>): void {
    for (const lease of this.putBack([task])) this.discard(lease)
  }

  /** The same, found out by the task's fiber. `park` has that wait for the next worker. */
  moveLate(task: TaskFuture<unknown, unknown>, park: () => void): void {
    const isOutermost = trampoline.enter()
    try {
      this.move(task)
      park()
      this.owner.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  /** The worker that they had has died before they began. They wait for another one, in this order. Gives what they held of it. */
  private putBack(tasks: ReadonlyArray<TaskFuture<unknown, unknown>>): ReadonlyArray<Lease> {
    const leases: Array<Lease> = []
    const handedOver: Array<HandedOver> = []
    for (const task of tasks.toReversed()) {
      const lease = task.taskRun?.lease
      if (lease !== undefined) leases.push(lease)
      if (task.handedOver !== undefined) handedOver.push(task.handedOver)
      task.engine.waitAgain(task)
    }
    for (const each of handedOver.toReversed()) each.moved()
    return leases
  }

  /** A worker cannot be started. If there is no other, that is the end of all who wait for one. */
  private failedToStart(cause: Cause.Cause<unknown>): void {
    const failure = cause.reasons.find((reason) => reason._tag === "Fail")
    if (failure === undefined || this.prefetchingWorkers.size > 0 || this.requested > 0) return
    // Nor is a worker started for those that are about to fail as well.
    this.isFailing = true
    for (const node of this.queue.toArray()) {
      if (!(node instanceof TaskFuture)) continue
      const error = this.owner.options.startError(failure.error, node)
      if (error !== undefined) node.failUnbegun(error)
    }
    this.isFailing = false
    this.request()
  }
}
