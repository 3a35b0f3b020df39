import type * as Cause from "effect/Cause"
import type * as Scheduler from "effect/Scheduler"
import type { WorkerEndReason } from "../../../Executor.ts"
import * as trampoline from "../../trampoline.ts"
import { PrefetchingWorker } from "./PrefetchingWorker.ts"
import type { WorkerPool, Lease, Worker } from "./WorkerPool.ts"
import { TaskFuture, type Waiting } from "../TaskFuture.ts"
import type { HandedOver } from "../TaskOwner.ts"
import { type TaskQueue, unqueue } from "../queues/TaskQueue.ts"
import { isCrash, type WorkerEnd } from "./WorkerEnd.ts"

export interface DispatcherOptions {
  /** How many tasks run at a time, at most, to begin with. */
  readonly maxWorkers: number
  /** How many tasks a worker elsewhere has in flight, at most. */
  readonly concurrency?: number
  /** The number of workers elsewhere that may die with a task before it begins. */
  readonly maxAttempts?: number
  /** The error of a task that gets no worker because none can be started. Undefined if the task should wait for another worker. */
  readonly startError: (failure: unknown, task: TaskFuture<unknown, unknown>) => unknown
  /** The error of a task that has lost all its `maxAttempts` to workers elsewhere that died. */
  readonly crashError?: (worker: Worker, end: WorkerEnd, attempts: number, task: string) => unknown
}

/** The executor whose workers these are. */
export interface DispatcherOwner {
  readonly options: DispatcherOptions
  /** The tasks that wait for a worker. */
  readonly queue: TaskQueue<Waiting>
  readonly admission: {
    readonly maxWorkers: number
    /** Whether no task may begin now, even if there are free workers. */
    readonly isHeld: boolean
    /** The first node that may have a worker now. */
    takeNext(): Waiting | undefined
  }
  /** Whether a task that was granted this worker is about to begin there. */
  isToBeginIn(worker: Worker): boolean
  grant(waiting: Waiting, lease: Lease): void
  /** Called after each change of the counters. */
  changed(): void
}

/**
 * The workers of an executor and its groups. The dispatcher asks for as many as can be used, gives them to the first nodes in the
 * executor's queue, and releases unused ones. Threads and processes also prefetch tasks.
 */
export class TaskDispatcher {
  /** Threads or processes. */
  readonly prefetchingWorkers = new Set<PrefetchingWorker>()
  /** The number of workers that have died. */
  crashed = 0
  private pool: WorkerPool | undefined = undefined
  private readonly owner: DispatcherOwner
  private used = 0
  private requested = 0
  private isRequesting = false
  private isFailing = false
  // Unused workers. They are released at the end of the turn, because otherwise a program that runs one task after the other would pay for
  // the pool each time.
  private readonly unused: Array<Lease> = []
  // For few tasks: how many workers have died with the task before it began.
  private readonly lost = new WeakMap<TaskFuture<unknown, unknown>, number>()

  /** Only executors have a dispatcher. Groups use that of their executor. */
  constructor(owner: DispatcherOwner) {
    this.owner = owner
  }

  /** Called before the first submission. */
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

  /** The queues in which the executor's pending tasks wait. */
  get queues(): Array<TaskQueue<Waiting>> {
    return [...Array.from(this.prefetchingWorkers, (worker) => worker.prefetched), this.queue]
  }

  get hasUnused(): boolean {
    return this.unused.length > 0
  }

  /** Whether the limit allows another worker. */
  get isBelowLimit(): boolean {
    return this.used + this.requested < this.owner.admission.maxWorkers
  }

  private get queue(): TaskQueue<Waiting> {
    return this.owner.queue
  }

  /** Releases unused workers. */
  releaseUnused(): void {
    for (const lease of this.unused.splice(0)) this.pool!.release(lease)
  }

