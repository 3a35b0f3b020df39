import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import type * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type * as Scheduler from "effect/Scheduler"
import { ExecutorShutdownError, QueueFullError } from "../../Errors.ts"
import { Fifo } from "../Fifo.ts"
import type { Event, ShutdownMode, Stats, SubmitOptions } from "../../Executor.ts"
import { Deadlines } from "./Deadlines.ts"
import { EventHub } from "./EventHub.ts"
import { awaitDone } from "../future/join.ts"
import { DistantWorker } from "./DistantWorker.ts"
import type { Lanes, Lease } from "./Lanes.ts"
import { RoomQueue, type RoomWaiter } from "./RoomQueue.ts"
import { type SubmitRequest, submitRequest } from "./submitRequest.ts"
import { ownTask, suspend } from "./suspend.ts"
import { type Outcome, TaskFuture } from "./TaskFuture.ts"
import { type QueueNode, queueOf, TaskQueue, unqueue } from "./TaskQueue.ts"
import { TaskRun } from "./TaskRun.ts"
import * as trampoline from "../trampoline.ts"
import { UnrolledList } from "../UnrolledList.ts"
import { Watchers } from "./Watchers.ts"

export interface EngineOptions {
  readonly name: string
  /** How many tasks run at a time, at most. */
  readonly maxWorkers: number
  /** Milliseconds, `Infinity` for none. */
  readonly timeout: number
  /** Milliseconds, `Infinity` for none. */
  readonly queueTimeout: number
  readonly capacity: number
  readonly overflow: "suspend" | "fail"
  readonly onFailure: "isolate" | "cancelAll"
  /** What its workers can do. */
  readonly takes: "effects" | "tasks"
  /** What a task fails with that gets no worker, since none can be started. */
  readonly startError: (failure: unknown, task: string) => unknown
  /** What a worker does with a task. */
  readonly body: <A, E>(
    effect: Effect.Effect<A, E>,
    run: TaskRun,
    fiber: Fiber.Fiber<unknown, unknown>
  ) => Effect.Effect<A, E>
  /** For workers elsewhere: gives a task to the worker that it has. It ends by `endUnattended`, unless its fiber follows it. */
  readonly startElsewhere?: (task: TaskFuture<unknown, unknown>) => void
}

// How many tasks may begin before the event loop gets a turn: tasks that never wait
// would else keep timers and sockets from being served.
const beginningsPerTurn = 2048

/**
 * An executor's queue, its limits and its books; also those of a group, which passes
 * its tasks on to its parent and is, like it, a link in the `chain` that ends at the root.
 *
 * Everything here is bookkeeping in one turn and runs no user code; what does (beginning
 * a task, waking a joiner) goes through the trampoline, after the books are right.
 */
