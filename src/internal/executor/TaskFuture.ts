import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type StackFrame, TaskTimeoutError } from "../../Errors.ts"
import * as trampoline from "../trampoline.ts"
import type { Segment } from "../UnrolledList.ts"
import { coarseNow } from "./timeouts/coarseClock.ts"
import type { Deadline, Expirable } from "./timeouts/Deadlines.ts"
import { LazyFiberFuture, type Resume } from "./LazyFiberFuture.ts"
import { Overdue, interruptForTimeout } from "./timeouts/overdueFiber.ts"
import { SubmitContext } from "./SubmitContext.ts"
import type { SubmitRequest } from "./submitRequest.ts"
import type { HandedOver, Outcome, TaskOwner } from "./TaskOwner.ts"
import type { Queued } from "./queues/TaskQueue.ts"
import { TaskRun } from "./TaskRun.ts"
import { TaskTimes, unknown } from "./events/TaskTimes.ts"
import type { Lease } from "./workers/WorkerPool.ts"

type AnyTask = TaskFuture<unknown, unknown>

/** The run of a task with a future of this kind. */
export type Run = TaskRun<AnyTask>

/** A node that waits for a worker: a task that has not begun, or the run of a blocked task that wants a worker again. */
export type Waiting = AnyTask | Run

// A task that is interrupted interrupts the tasks that it waits for, and so on. With plain calls alone, a chain of some thousand tasks
// would overflow the stack.
const nestedInterruptions = 32
let interruptions = 0

/** The request to stop a task that is no longer wanted. */
class Cancellation {
  readonly by: number | undefined
  /** Whether to wait until the task is known to have begun. */
  readonly isLate: boolean
  constructor(by: number | undefined, isLate: boolean) {
    this.by = by
    this.isLate = isLate
  }
}

/** The future of a submitted task: pending, running, done, and how it is stopped in each of these states. */
export class TaskFuture<A, E> extends LazyFiberFuture<A, E | TaskTimeoutError> implements Queued, Expirable {
  segment: Segment | undefined = undefined
  index = 0
  readonly engine: TaskOwner<AnyTask>
  readonly priority: number
  /** Milliseconds from its start. 0 means no limit, because `Infinity` is not a small integer and would take memory of its own. */
  readonly timeout: number
  /** The effect to run, until it has begun. */
  effect: Effect.Effect<A, E | TaskTimeoutError> | undefined
  /** The limit that runs at the moment. Only `Deadlines` writes this field. */
  deadline: Deadline | undefined = undefined
  /** When it began to wait, or got its worker, by `coarseNow`. */
  since = coarseNow()
  /** The key of a durable task, and the cost of a task if that is not 1. */
  declare readonly key: string | undefined
  declare readonly cost: number | undefined
  // Only the time of its submission while a task is pending, because the garbage collector has to copy it for each of a hundred thousand.
  private heard: TaskTimes | number | undefined = undefined
  taskRun: Run | undefined = undefined
  private handle: HandedOver | undefined = undefined
  private isCalled = false
  private stoppedFor: Overdue | TaskTimeoutError | Cancellation | undefined = undefined

  constructor(
    effect: Effect.Effect<A, E>,
    engine: TaskOwner<AnyTask>,
    request: SubmitRequest,
    submitter: { readonly context: Context.Context<never> }
  ) {
    super(request.name, SubmitContext.of(submitter.context, engine.runsHere))
    this.effect = effect
    this.engine = engine
    this.timeout = request.timeout
    this.priority = request.priority
  }

  /** The times of the task's phases, if there is an observer. `TaskEvents` notes them. */
  get times(): TaskTimes | undefined {
    if (typeof this.heard === "number") this.heard = TaskTimes.of(this.heard)
    return this.heard
  }

  /** The times. If the observer came after the submission, they are unknown so far. */
  notedTimes(): TaskTimes {
    return this.times ?? (this.heard = TaskTimes.of(unknown))
  }

  /** The observers have been told of the end. */
  forgetTimes(): void {
    this.heard = undefined
  }

  /** The key for observers: the task's own, or that of the group that it was submitted to. */
  get shownKey(): string | undefined {
    return this.key ?? this.engine.key
  }

  /** The task is observed. */
  wasSubmitted(time: number): void {
    this.heard = time
  }

