import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { ExecutorShutdownError } from "../../Errors.ts"
import type { Stats } from "../../Executor.ts"
import { Admission, type AdmissionOwner } from "./limits/Admission.ts"
import { StartQueue } from "./queues/StartQueue.ts"
import { eventClock, realClock } from "./events/clocks.ts"
import { PrefetchingWorker } from "./workers/PrefetchingWorker.ts"
import type { Lease, Worker } from "./workers/WorkerPool.ts"
import { SpanObserver } from "./events/spans.ts"
import { RateGate } from "./limits/RateGate.ts"
import type { CheckedRate } from "./limits/rateOptions.ts"
import { CapacityQueue } from "./queues/CapacityQueue.ts"
import type { SubmitRequest, submitRequest } from "./submitRequest.ts"
import type { Surrounding } from "../future/blocking.ts"
import { type Run, TaskFuture, type Waiting } from "./TaskFuture.ts"
import type { Outcome, TaskOwner } from "./TaskOwner.ts"
import { queueOf, TaskQueue, unqueue } from "./queues/TaskQueue.ts"
import { LazySet } from "../LazySet.ts"
import * as trampoline from "../trampoline.ts"
import { Lifecycle } from "./Lifecycle.ts"
import { TaskEvents } from "./events/TaskEvents.ts"
import { Timeouts, type TimeoutsOptions } from "./timeouts/Timeouts.ts"
import type { Overdue } from "./timeouts/overdueFiber.ts"
import { UnrolledList } from "../UnrolledList.ts"
import { ConditionWaiters } from "./ConditionWaiters.ts"
import { TaskDispatcher, type DispatcherOptions, type DispatcherOwner } from "./workers/TaskDispatcher.ts"

export interface EngineOptions extends TimeoutsOptions, DispatcherOptions {
  readonly name: string
  /** The clock of its events. */
  readonly clock?: Clock.Clock
  /** Whether each task has a span. */
  readonly traced?: boolean
  /** Milliseconds, `Infinity` for none. */
  readonly timeout: number
  readonly capacity: number
  readonly overflow: "suspend" | "fail"
  /** The consequence of a failure for the other tasks of the group. */
  readonly onFailure?: ((engine: Engine) => void) | undefined
  /** The kind of work that its workers can do. */
  readonly takes: "effects" | "tasks"
  /** The work of a worker on a task. */
  readonly body: <A, E>(
    effect: Effect.Effect<A, E>,
    run: Run,
    fiber: Fiber.Fiber<unknown, unknown>
  ) => Effect.Effect<A, E>
  /** Gives a task to the worker elsewhere that it was granted. The task's `ended` is called, unless its fiber waits for it. */
  readonly startElsewhere?: (task: TaskFuture<unknown, unknown>) => void
  /** The keeper of tasks that live outside of this process. */
  readonly keeper?: Keeper
}

/** Keeps tasks where other programs can reach them, too. It provides what differs from an executor whose tasks are its own. */
interface Keeper {
  /** The `submitRequest` of the keeper, which knows more options. */
  readonly request: typeof submitRequest
  readonly makeFuture: <A, E>(
    effect: Effect.Effect<A, E>,
    engine: Engine,
    request: SubmitRequest,
    submitContext: { readonly context: Context.Context<never> }
  ) => TaskFuture<A, E>
  /** Waits, in a submission that has its future, until the task is kept. */
  readonly keep: (future: TaskFuture<unknown, unknown>) => Effect.Effect<void>
  readonly makeDispatcher: (engine: Engine) => TaskDispatcher
}

/**
 * The queue, limits and counters of an executor or a group. A group passes its tasks on to its parent. Both are links in the `chain` that
 * ends at the root.
 *
 * Everything here is bookkeeping in one turn and runs no user code. What does (beginning a task, waking a joiner) goes through the
 * trampoline, after the counters are right.
 */
