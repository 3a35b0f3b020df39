import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import type * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import { ExecutorShutdownError, QueueFullError } from "../../Errors.ts"
import type { ShutdownMode, Stats, SubmitOptions, WorkerEndReason } from "../../Executor.ts"
import { Admission, type AdmissionOwner } from "./Admission.ts"
import { StartQueue } from "./StartQueue.ts"
import { Deadlines } from "./Deadlines.ts"
import { EventHub, type Observer, told } from "./EventHub.ts"
import { eventClock } from "./eventClock.ts"
import { takeOrigin } from "../future/origins.ts"
import { realClock } from "./realClock.ts"
import { awaitDone, type FutureImpl } from "../future/FutureImpl.ts"
import { PrefetchingWorker } from "./PrefetchingWorker.ts"
import type { Lease, Worker } from "./WorkerPool.ts"
import { inSpan, SpanObserver } from "./spans.ts"
import { Overdue } from "./Overdue.ts"
import { RateGate } from "./RateGate.ts"
import type { CheckedRate } from "./rateOptions.ts"
import { CapacityQueue, type CapacityWaiter } from "./CapacityQueue.ts"
import { type SubmitRequest, submitRequest } from "./submitRequest.ts"
import { ownTask, type Surrounding, suspend } from "../future/blocking.ts"
import { type Outcome, type Run, TaskFuture, type TaskOwner, type Waiting } from "./TaskFuture.ts"
import { queueOf, TaskQueue, unqueue } from "./TaskQueue.ts"
import { TaskTimes } from "./TaskTimes.ts"
import { readerWaitsOf } from "../stream/ReaderWaits.ts"
import { LazySet } from "../LazySet.ts"
import * as trampoline from "../trampoline.ts"
import { UnrolledList } from "../UnrolledList.ts"
import { ConditionWaiters } from "./ConditionWaiters.ts"
import type { WorkerEnd } from "./WorkerEnd.ts"
import { TaskDispatcher, type DispatcherOwner } from "./TaskDispatcher.ts"

export interface EngineOptions {
  readonly name: string
  /** What the time of its events is of. */
  readonly clock?: Clock.Clock
  /** Whether each task has a span. */
  readonly traced?: boolean
  /** How many tasks run at a time, at most, to begin with. */
  readonly maxWorkers: number
  /** For workers elsewhere: how many tasks one of them has in flight, at most. */
  readonly concurrency?: number
  /** Milliseconds, `Infinity` for none. */
  readonly timeout: number
  /** Milliseconds, `Infinity` for none. */
  readonly queueTimeout: number
  /** For workers elsewhere: how long they may take to get ready for a task, in real milliseconds. */
  readonly startTimeout?: number
  /** For workers elsewhere: how many of them a task may be given to that die before it begins. */
  readonly maxAttempts?: number
  readonly capacity: number
  readonly overflow: "suspend" | "fail"
  readonly onFailure: "isolate" | "cancelAll"
  /** What its workers can do. */
  readonly takes: "effects" | "tasks"
  /** What a task fails with that gets no worker, since none can be started. Nothing if that is not to be held against it. */
  readonly startError: (failure: unknown, task: TaskFuture<unknown, unknown>) => unknown
  /** For workers elsewhere: what a task fails with that has lost all its `maxAttempts`. */
  readonly crashError?: (worker: Worker, end: WorkerEnd, attempts: number, task: string) => unknown
  /** What a worker does with a task. */
  readonly body: <A, E>(
    effect: Effect.Effect<A, E>,
    run: Run,
    fiber: Fiber.Fiber<unknown, unknown>
  ) => Effect.Effect<A, E>
  /** For workers elsewhere: gives a task to the worker that it has. It calls its `ended`, unless its fiber follows it. */
  readonly startElsewhere?: (task: TaskFuture<unknown, unknown>) => void
  /** For tasks that are kept outside of this process. */
  readonly keeper?: Keeper
}