  /** The error of a task that timed out. */
  get timeoutError(): TaskTimeoutError | undefined {
    // The error is made late, when it is known where the task was stuck.
    if (this.stoppedFor instanceof Overdue) {
      const { duration, phase } = this.stoppedFor
      const stuckAt = this.taskRun?.stuckAt ?? []
      this.stoppedFor = new TaskTimeoutError({ task: this.name, duration, phase, stuckAt })
    }
    return this.stoppedFor instanceof TaskTimeoutError ? this.stoppedFor : undefined
  }

  /** Whether the task has been asked to stop. */
  get isStopping(): boolean {
    // The fiber itself may have been interrupted.
    return this.stoppedFor !== undefined || this.isFiberInterrupted
  }

  takeEffect(): Effect.Effect<A, E | TaskTimeoutError> {
    const effect = this.effect!
    this.effect = undefined
    return effect
  }

  /** The task has a worker. Its code begins with `begin`. */
  granted(lease: Lease): void {
    this.state = "running"
    this.since = coarseNow()
    this.taskRun = new TaskRun(this, lease)
  }

  /** The stack of the code that was stopped by force. */
  get stuckAt(): ReadonlyArray<StackFrame> {
    return this.taskRun?.stuckAt ?? []
  }

  /** Whether the task has a worker, but has not begun there. */
  get isToBegin(): boolean {
    return this.taskRun !== undefined && !this.hasBegun && !this.isDone
  }

  /** Whether the worker has called the function of the task, as far as that is known here. */
  get isRunning(): boolean {
    return this.state === "running" && this.isCalled
  }

  /**
   * The worker has called the function: from now on the task's `timeout` runs.
   *
   * Called by the code that runs the task, possibly before the future has been granted the worker.
   */
  functionCalled(): void {
    if (this.isCalled || this.isDone) return
    this.isCalled = true
    if (this.hasBegun) this.engine.called(this)
  }

  /** The worker died before the task began there: all is as before the grant. */
  waitAgain(): void {
    this.taskRun?.end()
    this.taskRun = undefined
    this.state = "pending"
    this.since = coarseNow()
    this.hasBegun = false
    this.notHandedOver()
  }

  /** The fiber that was waiting for the lost worker parks, until the task has another worker. */
  parkAgain(effect: Effect.Effect<A, E>, resume: Resume<A, E | TaskTimeoutError>): void {
    this.effect = effect
    this.parkedWith(resume)
  }

  /** A worker elsewhere has the task. `handle` can ask it about the task, and stop the task. */
  handOver(handle: HandedOver): void {
    this.handle = handle
  }

  /** The handle of the worker elsewhere that has the task. */
  get handedOver(): HandedOver | undefined {
    return this.handle
  }

  /** The worker elsewhere no longer has the task. */
  leftWorker(): void {
    this.handle = undefined
  }

  /** No worker has the task, and none has called its function. */
  notHandedOver(): void {
    this.handle = undefined
    this.isCalled = false
  }

  /** Runs the task in the fiber. */
  begin(): void {
    this.beginFiber()
    this.stopIfLate()
  }

  /** `start` hands the task over to a worker elsewhere. The fiber is forked only if it is needed, and waits for `ended`. */
  beginElsewhere(start: (future: TaskFuture<unknown, unknown>) => void): void {
    if (this.hasFiber) return this.begin()
    this.hasBegun = true
    start(this)
    this.stopIfLate()
  }

  /** The task ends without having had a worker. */
  endUnbegun(exit: Exit.Exit<A, E | TaskTimeoutError>): void {
    this.effect = exit
    this.begin()
  }

  /** The task is asked to stop, or has come to its finalizers. */
  cleansUp(): void {
    if (this.times !== undefined) this.engine.events.cleaningUp(this)
  }

  private stopIfLate(): void {
    if (this.stoppedFor instanceof Cancellation && this.stoppedFor.isLate) this.interruptFiber(this.stoppedFor.by)
  }

  /** The effect that the fiber runs once it has begun. */
  protected override get body(): Effect.Effect<A, E | TaskTimeoutError> {
    // The run succeeds and fails like the task.
    return (this.taskRun as Effect.Effect<A, E> | undefined) ?? this.effect!
  }

  /** A worker elsewhere may also take too long to start. */
  protected override get isTimed(): boolean {
    return this.timeout !== 0 || !this.engine.runsHere
  }