export class Engine implements TaskOwner<TaskFuture<unknown, unknown>>, DispatcherOwner, AdmissionOwner {
  readonly options: EngineOptions
  readonly name: string
  readonly parent: Engine | undefined
  readonly root: Engine
  /** The engines from here up to the root. */
  readonly chain: ReadonlyArray<Engine>
  readonly children = new LazySet<Engine>()
  readonly queue = new TaskQueue<Waiting>()
  readonly events: TaskEvents
  readonly waiters = new ConditionWaiters()
  /** The running tasks of this engine, without those of its groups. */
  readonly active = new UnrolledList<TaskFuture<unknown, unknown>>()
  readonly admission: Admission
  readonly lifecycle = new Lifecycle(this)
  readonly tally: Record<Outcome, number> = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0 }
  pending = 0
  running = 0
  /** The number of running tasks that wait for this executor, and lend their workers. */
  blocked = 0
  private ownTimeout: number
  private whenIdle: (() => void) | undefined = undefined
  private detached: (() => Engine) | undefined = undefined
  /** The key of `Executor.keyed` that this group is for. Groups below it have the same. */
  readonly key: string | undefined
  /** The root's, like the next three fields: groups share them. */
  readonly dispatcher: TaskDispatcher
  readonly startQueue: StartQueue
  readonly capacityQueue: CapacityQueue
  private readonly timeouts: Timeouts

  constructor(options: EngineOptions, parent: Engine | undefined, name = options.name, key = parent?.key) {
    this.key = key
    this.options = options
    this.name = name
    this.ownTimeout = options.timeout
    this.parent = parent
    this.root = parent === undefined ? this : parent.root
    this.chain = parent === undefined ? [this] : [this, ...parent.chain]
    this.admission = new Admission(this, options.maxWorkers)
    this.dispatcher = parent?.dispatcher ?? options.keeper?.makeDispatcher(this) ?? new TaskDispatcher(this)
    this.startQueue = parent?.startQueue ?? new StartQueue(this.dispatcher, (task) => task.engine.beginTask(task))
    this.capacityQueue = parent?.capacityQueue ?? new CapacityQueue(this)
    this.events = new TaskEvents(parent?.events, parent?.events.clock ?? eventClock(options.clock ?? realClock))
    this.timeouts = parent?.timeouts ?? new Timeouts(options, this.runsHere, (worker) => this.dispatcher.giveUp(worker))
    parent?.children.add(this)
    if (parent === undefined && options.traced === true) this.events.add(new SpanObserver())
  }

  /** The engine to use. A key that was forgotten may have another engine by now. */
  get current(): Engine {
    return this.detached === undefined ? this : this.detached()
  }

  /** The engine is not needed at the moment. `current` makes another one when somebody needs it. */
  detach(current: () => Engine): void {
    this.parent?.children.delete(this)
    this.detached = current
  }

  attached(): void {
    this.parent?.children.add(this)
    this.detached = undefined
  }

  /** Whether a new engine would be just the same. */
  get isForgettable(): boolean {
    return (
      this.isIdle &&
      this.children.size === 0 &&
      this.lifecycle.callbacks.size === 0 &&
      this.capacityQueue.isEmpty &&
      !this.events.isObserved &&
      this.admission.isAsMade
    )
  }

  /** The limit, as users see it: workers of an executor, tasks of a group. */
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
    for (const { lifecycle } of this.chain) if (lifecycle.closing !== undefined) return true
    return false
  }

  get isIdle(): boolean {
    return this.pending === 0 && this.running === 0
  }

  /** Whether the only tasks left wait for this executor itself, and so in the end for each other. */
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

  // ---------------------------------------------------------------- submission

  /** The timeout of tasks that come without one, in milliseconds. */
  get timeout(): number {
    return this.ownTimeout
  }

  setTimeout(millis: number): void {
    this.ownTimeout = millis
  }

  shutdownError(): ExecutorShutdownError {
    return new ExecutorShutdownError({ executor: this.name })
  }

  /** An accepted task waits for its worker. */
  enqueue(task: TaskFuture<unknown, unknown>, by: Fiber.Fiber<unknown, unknown>, submitted: number | undefined): void {
    const isOutermost = trampoline.enter()
    try {
      for (const engine of this.chain) engine.pending++
      if (this.events.isHeard) this.events.submitted(task, by, submitted)
      this.queue.push(task)
      this.passOn()
      this.events.changeEnded()
      // Like a forked fiber, a task begins after the turn of its submitter, which has the future by then.
      if (!this.startQueue.isEmpty) this.startQueue.later(by)
      if (task.state === "pending") this.timeouts.waits(task)
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  // ------------------------------------------------------------------- workers

  /** Gives workers to the nodes that wait here and above, as far as the limits allow. */
  private passOn(): void {
    for (const engine of this.chain) {
      if (engine.parent === undefined) engine.dispatcher.request()
      else engine.admission.forwardTo(engine.parent)
    }
  }

  /** Called before the first submission. */
  limitRate(rates: ReadonlyArray<CheckedRate>, context: Context.Context<never>): void {
    if (rates.length > 0) this.admission.setGate(new RateGate(rates, context, () => this.reopened()))
  }

  setMaxWorkers(maxWorkers: number): void {
    const { concurrency = 1 } = this.parent === undefined ? this.options : {}
    this.changeAdmission(() => this.admission.setMaxWorkers(maxWorkers * concurrency))
  }

  setPaused(isPaused: boolean): void {
    // A closed executor has to come to its end.
    if (this.admission.isPaused === isPaused || (isPaused && this.lifecycle.closing !== undefined)) return
    this.changeAdmission(() => this.admission.setPaused(isPaused))
  }

  /** Changes what may begin. */
  private changeAdmission(change: () => void): void {
    trampoline.change(() => {
      change()
      if (this.parent === undefined) this.dispatcher.admissionChanged()
      this.passOnAll()
      this.changed()
    })
  }

  /** Passes on tasks of this engine and of the groups below it, which may have more now. */
  private passOnAll(): void {
    for (const child of this.children) child.passOnAll()
    this.passOn()
  }

  /** The next task may go on. */
  private reopened(): void {
    trampoline.change(() => {
      this.passOn()
      this.changed()
    })
  }

  /** The worker of a task that has not begun is gone: the task waits again, ahead of those that have had no turn. */
  waitAgain(task: TaskFuture<unknown, unknown>): void {
    this.timeouts.stop(task)
    this.active.remove(task)
    for (const each of this.chain) {
      each.running--
      each.pending++
    }
    for (const each of this.chain) if (each.parent !== undefined) each.admission.wasForwarded(task)
    task.waitAgain()
    if (task.times !== undefined) this.events.waitsAgain(task)
    this.root.queue.unshift(task)
    this.timeouts.waits(task)
  }

  /** The root gives a worker to a node. */
  grant(waiting: Waiting, lease: Lease): void {
    waiting.granted(lease)
    // Prefetching comes last, so that tasks that `granted` has woken are handed over first.
    if (waiting instanceof TaskFuture) waiting.engine.taskGranted(waiting, lease)
    else trampoline.run(this.dispatcher.prefetch)
  }

  taskGranted(task: TaskFuture<unknown, unknown>, { worker }: Lease): void {
    this.timeouts.stop(task)
    if (worker instanceof PrefetchingWorker) worker.took()
    this.active.push(task)
    for (const engine of this.chain) {
      if (engine.parent !== undefined && engine.admission.isNext(task)) trampoline.run(() => engine.reopened())
      engine.pending--
      engine.running++
    }
    if (this.events.isHeard) this.events.started(task, worker.id)
    this.startQueue.add(task)
  }

  isToBeginIn(worker: Worker): boolean {
    return this.startQueue.isFor(worker)
  }

  /** Takes a node out of its queue, and out of the counters of the engines that it has passed, from this one on. */
  leave(waiting: Waiting): void {
    const at = queueOf(waiting)
    unqueue(waiting)
    for (const engine of this.chain) {
      // The root's nodes are in its queue, or in that of a worker.
      if (engine.queue === at || engine.parent === undefined) return
      engine.admission.left(waiting)
    }
  }

  /** Gives the worker of a task to the next node in the queue. */
  private handOver(lease: Lease): void {
    for (const engine of this.chain) {
      if (engine.parent === undefined) break
      engine.admission.left()
      engine.admission.forwardTo(engine.parent)
    }
    this.dispatcher.useOrRelease(lease)
  }

  /** A task waits for this executor, and lends its worker. */
  block(run: Run): void {
    const isOutermost = trampoline.enter()
    try {
      for (const engine of this.chain) engine.blocked++
      const lease = run.lendWorker()
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
    run.beginsIn(isNew ? Array.from(new Set([...chain, ...around])) : chain)
    const { startElsewhere } = this.options
    if (startElsewhere === undefined) {
      this.timeouts.runs(task)
      if (task.times !== undefined) this.events.running(task)
      return task.begin()
    }
    if (this.options.keeper !== undefined) {
      // A machine begins the tasks that it claims, and does not report when it calls the function.
      if (task.times !== undefined) this.events.running(task)
      return task.beginElsewhere(startElsewhere)
    }
    const worker = run.lease?.worker
    if (!(worker instanceof PrefetchingWorker)) return
    // The worker may have died since the grant, because of something that its last task left behind.
    if (!worker.isAlive && task.handedOver === undefined) return this.dispatcher.move(task)
    task.beginElsewhere(startElsewhere)
    if (!task.isRunning) this.timeouts.starts(task)
    else if (task.deadline === undefined) this.called(task)
    this.dispatcher.prefetchTo(worker)
  }

  bodyOf(run: Run, effect: Effect.Effect<unknown, unknown>, fiber: Fiber.Fiber<unknown, unknown>) {
    return this.options.body(effect, run, fiber)
  }

  /** The function of a task has been called: its own time begins. */
  called(task: TaskFuture<unknown, unknown>): void {
    this.timeouts.stop(task)
    if (!task.isDone) this.timeouts.runs(task)
    if (task.times !== undefined) this.events.running(task)
  }

  overdue(task: TaskFuture<unknown, unknown>): Overdue | undefined {
    return this.timeouts.overdue(task)
  }

  // ---------------------------------------------------------------- settlement

  /**
   * A task has ended. Called between `enter`, which gave `isOutermost`, and `leave`, so that no code sees the counters before they
   * are right.
   */
  settled(task: TaskFuture<unknown, unknown>, wasPending: boolean, outcome: Outcome, isOutermost: boolean): void {
    this.timeouts.stop(task)
    for (const engine of this.chain) {
      if (wasPending) engine.pending--
      else engine.running--
      engine.tally[outcome]++
    }
    for (const engine of this.chain) engine.waiters.checkEarly()
    if (this.events.isHeard) this.events.ended(task, outcome, isOutermost)
    if (wasPending) {
      this.leave(task)
      this.passOn()
      if (this.admission.isRated) for (const { admission } of this.chain) admission.gate?.left(task)
    } else {
      this.active.remove(task)
      this.stopped(task.taskRun!)
    }
    this.events.changeEnded()
    // A task that has ended elsewhere may have no fiber, and needs none here.
    const isElsewhere = this.options.startElsewhere !== undefined
    if (this.dispatcher.hasUnused) {
      this.startQueue.releaseLater(isElsewhere ? this.dispatcher.schedulerDispatcher : task.ownFiber.currentDispatcher)
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
      if (engine.options.onFailure === undefined) return
      engine.options.onFailure(engine)
    }
  }

  /** Wakes the waiters whose conditions the last change has made true. */
  changed(): void {
    if (!this.capacityQueue.isEmpty) this.capacityQueue.admit()
    for (const engine of this.chain) {
      engine.waiters.check()
      if (!engine.isIdle) continue
      engine.lifecycle.drained()
      engine.whenIdle?.()
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
    // The end of an executor also waits for the callbacks of its groups.
    for (const { lifecycle } of this.chain) lifecycle.follow(callback)
  }

  moveLate(task: TaskFuture<unknown, unknown>, park: () => void): void {
    this.dispatcher.moveLate(task, park)
  }

  // ----------------------------------------------------------------------- end

  /** Has `whenIdle` called after each change that leaves nothing to do. */
  watchIdle(whenIdle: () => void): void {
    this.whenIdle = whenIdle
  }

  terminate(): void {
    this.parent?.children.delete(this)
    this.events.end()
    // The latch opens at once and not in a turn of a fiber's scheduler, because `Effect.runSync` waits for no other fiber's turns.
    this.lifecycle.terminated.openUnsafe()
    this.waiters.check()
  }
}