/** Keeps tasks where others have them too: what differs then from an executor that has its tasks for itself. */
export interface Keeper {
  /** As `submitRequest`, for options that may say more. */
  readonly request: typeof submitRequest
  readonly makeFuture: <A, E>(
    effect: Effect.Effect<A, E>,
    engine: Engine,
    request: SubmitRequest,
    submitContext: { readonly context: Context.Context<never> }
  ) => TaskFuture<A, E>
  /** What a submission waits for when it has got the future. */
  readonly keep: (future: TaskFuture<unknown, unknown>) => Effect.Effect<void>
  readonly makeDispatcher: (engine: Engine) => TaskDispatcher
}

/**
 * An executor's queue, its limits and its books; also those of a group, which passes
 * its tasks on to its parent and is, like it, a link in the `chain` that ends at the root.
 *
 * Everything here is bookkeeping in one turn and runs no user code; what does (beginning
 * a task, waking a joiner) goes through the trampoline, after the books are right.
 */
export class Engine implements TaskOwner, DispatcherOwner, AdmissionOwner {
  readonly options: EngineOptions
  readonly name: string
  readonly parent: Engine | undefined
  readonly root: Engine
  /** From here up to the root. */
  readonly chain: ReadonlyArray<Engine>
  readonly children = new LazySet<Engine>()
  readonly queue = new TaskQueue<Waiting>()
  readonly events = new EventHub()
  readonly waiters = new ConditionWaiters()
  /** Tasks of this very engine that run. */
  readonly active = new UnrolledList<TaskFuture<unknown, unknown>>()
  readonly admission: Admission
  readonly callbacks = new LazySet<Fiber.Fiber<unknown, unknown>>()
  readonly tally: Record<Outcome, number> = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0 }
  pending = 0
  running = 0
  /** Running tasks that wait for this executor and have lent their worker. */
  blocked = 0
  timeout: number
  closing: ShutdownMode | undefined = undefined
  /** Closed, and its last task has ended. */
  isEnding = false
  /** What to do when nothing is left after a shutdown. */
  onDrained: (() => void) | undefined = undefined
  /** Called when there is nothing left to do. */
  onIdle: (() => void) | undefined = undefined
  private detached: (() => Engine) | undefined = undefined
  private end: Latch.Latch | undefined = undefined
  /** What it is for, and the groups in it: a key of `Executor.keyed`. */
  key: string | undefined
  /** The root's, as the three below: groups have them in common with it. */
  readonly dispatcher: TaskDispatcher
  readonly startQueue: StartQueue
  readonly capacityQueue: CapacityQueue
  /** The time of events: microseconds. */
  readonly now: () => number
  // Of the root: the time of a change that is going on. No foreign code runs within one, so what it grants is granted then; and to ask the
  // system for the time takes as long as all the rest.
  private stepTime: number | undefined = undefined
  private readonly deadlines: Deadlines

  constructor(options: EngineOptions, parent: Engine | undefined, name = options.name) {
    this.options = options
    this.name = name
    this.timeout = options.timeout
    this.parent = parent
    this.root = parent === undefined ? this : parent.root
    this.chain = parent === undefined ? [this] : [this, ...parent.chain]
    this.admission = new Admission(this, options.maxWorkers)
    this.dispatcher = parent?.dispatcher ?? options.keeper?.makeDispatcher(this) ?? new TaskDispatcher(this)
    this.startQueue = parent?.startQueue ?? new StartQueue(this.dispatcher, (task) => task.engine.beginTask(task))
    this.capacityQueue = parent?.capacityQueue ?? new CapacityQueue()
    this.now = parent?.now ?? eventClock(options.clock ?? realClock)
    this.deadlines = parent?.deadlines ?? new Deadlines(options.startElsewhere !== undefined)
    this.key = parent?.key
    parent?.children.add(this)
    if (parent === undefined && options.traced === true) this.events.add(new SpanObserver())
  }

  /** Opens when it is closed and has come to its end. */
  get terminated(): Latch.Latch {
    return (this.end ??= Latch.makeUnsafe(false))
  }

  /** What it is now: a key that was forgotten may have another one. */
  get current(): Engine {
    return this.detached === undefined ? this : this.detached()
  }

  /** Nobody needs it for the moment. `current` is what to use instead when somebody does. */
  detach(current: () => Engine): void {
    this.parent?.children.delete(this)
    this.detached = current
  }

  attached(): void {
    this.parent?.children.add(this)
    this.detached = undefined
  }

  /** Whether nothing would be different without it: another one like it would do as well. */
  get isForgettable(): boolean {
    return (
      this.isIdle &&
      this.children.size === 0 &&
      this.callbacks.size === 0 &&
      this.capacityQueue.isEmpty &&
      !this.events.isHeard &&
      this.admission.isAsMade
    )
  }

  /** The limit as users see it: workers of an executor, tasks of a group. */
  get maxWorkers(): number {
    const { concurrency = 1 } = this.parent === undefined ? this.options : {}
    return this.admission.maxWorkers / concurrency
  }

  get isGroup(): boolean {
    return this.parent !== undefined
  }

  get pool(): object {
    return this.root
  }

  get runsHere(): boolean {
    return this.options.startElsewhere === undefined
  }

  get hearsOfCalls(): boolean {
    return !this.runsHere && this.options.keeper === undefined
  }

  get isClosed(): boolean {
    for (const engine of this.chain) if (engine.closing !== undefined) return true
    return false
  }

  get isIdle(): boolean {
    return this.pending === 0 && this.running === 0
  }

  /** Whether nothing goes on but tasks that wait for this executor itself, and so in the end for each other. */
  get isQuiescent(): boolean {
    return this.pending === 0 && this.running === this.blocked
  }

  get stats(): Stats {
    const workers = this.parent === undefined ? this.dispatcher.size : this.running - this.blocked
    const { crashed } = this.dispatcher
    const isPaused = this.chain.some(({ admission }) => admission.isPaused)
    const { maxWorkers, pending, running } = this
    return { pending, running, ...this.tally, workers, crashed, maxWorkers, isPaused }
  }

  /** Those of this engine and of its groups that have a worker. */
  *runningTasks(): Generator<TaskFuture<unknown, unknown>> {
    yield* this.active.toArray()
    for (const child of this.children) yield* child.runningTasks()
  }

  /** Those of this engine and of its groups that wait for one: first those that come next. */
  *waitingTasks(): Generator<TaskFuture<unknown, unknown>> {
    for (const line of this.root.dispatcher.queues) yield* this.ownOf(line)
    if (this.parent !== undefined) yield* this.ownOf(this.queue)
    for (const child of this.children) yield* child.heldBack()
  }

  /** Those that do not stand in the executor's line yet. */
  private *heldBack(): Generator<TaskFuture<unknown, unknown>> {
    yield* this.ownOf(this.queue)
    for (const child of this.children) yield* child.heldBack()
  }

  private *ownOf(line: TaskQueue): Generator<TaskFuture<unknown, unknown>> {
    for (const node of line.toArray()) {
      if (node instanceof TaskFuture && node.engine.chain.includes(this)) yield node
    }
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
      const { current } = this
      if (current !== this) return current.submit(effect, options, overflow, restore)
      const read = this.options.keeper?.request ?? submitRequest
      const request = read(effect, options, this.timeout, this.options.takes)
      if (request.cost !== 1) for (const { admission } of this.chain) admission.gate?.check(request.cost)
      if (this.isClosed) return Effect.fail(this.shutdownError())
      if (this.capacityQueue.isEmpty && this.hasCapacity())
        return this.kept(this.accept(effect, request, fiber), fiber, restore)
      if (overflow === "fail") {
        return Effect.fail(new QueueFullError({ executor: this.name, capacity: this.root.options.capacity }))
      }
      return Effect.flatMap(restore(this.waitForCapacity(effect, request, fiber)), (future) =>
        this.kept(future, fiber, restore)
      )
    })
  }

  /** Waits until what was accepted is where it is to be kept. */
  kept<A, E>(
    future: TaskFuture<A, E>,
    by: Fiber.Fiber<unknown, unknown>,
    restore: <B, F>(effect: Effect.Effect<B, F>) => Effect.Effect<B, F> = identity
  ): Effect.Effect<TaskFuture<A, E>> {
    const { keeper } = this.options
    if (keeper === undefined) return Effect.succeed(future)
    // Nobody will ever see the future of a submission that was interrupted.
    const drop = Effect.suspend(() => {
      future.interrupt(by.id)
      return awaitDone(future)
    })
    return Effect.as(
      Effect.onInterrupt(restore(keeper.keep(future)), () => drop),
      future
    )
  }

  private waitForCapacity<A, E>(
    effect: Effect.Effect<A, E>,
    request: SubmitRequest,
    fiber: Fiber.Fiber<unknown, unknown>
  ): Effect.Effect<TaskFuture<A, E>, ExecutorShutdownError> {
    return suspend<TaskFuture<A, E>, ExecutorShutdownError>(ownTask(fiber, this), (resume) => {
      let admitted: TaskFuture<A, E> | undefined
      const since = this.isHeard ? this.now() : undefined
      const waiter: CapacityWaiter = {
        submitsTo: this,
        hasCapacity: () => this.hasCapacity(),
        admit: () => {
          const future = (admitted = this.accept(effect, request, fiber, since))
          trampoline.run(() => resume(Effect.succeed(future)))
        },
        refuse: () => trampoline.run(() => resume(Effect.fail(this.shutdownError())))
      }
      // A fiber may have to give way between any two steps, so it may have been closed since the last look.
      if (this.isClosed) {
        waiter.refuse()
        return () => {}
      }
      this.capacityQueue.add(waiter)
      // There may be a worker for it, if those that wait before it are of a group that has reached its limit.
      const isOutermost = trampoline.enter()
      this.root.admitWaiters()
      trampoline.leave(isOutermost)
      return () => {
        this.capacityQueue.remove(waiter)
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
  private hasCapacity(): boolean {
    return this.root.pending < this.root.options.capacity || this.chain.every(({ admission }) => admission.isFree)
  }

  private admitWaiters(): void {
    for (const waiter of this.capacityQueue.waiters) {
      // With neither room nor a worker there is nothing for those behind either. With a worker there may be:
      // the first may be of a group that has reached its limit.
      if (this.pending >= this.options.capacity && !this.admission.isFree) return
      if (!waiter.hasCapacity()) continue
      this.capacityQueue.remove(waiter)
      waiter.admit()
    }
  }

  /** Makes the future, whatever room there is. */
  accept<A, E>(
    effect: Effect.Effect<A, E>,
    request: SubmitRequest,
    fiber: Fiber.Fiber<unknown, unknown>,
    submitted?: number
  ): TaskFuture<A, E> {
    const isOutermost = trampoline.enter()
    try {
      const { keeper } = this.options
      const { name, traced } = this.root.options
      const submitter = traced === true ? { context: inSpan(fiber.context, name, request.name ?? "task") } : fiber
      const task =
        keeper === undefined
          ? new TaskFuture(effect, this, request, submitter)
          : keeper.makeFuture(effect, this, request, submitter)
      if (request.cost !== 1) Object.assign(task, { cost: request.cost })
      for (const engine of this.chain) engine.pending++
      if (this.isHeard) this.tellSubmitted(task, fiber, submitted)
      this.queue.push(task)
      this.passOn()
      this.root.stepTime = undefined
      // Like a forked fiber it begins after its forker's turn, which has the future in hand by then.
      if (!this.startQueue.isEmpty) this.startQueue.later(fiber)
      if (task.state === "pending" && this.root.options.queueTimeout !== Infinity) {
        this.deadlines.add(task, this.root.options.queueTimeout)
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
      if (engine.parent === undefined) engine.dispatcher.request()
      else engine.admission.forwardTo(engine.parent)
    }
  }

  /** To be called before the first submission. */
  limitRate(rates: ReadonlyArray<CheckedRate>, context: Context.Context<never>): void {
    if (rates.length > 0) this.admission.setGate(new RateGate(rates, context, () => this.reopened()))
  }

  setMaxWorkers(maxWorkers: number): void {
    const { concurrency = 1 } = this.parent === undefined ? this.options : {}
    this.changeAdmission(() => this.admission.setMaxWorkers(maxWorkers * concurrency))
  }

  setPaused(isPaused: boolean): void {
    // What is closed has to come to its end.
    if (this.admission.isPaused === isPaused || (isPaused && this.closing !== undefined)) return
    this.changeAdmission(() => {
      this.admission.isPaused = isPaused
      if (this.parent !== undefined) this.admission.revokeSurplus()
    })
  }

  /** What may begin becomes more, or less. */
  private changeAdmission(change: () => void): void {
    const isOutermost = trampoline.enter()
    try {
      change()
      if (this.parent === undefined) this.dispatcher.admissionChanged()
      this.passOnAll()
      this.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  /** Of this and the groups below, which may have more to pass on. */
  private passOnAll(): void {
    for (const child of this.children) child.passOnAll()
    this.passOn()
  }

  /** The next may go on. */
  private reopened(): void {
    const isOutermost = trampoline.enter()
    try {
      this.passOn()
      this.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  /** The worker of a task that has not begun is gone: the task waits again, before those that have had no turn. */
  waitAgain(task: TaskFuture<unknown, unknown>): void {
    task.deadline?.remove()
    task.deadline = undefined
    this.active.remove(task)
    for (const each of this.chain) {
      each.running--
      each.pending++
    }
    for (const each of this.chain) if (each.parent !== undefined) each.admission.standsUpstream(task)
    task.waitAgain()
    if (task.times !== undefined) this.tellWaitsAgain(task)
    this.root.queue.unshift(task)
    const { queueTimeout } = this.root.options
    if (queueTimeout !== Infinity) this.deadlines.add(task, queueTimeout)
  }

  /** The root gives a worker to a node. */
  grant(waiting: Waiting, lease: Lease): void {
    waiting.granted(lease)
    // What comes ahead of need comes after it, once that is handed over which `granted` has woken.
    if (waiting instanceof TaskFuture) waiting.engine.taskGranted(waiting, lease)
    else trampoline.run(this.dispatcher.prefetch)
  }

  taskGranted(task: TaskFuture<unknown, unknown>, { worker }: Lease): void {
    task.deadline?.remove()
    task.deadline = undefined
    if (worker instanceof PrefetchingWorker) worker.took()
    this.active.push(task)
    for (const engine of this.chain) {
      if (engine.parent !== undefined && engine.admission.isNext(task)) trampoline.run(() => engine.reopened())
      engine.pending--
      engine.running++
    }
    if (this.isHeard) this.tellStarted(task, worker.id)
    this.startQueue.add(task)
  }

  isToBeginIn(worker: Worker): boolean {
    return this.startQueue.isFor(worker)
  }

  /** Takes a node out of the line it stands in, and off the books of the engines that it has passed, from this one on. */
  leave(waiting: Waiting): void {
    const at = queueOf(waiting)
    unqueue(waiting)
    for (const engine of this.chain) {
      // The root's nodes stand there, or in the line of a worker.
      if (engine.queue === at || engine.parent === undefined) return
      engine.admission.left(waiting)
    }
  }

  /** Gives the worker of a task to the next in line. */
  private handOver(lease: Lease): void {
    for (const engine of this.chain) {
      if (engine.parent === undefined) break
      engine.admission.left()
      engine.admission.forwardTo(engine.parent)
    }
    this.dispatcher.useOrRelease(lease)
  }

  /** A task waits for this executor: while it does, others have its worker. */
  block(run: Run): void {
    const isOutermost = trampoline.enter()
    try {
      for (const engine of this.chain) engine.blocked++
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

  unblock(run: Run): void {
    const isOutermost = trampoline.enter()
    try {
      for (const engine of this.chain) engine.blocked--
      this.queue.push(run)
      this.passOn()
      this.changed()
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  // ----------------------------------------------------------------- beginning

  beginTask(task: TaskFuture<unknown, unknown>): void {
    const run = task.taskRun!
    const chain: ReadonlyArray<object> = this.chain
    const around = task.submitContext.surrounding?.engines
    const isNew = around !== undefined && around.some((engine) => !chain.includes(engine))
    run.engines = isNew ? Array.from(new Set([...chain, ...around])) : chain
    const { startElsewhere } = this.options
    if (startElsewhere === undefined) {
      if (task.timeout !== 0) this.deadlines.add(task, task.timeout)
      if (task.times !== undefined) this.tellRunning(task)
      return task.begin()
    }
    if (this.options.keeper !== undefined) {
      // A machine claims what it has a place for, and nobody hears when it has called the function.
      if (task.times !== undefined) this.tellRunning(task)
      return task.beginElsewhere(startElsewhere)
    }
    const worker = run.lease?.worker
    if (!(worker instanceof PrefetchingWorker)) return
    // It may have died since it was granted, of what its last task has left there.
    if (!worker.isAlive && task.handedOver === undefined) return this.dispatcher.move(task)
    task.beginElsewhere(startElsewhere)
    if (!task.isRunning) this.starting(task)
    else if (task.deadline === undefined) this.called(task)
    this.dispatcher.prefetchTo(worker)
  }

  bodyOf(run: Run, effect: Effect.Effect<unknown, unknown>, fiber: Fiber.Fiber<unknown, unknown>) {
    return this.options.body(effect, run, fiber)
  }

  /** The function of a task has been called: its own time begins. */
  called(task: TaskFuture<unknown, unknown>): void {
    task.deadline?.remove()
    task.deadline = undefined
    if (task.timeout !== 0 && !task.isDone) this.deadlines.add(task, task.timeout)
    if (task.times !== undefined) this.tellRunning(task)
  }

  /** Its worker has to get ready for it. */
  private starting(task: TaskFuture<unknown, unknown>): void {
    const { startTimeout = Infinity } = this.options
    if (task.taskRun === undefined || task.isDone) return
    if (startTimeout !== Infinity) this.deadlines.addReal(task, startTimeout)
  }

  /** The time of a running task is over. `undefined` if it gets more. */
  overdue(task: TaskFuture<unknown, unknown>): Overdue | undefined {
    const { startElsewhere, startTimeout = Infinity } = this.options
    const { handedOver, isRunning, taskRun } = task
    if (startElsewhere === undefined) return this.overran(task)
    if (handedOver === undefined || handedOver.hasBegun) {
      if (isRunning) return this.overran(task)
      // The news of it is on its way.
      if (handedOver !== undefined) {
        task.functionCalled()
        return undefined
      }
    } else if (isRunning && taskRun !== undefined) {
      // Its worker was thought to be ready for it. What it takes to get ready is not the task's time.
      taskRun.startingFor += task.timeout
      if (taskRun.startingFor < startTimeout) {
        this.deadlines.add(task, task.timeout)
        return undefined
      }
    }
    const worker = taskRun?.lease?.worker
    if (handedOver !== undefined && worker instanceof PrefetchingWorker) this.dispatcher.giveUp(worker)
    return new Overdue(Duration.millis(startTimeout), "starting")
  }

  /** What it has waited for who reads its stream was no time of its own: it gets that once more. */
  private overran(task: TaskFuture<unknown, unknown>): Overdue | undefined {
    const again = (left: number): void => {
      if (!task.isDone) this.deadlines.add(task, left)
    }
    return readerWaitsOf(task)?.prolong(again) === true
      ? undefined
      : new Overdue(Duration.millis(task.timeout), "running")
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
    for (const engine of this.chain) engine.waiters.checkEarly()
    if (this.isHeard) this.tellEnded(task, outcome)
    if (wasPending) {
      this.leave(task)
      this.passOn()
      if (this.admission.isRated) for (const { admission } of this.chain) admission.gate?.left(task)
    } else {
      this.active.remove(task)
      this.stopped(task.taskRun!)
    }
    this.root.stepTime = undefined
    // A task that has ended elsewhere may have no fiber, and needs none for this.
    const isElsewhere = this.options.startElsewhere !== undefined
    if (this.dispatcher.hasUnused) {
      this.startQueue.releaseLater(
        isElsewhere ? this.dispatcher.pool!.schedulerDispatcher : task.ownFiber.currentDispatcher
      )
    }
    if (outcome === "failed" || outcome === "timedOut") this.siblingFailed()
    this.changed()
  }

  private stopped(run: Run): void {
    if (run.isBlocked) {
      for (const engine of this.chain) engine.blocked--
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
  cancelAll: () => void = nothing

  /** Wakes whoever waits for what the last change has made true. */
  changed(): void {
    if (!this.capacityQueue.isEmpty) this.root.admitWaiters()
    for (const engine of this.chain) {
      engine.waiters.check()
      if (engine.closing !== undefined && engine.isIdle) engine.onDrained?.()
      if (engine.onIdle !== undefined && engine.isIdle) engine.onIdle()
    }
    this.startQueue.now()
  }

  // ------------------------------------------------------------------- futures

  hurry(): void {
    this.startQueue.now()
  }

  get callbackSurrounding(): Surrounding {
    return { run: undefined, engines: this.chain }
  }

  follow(callback: Fiber.Fiber<unknown, unknown>): void {
    // The end of an executor waits for its groups' too.
    for (const each of this.chain) each.callbacks.add(callback)
    callback.addObserver(() => {
      for (const each of this.chain) each.callbacks.delete(callback)
    })
    // It comes so late that nobody will stop it.
    if (this.chain.some((each) => each.isEnding && each.closing === "interrupt")) callback.interruptUnsafe()
  }

  moveLate(task: TaskFuture<unknown, unknown>, park: () => void): void {
    this.dispatcher.moveLate(task, park)
  }

  // -------------------------------------------------------------------- events

  /** Whether anybody hears what happens here: if not, no event is made, and no time is taken. */
  get isHeard(): boolean {
    for (const engine of this.chain) if (engine.events.isHeard) return true
    return false
  }

  private get hearsPhases(): boolean {
    for (const engine of this.chain) if (engine.events.hearsPhases) return true
    return false
  }

  private tell<A, B>(notify: (observer: Observer, a: A, b: B) => void, a: A, b: B): void {
    for (const engine of this.chain) engine.events.tell(notify, a, b)
  }

  private tellSubmitted(
    task: TaskFuture<unknown, unknown>,
    fiber: Fiber.Fiber<unknown, unknown>,
    submitted: number | undefined
  ): void {
    const admitted = (this.root.stepTime = this.now())
    task.wasSubmitted(submitted ?? admitted)
    if (submitted !== undefined) task.times!.admitted = admitted
    if (this.options.keeper !== undefined) task.times!.durableKey = task.key
    const parent = task.submitContext.surrounding?.run?.task.id
    if (parent !== undefined) task.times!.parent = parent
    const after = takeOrigin(fiber)
    if (after !== undefined) task.times!.after = after
    this.tell(told.submitted, task, admitted)
  }

  private tellStarted(task: TaskFuture<unknown, unknown>, worker: number): void {
    const times = (task.times ??= new TaskTimes())
    const time = this.root.stepTime ?? this.now()
    times.started = time
    times.worker = worker
    times.attempt++
    this.tell(told.started, task, time)
  }

  /** A task that does not end with its worker has been given to another one. */
  tellStartedAgain(task: TaskFuture<unknown, unknown>, worker: number): void {
    if (!this.isHeard) return
    if (task.times !== undefined) this.tellWaitsAgain(task)
    this.tellStarted(task, worker)
  }

  private tellRunning(task: TaskFuture<unknown, unknown>): void {
    const times = task.times!
    if (times.running !== undefined || task.isDone || !this.hearsPhases) return
    times.running = this.now()
    this.tell(told.running, task, undefined)
  }

  /** A task that has begun is asked to stop, or has come to its finalizers. */
  tellCleaningUp(task: TaskFuture<unknown, unknown>): void {
    const times = task.times!
    if (times.cleaningUp !== undefined || task.isDone || !this.hearsPhases) return
    times.cleaningUp = this.now()
    this.tell(told.cleaningUp, task, undefined)
  }

  private tellWaitsAgain(task: TaskFuture<unknown, unknown>): void {
    const times = task.times!
    this.tell(told.waitsAgain, task, undefined)
    times.started = times.running = times.cleaningUp = undefined
  }

  private tellEnded(task: TaskFuture<unknown, unknown>, outcome: Outcome): void {
    const times = (task.times ??= new TaskTimes())
    times.ended = this.root.stepTime = this.now()
    this.tell(told.ended, task, outcome)
  }

  /** Code of the task `by`, or of none, has got the result. */
  tellJoined(task: FutureImpl<unknown, unknown>, by: { readonly id: number } | undefined): void {
    const time = this.now()
    this.tell((observer) => observer.joined(task, by, time), undefined, undefined)
  }

  workerStarted(worker: number): void {
    if (this.events.isHeard) this.tell(told.workerStarted, worker, this.now())
  }

  workerEnded(worker: number, reason: WorkerEndReason, error: unknown): void {
    if (!this.events.isHeard) return
    const time = this.now()
    this.tell((observer) => observer.workerEnded(worker, reason, error, time), undefined, undefined)
  }
}

const nothing = (): void => {}