  /** Asks the task to stop. A timeout that has not expired cannot claim the task after that. */
  override interrupt(by: number | undefined): void {
    if (this.stoppedFor instanceof Cancellation) return
    if (this.stoppedFor === undefined) {
      // The task may have begun in its worker while the end of its predecessor is still on its way. Then it is stopped when that has
      // arrived.
      const isLate = !this.hasBegun && !this.revoke()
      this.stoppedFor = new Cancellation(by, isLate)
      if (isLate) return this.handle?.revokeLater?.(() => this.interruptGone(by), { orStop: true })
    }
    this.interruptFiber(by)
  }

  /** Interrupts a pending task. A task that has begun is left alone, even if that is not known here yet. */
  interruptPending(by: number | undefined): void {
    if (this.state !== "pending") return
    if (this.revoke()) this.interrupt(by)
    else this.handle?.revokeLater?.(() => this.interruptGone(by), { orStop: false })
  }

  /** The worker has given the task back. */
  private interruptGone(by: number | undefined): void {
    if (this.isDone) return
    this.handle = undefined
    this.stoppedFor ??= new Cancellation(by, false)
    this.interruptFiber(by)
  }

  /** The task fails, because no worker can be had for it. */
  failUnbegun(error: E): void {
    if (this.isDone || this.stoppedFor !== undefined) return
    if (error instanceof TaskTimeoutError) this.overran(error)
    this.endUnbegun(Exit.fail(error))
  }

  /** Makes sure that the task does not begin. `false` if it has begun. */
  override revoke(): boolean {
    if (this.handle === undefined) return true
    if (!this.handle.revoke()) return false
    this.notHandedOver()
    return true
  }

  private interruptFiber(by: number | undefined, isForTimeout = false): void {
    // A task that has not begun runs no code when it is stopped, so it must not begin before that.
    if (interruptions >= nestedInterruptions && this.hasBegun) {
      trampoline.run(() => this.interruptFiber(by, isForTimeout))
      return
    }
    const isOutermost = trampoline.enter()
    if (this.hasBegun) this.cleansUp()
    interruptions++
    try {
      if (isForTimeout) interruptForTimeout(this.ownFiber, this)
      else this.ownFiber.interruptUnsafe(by)
    } catch (error) {
      trampoline.report(error)
    } finally {
      interruptions--
      this.taskRun?.stopping()
      trampoline.leave(isOutermost)
    }
  }

  /** The limit on the task's run, start or wait is over. */
  expire(duration: Duration.Duration): void {
    if (this.isDone || this.stoppedFor !== undefined) return
    if (this.state === "running") {
      const overdue = this.engine.overdue(this)
      if (overdue === undefined) return
      this.stoppedFor = overdue
      this.interruptFiber(undefined, true)
    } else if (this.revoke()) {
      this.failQueued(duration)
    } else {
      this.handle?.revokeLater?.(() => this.failQueued(duration), { orStop: false })
    }
  }

  private failQueued(duration: Duration.Duration): void {
    if (this.isDone || this.stoppedFor !== undefined) return
    this.handle = undefined
    const error = new TaskTimeoutError({ task: this.name, duration, phase: "queued", stuckAt: [] })
    this.stoppedFor = error
    this.endUnbegun(Exit.fail(error))
  }

  /** A limit that was kept elsewhere is over. The end of the task follows. */
  overran(error: TaskTimeoutError): void {
    this.stoppedFor ??= error
  }

  /** The task has ended with this exit. Called by the code that runs the task, if the future has no fiber. */
  ended(exit: Exit.Exit<A, E | TaskTimeoutError>): void {
    const isOutermost = trampoline.enter()
    try {
      const wasPending = this.state === "pending"
      this.effect = undefined
      // The fiber may have been interrupted directly, before it waited for the worker.
      this.handle?.abandon()
      this.handle = undefined
      this.noteExit(exit)
      const { isObserved } = this
      this.end(exit)
      this.engine.settled(this, wasPending, this.outcome(exit), isOutermost)
      this.taskRun = undefined
      this.release(isObserved)
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  private outcome(exit: Exit.Exit<unknown, unknown>): Outcome {
    if (exit._tag === "Success") return "succeeded"
    if (this.state === "cancelled") return "cancelled"
    const { timeoutError } = this
    if (timeoutError === undefined) return "failed"
    // The task may have failed by itself, and the timeout may have come while it cleaned up.
    const isFor = exit.cause.reasons.some((reason) => reason._tag === "Fail" && reason.error === timeoutError)
    return isFor ? "timedOut" : "failed"
  }
}