  /** Asks for as many workers as the queue needs and the limit allows. */
  request(): void {
    if (this.isFailing) return
    this.isRequesting = true
    // Requested workers may take long to start, so those that are there are used first.
    while (this.isBelowLimit && this.waiting > (this.unused.length > 0 ? 0 : this.requested)) {
      this.requested++
      const lease = this.unused.pop()
      const left = this.unused.length
      if (lease === undefined) this.pool!.acquire(this.leased)
      else this.leased(lease)
      // Prefetched tasks may have begun elsewhere by now, and then nothing is left for this worker.
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
    if (isLease) this.use(lease)
    // A running request does the rest itself. For a worker that comes later it is done here.
    if (this.isRequesting && isLease) return this.useOrRelease(lease)
    const isOutermost = trampoline.enter()
    try {
      // The limit may be lower now than when the worker was requested.
      if (isLease && lease.worker instanceof PrefetchingWorker) this.retireSurplus()
      if (isLease) this.useOrRelease(lease)
      else this.failedToStart(lease)
      // There may be no task left for the worker, and no turn at whose end it would be released.
      this.releaseUnused()
      this.owner.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  /** Gives a worker, whose lease counts as used, to the next task, or keeps it as unused. */
  useOrRelease(lease: Lease): void {
    const { worker } = lease
    const prefetches = worker instanceof PrefetchingWorker
    if (prefetches && worker.isGone) {
      // A prefetched task that could not be revoked has begun there.
      const begun = worker.isAlive ? worker.prefetched.take() : undefined
      return begun === undefined ? this.discard(lease) : this.owner.grant(begun, lease)
    }
    const node = prefetches ? this.nextFor(worker) : this.isOverLimit ? undefined : this.owner.admission.takeNext()
    if (node === undefined) {
      this.unuse(lease)
      this.unused.push(lease)
    } else {
      this.owner.grant(node, lease)
    }
  }

  private use({ worker }: Lease): void {
    this.used++
    if (worker instanceof PrefetchingWorker) worker.leaseUsed()
  }

  private unuse({ worker }: Lease): void {
    this.used--
    if (worker instanceof PrefetchingWorker) worker.leaseUnused()
  }

  /** The worker of this lease gets no more work. */
  private discard(lease: Lease): void {
    const { worker } = lease
    this.unuse(lease)
    if (worker instanceof PrefetchingWorker && worker.isSpent) worker.endsFor("retired")
    this.pool!.invalidate(worker)
    // The worker is closed with its last lease, and its prefetched tasks would end with it. If it dies instead, they wait again. So the
    // lease is held until it has died.
    if (!(worker instanceof PrefetchingWorker && worker.hold(lease))) this.pool!.release(lease)
    if (!this.isRequesting) this.request()
  }

  // ---------------------------------------------------------- prefetching workers

  private nextFor(worker: PrefetchingWorker): Waiting | undefined {
    // A prefetched task that could not be revoked has begun there.
    if (this.isOverLimit) return worker.prefetched.take()
    return worker.prefetched.take() ?? this.owner.admission.takeNext() ?? this.steal(worker)
  }

  /** An idle worker steals tasks that another worker has prefetched and not begun. */
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
      if (worker.isBelow(first.priority)) this.overtake(worker.prefetched, first.priority)
      this.prefetchTo(worker)
    }
  }

  prefetchTo(worker: PrefetchingWorker): void {
    // A prefetched task gets the place of the one that ends before it. A worker without running tasks would begin it without a place, and
    // its end could be missed.
    if (worker.used === 0) return
    // Tasks that were granted this worker go first.
    if (this.queue.size === 0 || this.isFull || this.owner.isToBeginIn(worker)) return
    for (let wanted = worker.wanted; wanted > 0; wanted--) {
      const node = this.queue.first
      // A task that has lost a worker is not prefetched again.
      if (!(node instanceof TaskFuture) || node.handedOver !== undefined) return
      // A task that may have to wait for a rate is not prefetched, because the worker would begin it by itself.
      if (node.engine.admission.isRated || !worker.prefetch(node)) return
      worker.wasPrefetched(node)
    }
  }

  /** Prefetched tasks that are less urgent go back to the queue. */
  private overtake(prefetched: TaskQueue<Waiting>, priority: number): void {
    for (const node of prefetched.toArray().toReversed()) {
      if (node.priority >= priority || !(node instanceof TaskFuture) || !node.revoke()) break
      unqueue(node)
      this.queue.unshift(node)
    }
  }

  /** How many nodes wait for a worker, in the queue or prefetched. */
  private get waiting(): number {
    let { size } = this.queue
    // A held executor still gives workers to blocked tasks that want one again.
    if (size > 0 && this.owner.admission.isHeld) size = this.queue.first instanceof TaskFuture ? 0 : 1
    for (const { prefetched } of this.prefetchingWorkers) size += prefetched.size
    return size
  }

  started(worker: PrefetchingWorker): void {
    this.prefetchingWorkers.add(worker)
  }

  /** The limit or the pause has changed, so other tasks may begin. */
  admissionChanged(): void {
    this.releaseUnused()
    this.pool!.setMaxWorkers(this.mostWorkers)
    if (this.isFull) for (const worker of this.prefetchingWorkers) this.overtake(worker.prefetched, Infinity)
    this.retireSurplus()
  }

  /** Surplus workers end with their running tasks. Their prefetched tasks go to other workers. */
  private retireSurplus(): void {
    const staying = Array.from(this.prefetchingWorkers).filter((worker) => !worker.isGone)
    const surplus = staying.length - this.mostWorkers
    // The last workers go first, because they have just started and have nothing to do.
    if (surplus > 0) for (const worker of staying.slice(-surplus)) this.giveUp(worker, "surplus")
  }

  private get mostWorkers(): number {
    const { admission, options } = this.owner
    return admission.maxWorkers / (options.concurrency ?? 1)
  }

  private get isOverLimit(): boolean {
    return this.used > this.owner.admission.maxWorkers
  }

  /** Whether tasks must not be prefetched, because a worker would begin them by itself. */
  private get isFull(): boolean {
    return this.owner.admission.isHeld || this.isOverLimit
  }

  /** The worker ends with its running tasks, and another one takes its place. */
  replace(worker: PrefetchingWorker, reason: WorkerEndReason): void {
    trampoline.change(() => {
      this.giveUp(worker, reason)
      this.request()
      this.owner.changed()
    })
  }

  /** A worker that hangs before a task can begin there is replaced, and ends with its last task. */
  giveUp(worker: PrefetchingWorker, reason: WorkerEndReason = "unresponsive"): void {
    worker.giveUp(reason)
    this.overtake(worker.prefetched, Infinity)
    this.pool!.invalidate(worker)
  }

  /** The worker has ended. `unbegun` are those of its tasks that had not begun, in order. */
  ended(worker: PrefetchingWorker, unbegun: ReadonlyArray<TaskFuture<unknown, unknown>>, end?: WorkerEnd): void {
    trampoline.change(() => {
      this.prefetchingWorkers.delete(worker)
      if (end !== undefined && isCrash(end.kind)) this.crashed++
      const placed = unbegun.filter((task) => task.taskRun !== undefined)
      for (const task of unbegun) if (task.taskRun === undefined) task.notHandedOver()
      // Only tasks that had not begun are still in this queue. Prefetched tasks that had begun have ended before this call.
      for (const node of worker.prefetched.toArray().toReversed()) {
        unqueue(node)
        this.queue.unshift(node)
      }
      const leases = this.putBack(placed)
      // Prefetched tasks cannot have killed the worker. Only tasks with a place there are charged.
      if (end !== undefined && isCrash(end.kind)) for (const task of placed) this.charge(task, worker, end)
      for (const lease of leases) this.discard(lease)
      this.pool!.invalidate(worker)
      for (const lease of worker.takeHeld()) this.pool!.release(lease)
      this.request()
      this.owner.changed()
    })
  }

  /** Counts the starts that the task has lost. Otherwise a task that kills each worker would go on for ever. */
  private charge(task: TaskFuture<unknown, unknown>, worker: PrefetchingWorker, end: WorkerEnd): void {
    const lost = (this.lost.get(task) ?? 0) + 1
    this.lost.set(task, lost)
    const { crashError, maxAttempts = Infinity } = this.owner.options
    if (lost >= maxAttempts && crashError !== undefined) task.failUnbegun(crashError(worker, end, lost, task.name))
  }

  /** The worker that this task was granted died before the task was handed over. */
  move(task: TaskFuture<unknown, unknown>): void {
    for (const lease of this.putBack([task])) this.discard(lease)
  }

  /** The task's fiber has found out that the worker is gone and the task has not begun. `park` makes the fiber wait for the next worker. */
  moveLate(task: TaskFuture<unknown, unknown>, park: () => void): void {
    trampoline.change(() => {
      this.move(task)
      park()
      this.owner.changed()
    })
  }

  /** These tasks wait again, in this order, because their worker died before they began. Returns the leases that they held. */
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

  /** A worker cannot be started. If there is no other, all tasks that wait for one fail. */
  private failedToStart(cause: Cause.Cause<unknown>): void {
    const failure = cause.reasons.find((reason) => reason._tag === "Fail")
    if (failure === undefined || this.prefetchingWorkers.size > 0 || this.requested > 0) return
    // No worker is started for tasks that are about to fail as well.
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