export class Engine {
  readonly options: EngineOptions
  readonly parent: Engine | undefined
  readonly root: Engine
  /** From here up to the root. */
  readonly chain: ReadonlyArray<Engine>
  readonly children = new Set<Engine>()
  readonly queue = new TaskQueue()
  readonly events = new EventHub()
  readonly watchers = new Watchers()
  /** Tasks of this very engine that run. */
  readonly active = new UnrolledList<TaskFuture<unknown, unknown>>()
  /** Tasks of this very engine that stand in line upstream. */
  readonly forwarded = new Set<TaskFuture<unknown, unknown>>()
  /** The root's threads or processes. */
  readonly distantWorkers = new Set<DistantWorker>()
  readonly callbacks = new Set<Fiber.Fiber<unknown, unknown>>()
  readonly terminated = Latch.makeUnsafe(false)
  readonly tally: Record<Outcome, number> = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0 }
  pending = 0
  running = 0
  /** Running tasks that wait for this executor and have lent their worker. */
  lending = 0
  timeout: number
  closing: ShutdownMode | undefined = undefined
  /** Closed, and its last task has ended. */
  isEnding = false
  /** What to do when nothing is left after a shutdown. */
  onDrained: (() => void) | undefined = undefined
  /** Set for the root, before the first submission. */
  lanes: Lanes | undefined = undefined
  readonly room = new RoomQueue()
  private readonly deadlines = new Deadlines()
  // Nodes from here that hold a worker or stand in line upstream; for the root also workers that were asked for.
  private granted = 0
  private requested = 0
  private isRequesting = false
  // Granted a worker, but their code has not begun.
  private readonly starting = new Fifo<TaskFuture<unknown, unknown>>()
  private begun = 0
  private isYielding = false
  private isScheduled = false
  private isReleasing = false
  // Workers that nothing uses at the moment. Giving them back waits for the end of the turn: who runs one
  // task after the other would else pay for the pool each time.
  private readonly spare: Array<Lease> = []

  constructor(options: EngineOptions, parent: Engine | undefined) {
    this.options = options
    this.timeout = options.timeout
    this.parent = parent
    this.root = parent === undefined ? this : parent.root
    this.chain = parent === undefined ? [this] : [this, ...parent.chain]
    parent?.children.add(this)
  }

  get name(): string {
    return this.options.name
  }

  get isClosed(): boolean {
    for (const engine of this.chain) if (engine.closing !== undefined) return true
    return false
  }

  get isIdle(): boolean {
    return this.pending === 0 && this.running === 0
  }

  /** Whether nothing goes on but tasks that wait for this executor itself, and so in the end for each other. */
  get isQuiet(): boolean {
    return this.pending === 0 && this.running === this.lending
  }

  get stats(): Stats {
    const workers = this.lanes?.size ?? this.running - this.lending
    return { pending: this.pending, running: this.running, ...this.tally, workers }
  }

  // ---------------------------------------------------------------- submission

  submit<A, E>(
    effect: Effect.Effect<A, E>,
    options: SubmitOptions | undefined,
    overflow: "suspend" | "fail" = this.root.options.overflow,
    // For callers that are not interruptible, so that no future gets lost to them: what makes the wait interruptible.
    restore: <B, F>(effect: Effect.Effect<B, F>) => Effect.Effect<B, F> = identity
  ): Effect.Effect<TaskFuture<A, E>, ExecutorShutdownError | QueueFullError> {
    return Effect.withFiber<TaskFuture<A, E>, ExecutorShutdownError | QueueFullError>((fiber) => {
      const request = submitRequest(effect, options, this.timeout, this.options.takes)
      if (this.isClosed) return Effect.fail(this.shutdownError())
      if (this.root.room.isEmpty && this.hasRoom()) return Effect.succeed(this.accept(effect, request, fiber))
      if (overflow === "fail") {
        return Effect.fail(new QueueFullError({ executor: this.name, capacity: this.root.options.capacity }))
      }
      return restore(this.waitForRoom(effect, request, fiber))
    })
  }

  private waitForRoom<A, E>(
    effect: Effect.Effect<A, E>,
    request: SubmitRequest,
    fiber: Fiber.Fiber<unknown, unknown>
  ): Effect.Effect<TaskFuture<A, E>, ExecutorShutdownError> {
    return suspend<TaskFuture<A, E>, ExecutorShutdownError>(ownTask(fiber, this), (resume) => {
      let admitted: TaskFuture<A, E> | undefined
      const waiter: RoomWaiter = {
        engine: this,
        admit: () => {
          const future = (admitted = this.accept(effect, request, fiber))
          trampoline.run(() => resume(Effect.succeed(future)))
        },
        refuse: () => trampoline.run(() => resume(Effect.fail(this.shutdownError())))
      }
      // A fiber may have to give way between any two steps, so it may have been closed since the last look.
      if (this.isClosed) {
        waiter.refuse()
        return () => {}
      }
      this.root.room.add(waiter)
      // There may be a worker for it, if those that wait before it are of a group that has reached its limit.
      const isOutermost = trampoline.enter()
      this.root.admitWaiters()
      trampoline.leave(isOutermost)
      return () => {
        this.root.room.remove(waiter)
        if (admitted === undefined || admitted.isDone) return
        // Interrupted after it was admitted, while it waited for its worker: nobody will ever see the future.
        admitted.interrupt(fiber.id)
        return awaitDone(admitted)
      }
    })
  }

  shutdownError(): ExecutorShutdownError {
    return new ExecutorShutdownError({ executor: this.name })
  }

  /** Room to wait in, or a worker at once. */
  private hasRoom(): boolean {
    return this.root.pending < this.root.options.capacity || this.chain.every((engine) => engine.isFree)
  }

  /** Whether nothing waits here and the limit allows one more. */
  private get isFree(): boolean {
    return this.queue.size === 0 && this.granted + this.requested < this.options.maxWorkers
  }

  /** Gives back the workers that nothing uses. */
  releaseSpare(): void {
    for (const lease of this.spare.splice(0)) this.lanes!.release(lease)
  }

  private admitWaiters(): void {
    for (const waiter of this.room.waiters) {
      // With neither room nor a worker there is nothing for those behind either. With a worker there may be:
      // the first may be of a group that has reached its limit.
      if (this.pending >= this.options.capacity && !this.isFree) return
      if (!waiter.engine.hasRoom()) continue
      this.room.remove(waiter)
      waiter.admit()
    }
  }

  private accept<A, E>(
    effect: Effect.Effect<A, E>,
    request: SubmitRequest,
    fiber: Fiber.Fiber<unknown, unknown>
  ): TaskFuture<A, E> {
    const isOutermost = trampoline.enter()
    try {
      const task = new TaskFuture(effect, this, request, fiber)
      for (const engine of this.chain) engine.pending++
      if (this.isHeard) this.publish({ _tag: "Submitted", id: task.id, name: task.name, time: now(task) })
      this.queue.push(task)
      this.passOn()
      // Like a forked fiber it begins after its forker's turn, which has the future in hand by then.
      if (this.root.starting.length > 0) this.root.beginLater(fiber)
      if (task.state === "pending" && this.root.options.queueTimeout !== Infinity) {
        this.root.deadlines.add(task, this.root.options.queueTimeout)
      }
      return task
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  // ------------------------------------------------------------------- workers

  /** Hands what waits here and upstream a worker, as far as the limits allow. */
  private passOn(): void {
    for (const engine of this.chain) {
      if (engine.parent === undefined) engine.requestWorkers()
      else engine.forwardTo(engine.parent)
    }
  }

  private forwardTo(parent: Engine): void {
    while (this.granted < this.options.maxWorkers) {
      const node = this.queue.take()
      if (node === undefined) return
      this.granted++
      if (node.engine === this && node instanceof TaskFuture) this.forwarded.add(node)
      parent.queue.push(node)
    }
  }

  private requestWorkers(): void {
    this.isRequesting = true
    while (this.granted + this.requested < this.options.maxWorkers && this.waiting > this.requested) {
      this.requested++
      const spare = this.spare.pop()
      const unused = this.spare.length
      if (spare === undefined) this.lanes!.acquire(this.leased)
      else this.leased(spare)
      // What other workers were given ahead of need may have begun there by now, and then there is nothing left for it.
      if (this.spare.length > unused) break
    }
    this.isRequesting = false
    if (this.distantWorkers.size > 0 && this.queue.size > 0) trampoline.run(this.handAhead)
  }

  private readonly leased = (lease: Lease | Cause.Cause<unknown>): void => {
    this.requested--
    const isLease = "worker" in lease
    if (isLease) this.granted++
    // Who requests sees to the rest itself; a worker that comes later finds nobody to do it.
    if (this.isRequesting && isLease) return this.useOrRelease(lease)
    const isOutermost = trampoline.enter()
    try {
      if (isLease) this.useOrRelease(lease)
      else this.failedToStart(lease)
      // Nobody may be left who waits for it, and nothing be going on that gives it back at the end of the turn.
      this.releaseSpare()
      this.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  /** The root's, for a lease that `granted` counts. */
  private useOrRelease(lease: Lease): void {
    const { worker } = lease
    const isDistant = worker instanceof DistantWorker
    if (isDistant && worker.isGone) return this.discard(lease)
    const node = isDistant ? this.nextFor(worker) : this.queue.take()
    if (node === undefined) {
      this.granted--
      this.spare.push(lease)
    } else {
      this.grant(node, lease)
    }
  }

  /** The worker of this lease is not to be used any more. */
  private discard(lease: Lease): void {
    const { worker } = lease
    this.granted--
    this.lanes!.invalidate(worker)
    // With its last lease a worker is closed, and what it was given ahead of need with it. One that dies gives that back first.
    if (worker instanceof DistantWorker && worker.ahead.size > 0) worker.held.push(lease)
    else this.lanes!.release(lease)
    if (!this.isRequesting) this.requestWorkers()
  }

  // ---------------------------------------------------------- distant workers

  private nextFor(worker: DistantWorker): QueueNode | undefined {
    return worker.ahead.take() ?? this.queue.take() ?? this.takeBackFromOthers(worker)
  }

  /** A worker without work takes over what another one was given ahead of need and has not begun. */
  private takeBackFromOthers(worker: DistantWorker): QueueNode | undefined {
    for (const other of this.distantWorkers) {
      if (other === worker || other.ahead.size === 0) continue
      for (const node of other.ahead.toArray()) {
        if (!(node instanceof TaskFuture) || !node.withdraw()) continue
        unqueue(node)
        return node
      }
    }
    return undefined
  }

  private readonly handAhead = (): void => {
    for (const worker of this.distantWorkers) {
      const first = this.queue.first
      if (first === undefined) return
      if (first.priority > worker.lowestPriority) this.overtake(worker.ahead, first.priority)
      this.handAheadTo(worker)
    }
  }

  private handAheadTo(worker: DistantWorker): void {
    // What has a place there goes first.
    if (this.queue.size === 0 || this.starting.some(({ taskRun }) => taskRun?.lease?.worker === worker)) return
    for (let wanted = worker.wanted; wanted > 0; wanted--) {
      const node = this.queue.first
      // Not one that has run already, in a worker that died.
      if (!(node instanceof TaskFuture) || node.handedOver !== undefined || !worker.handAhead(node)) return
      unqueue(node)
      // Whatever its priority: the worker begins them in the order in which it has got them, and one before it may have begun.
      worker.ahead.push(node, 0)
      worker.lowestPriority = node.priority
    }
  }

  /** What was handed over ahead of need, and is less urgent, has to wait with the others again. */
  private overtake(ahead: TaskQueue, priority: number): void {
    for (const node of ahead.toArray().toReversed()) {
      if (node.priority >= priority || !(node instanceof TaskFuture) || !node.withdraw()) break
      unqueue(node)
      this.queue.unshift(node)
    }
  }

  /** How many wait for a worker, in line here or in that of a worker. */
  private get waiting(): number {
    let { size } = this.queue
    for (const { ahead } of this.distantWorkers) size += ahead.size
    return size
  }

  workerStarted(worker: DistantWorker): void {
    this.distantWorkers.add(worker)
  }

  /** The worker has ended. `unbegun` are those of its tasks that had not begun, in order. */
  workerEnded(worker: DistantWorker, unbegun: ReadonlyArray<TaskFuture<unknown, unknown>>): void {
    const isOutermost = trampoline.enter()
    try {
      this.distantWorkers.delete(worker)
      for (const task of unbegun) this.move(task)
      // Those that had begun, and of whose predecessors' ends nothing was known yet, have ended by now, and are as good as done.
      for (const node of worker.ahead.toArray().toReversed()) {
        unqueue(node)
        this.queue.unshift(node)
      }
      this.lanes!.invalidate(worker)
      for (const lease of worker.held.splice(0)) this.lanes!.release(lease)
      this.requestWorkers()
      this.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  /** What it was handed over to has died before it began. */
  private move(task: TaskFuture<unknown, unknown>): void {
    const { handedOver, taskRun } = task
    task.handedOver = undefined
    if (taskRun === undefined) return
    const { lease } = taskRun
    taskRun.lease = undefined
    this.queue.push(taskRun)
    handedOver?.moved()
    if (lease !== undefined) this.discard(lease)
  }

  /** A worker cannot be started. If there is no other, that is the end of all who wait for one. */
  private failedToStart(cause: Cause.Cause<unknown>): void {
    const failure = cause.reasons.find((reason) => reason._tag === "Fail")
    if (failure === undefined || this.distantWorkers.size > 0 || this.requested > 0) return
    for (const node of this.queue.toArray()) {
      if (node instanceof TaskFuture) node.failUnbegun(this.options.startError(failure.error, node.name))
      else if (node instanceof TaskRun) node.failUnbegun(this.options.startError(failure.error, node.task.name))
    }
  }

  private grant(node: QueueNode, lease: Lease): void {
    node.granted(lease)
    // What comes ahead of need comes after it, once that is handed over which `granted` has woken.
    if (!(node instanceof TaskFuture)) return trampoline.run(this.handAhead)
    const { worker } = lease
    const engine = node.engine
    node.deadline?.remove()
    node.deadline = undefined
    if (engine.parent !== undefined) engine.forwarded.delete(node)
    if (worker instanceof DistantWorker) worker.took()
    engine.active.push(node)
    for (const each of engine.chain) {
      each.pending--
      each.running++
    }
    if (engine.isHeard) {
      engine.publish({ _tag: "Started", id: node.id, name: node.name, worker: worker.id, time: now(node) })
    }
    this.starting.push(node)
  }

  /** Takes a node out of the line it stands in, and off the books of the engines that it has passed. */
  private leave(node: QueueNode): void {
    const at = queueOf(node)
    unqueue(node)
    for (const engine of node.engine.chain) {
      // The root's nodes stand there, or in the line of a worker.
      if (engine.queue === at || engine.parent === undefined) return
      engine.granted--
    }
  }

  /** Gives the worker of a task to the next in line. */
  private handOver(lease: Lease): void {
    for (const engine of this.chain) {
      if (engine.parent === undefined) break
      engine.granted--
      engine.forwardTo(engine.parent)
    }
    this.root.useOrRelease(lease)
  }

  /** A task waits for this executor: while it does, others have its worker. */
  lend(run: TaskRun): void {
    const isOutermost = trampoline.enter()
    try {
      for (const engine of this.chain) engine.lending++
      const lease = run.lease
      run.lease = undefined
      if (lease === undefined) {
        this.leave(run)
        this.passOn()
      } else {
        this.handOver(lease)
      }
      this.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  takeBack(run: TaskRun): void {
    const isOutermost = trampoline.enter()
    try {
      for (const engine of this.chain) engine.lending--
      this.queue.push(run)
      this.passOn()
      this.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  // ----------------------------------------------------------------- beginning

  private beginLater(fiber: Fiber.Fiber<unknown, unknown>): void {
    if (this.isScheduled) return
    this.isScheduled = true
    fiber.currentDispatcher.scheduleTask(this.nextTurn, 0)
  }

  private readonly nextTurn = (): void => {
    this.isScheduled = false
    this.begun = 0
    this.isYielding = false
    this.releaseSpare()
    trampoline.run(this.advance)
  }

  // Not as good as a turn to begin in: the fiber that submits next may have another dispatcher, which comes sooner.
  private releaseLater(dispatcher: Scheduler.SchedulerDispatcher): void {
    if (this.isScheduled || this.isReleasing) return
    this.isReleasing = true
    dispatcher.scheduleTask(this.releaseTurn, 0)
  }

  private readonly releaseTurn = (): void => {
    this.isReleasing = false
    this.begun = 0
    this.releaseSpare()
  }

  /** Begins what has a worker, now: for one that waits for it, whose turn is over anyway. */
  beginNow(): void {
    if (this.starting.length > 0) trampoline.run(this.advance)
  }

  /** Begins one task that has a worker; the next gets its turn after what this one wakes. */
  private readonly advance = (): void => {
    if (this.isYielding) return
    const task = this.starting.shift()
    if (task === undefined) return
    // A synchronous scheduler has no turns to give.
    if (++this.begun > beginningsPerTurn && task.fiber.cache.scheduler.executionMode === "async") {
      this.isYielding = true
      this.starting.unshift(task)
      this.beginLater(task.fiber)
      return
    }
    // It may have been cancelled since then.
    if (!task.isDone) this.beginTask(task)
    if (this.starting.length > 0) trampoline.run(this.advance)
  }

  private beginTask(task: TaskFuture<unknown, unknown>): void {
    const run = task.taskRun!
    const chain = task.engine.chain
    const around = task.submitter.surrounding?.engines
    const isNew = around !== undefined && around.some((engine) => !chain.includes(engine))
    run.engines = isNew ? Array.from(new Set([...chain, ...around])) : chain
    if (task.timeout !== 0) this.deadlines.add(task, task.timeout)
    const { startElsewhere } = this.options
    if (startElsewhere === undefined) return task.begin()
    const worker = run.lease?.worker
    task.beginElsewhere(startElsewhere)
    if (worker instanceof DistantWorker) this.handAheadTo(worker)
  }

  // ---------------------------------------------------------------- settlement

  /** A task has ended. To be called between `enter` and `leave`, so that nobody sees the books before they are right. */
  settled(task: TaskFuture<unknown, unknown>, wasPending: boolean, outcome: Outcome): void {
    task.deadline?.remove()
    task.deadline = undefined
    for (const engine of this.chain) {
      if (wasPending) engine.pending--
      else engine.running--
      engine.tally[outcome]++
    }
    if (this.isHeard) this.publish({ _tag: "Ended", id: task.id, name: task.name, outcome, time: now(task) })
    if (wasPending) {
      this.forwarded.delete(task)
      this.leave(task)
      this.passOn()
    } else {
      this.active.remove(task)
      this.stopped(task.taskRun!)
    }
    // A task that has ended elsewhere may have no fiber, and needs none for this.
    const isElsewhere = this.options.startElsewhere !== undefined
    if (this.root.spare.length > 0) {
      this.root.releaseLater(isElsewhere ? this.root.lanes!.dispatcher : task.fiber.currentDispatcher)
    }
    if (outcome === "failed" || outcome === "timedOut") this.siblingFailed()
    this.changed()
  }

  private stopped(run: TaskRun): void {
    if (run.isLending) {
      for (const engine of this.chain) engine.lending--
    } else if (run.lease === undefined) {
      this.leave(run)
      this.passOn()
    } else {
      this.handOver(run.lease)
    }
    run.end()
  }

  private siblingFailed(): void {
    for (const engine of this.chain) {
      if (engine.options.onFailure === "isolate") return
      engine.cancelAll()
    }
  }

  /** Replaced by the group that this is. */
  cancelAll: () => void = () => {}

  /** Wakes whoever waits for what the last change has made true. */
  private changed(): void {
    if (!this.root.room.isEmpty) this.root.admitWaiters()
    for (const engine of this.chain) {
      engine.watchers.check()
      if (engine.closing !== undefined && engine.isIdle) engine.onDrained?.()
    }
    if (this.root.starting.length > 0) trampoline.run(this.root.advance)
  }

  // -------------------------------------------------------------------- events

  private get isHeard(): boolean {
    for (const engine of this.chain) if (engine.events.isHeard) return true
    return false
  }

  private publish(event: Event): void {
    for (const engine of this.chain) engine.events.publish(event)
  }
}

const now = (task: TaskFuture<unknown, unknown>): number => task.submitter.clock.currentTimeMillisUnsafe()
