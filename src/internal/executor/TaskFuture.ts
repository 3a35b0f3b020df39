import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { type ExecutorShutdownError, type StackFrame, TaskTimeoutError } from "../../Errors.ts"
import { coarseNow } from "./coarseClock.ts"
import type { Deadline, Expirable } from "./Deadlines.ts"
import { isInterrupted, takeId } from "../effectInternals.ts"
import { FutureImpl } from "../future/FutureImpl.ts"
import type { Lease } from "./WorkerPool.ts"
import { Overdue } from "./Overdue.ts"
import { forkTimed, interruptForTimeout } from "./overdueFiber.ts"
import type { SubmitRequest } from "./submitRequest.ts"
import { TaskTimes } from "./TaskTimes.ts"
import { SubmitContext } from "./SubmitContext.ts"
import type { Queued } from "./TaskQueue.ts"
import { type RunOwner, TaskRun } from "./TaskRun.ts"
import * as trampoline from "../trampoline.ts"
import type { Segment } from "../UnrolledList.ts"

/** How a task ended, as the statistics count it. */
export type Outcome = "succeeded" | "failed" | "cancelled" | "timedOut"

// A task that is interrupted interrupts those that it waits for, and so on: done by plain calls alone, a chain of some
// thousand tasks overflows the stack.
const nestedInterruptions = 32
let interruptions = 0

/** Somebody does not want it any more. */
class Cancellation {
  readonly by: number | undefined
  /** To be done when the task is known to have begun. */
  readonly isLate: boolean
  constructor(by: number | undefined, isLate: boolean) {
    this.by = by
    this.isLate = isLate
  }
}

/** What a task is to the worker that it was handed to. */
export interface HandedOver {
  /** `true` if it had not begun: none of its code will run there. */
  revoke(): boolean
  /** For what cannot tell at once: asks for the same, and calls back if it had not begun. `revoke` has said `false` then. */
  revokeLater?(onGone: () => void, options: { readonly orStop: boolean }): void
  /** Nobody waits for it any more: it is taken back or stopped. */
  abandon(): void
  /** The worker has died before it began. It waits for another one. */
  moved(): void
  /** Whether its function has been called, as far as can be told: what is known here, or stands in memory that both share. */
  readonly hasBegun: boolean
}

type AnyTask = TaskFuture<unknown, unknown>

/** The run of a task with such a future. */
export type Run = TaskRun<AnyTask>

/** What waits for a worker: a task that has not begun, or one that has lent its worker and wants one again. */
export type Waiting = AnyTask | Run

/** What lets a task begin: the rates that it is subject to. */
export interface TaskAdmission {
  /** Whether there are any. */
  readonly isRated: boolean
  /** Takes what the task costs from all rates. Gives back the one whose rate does not let it. */
  pay(task: AnyTask): TaskAdmission | undefined
  /** Its rate does not let the task begin: that one waits there again. */
  refuse(task: AnyTask): void
}

/** The executor or group that a task was submitted to, as the task and its workers see it. */
export interface TaskOwner extends RunOwner {
  readonly admission: TaskAdmission
  readonly name: string
  /** The key whose tasks it has, of those that are made by key. */
  readonly key: string | undefined
  /** Itself, and what it is a group of, up to the executor. */
  readonly chain: ReadonlyArray<object>
  readonly isGroup: boolean
  /** Whether it takes no more tasks. */
  readonly isClosed: boolean
  shutdownError(): ExecutorShutdownError
  /** Whether tasks run in this thread, as fibers. */
  readonly runsHere: boolean
  /** Whether it hears when a worker elsewhere has called the function of a task. Of another machine it does not. */
  readonly hearsOfCalls: boolean
  /** The function of the task has been called. */
  called(task: AnyTask): void
  /** The time of a running task is over. `undefined` if it gets more. */
  overdue(task: AnyTask): Overdue | undefined
  /** The root has given the task a worker. */
  taskGranted(task: AnyTask, lease: Lease): void
  /** It is the task's turn to begin. */
  beginTask(task: AnyTask): void
  /** The worker of a task that has not begun is gone. */
  waitAgain(task: AnyTask): void
  /** The same, found out by the task's fiber. `park` has that wait for the next worker. */
  moveLate(task: AnyTask, park: () => void): void
  settled(task: AnyTask, wasPending: boolean, outcome: Outcome): void
  tellCleaningUp(task: AnyTask): void
  /** A task that does not end with its worker has been given to another one. */
  tellStartedAgain(task: AnyTask, worker: number): void
}

/** Observes a future whose fiber somebody has, so that it stays the same. */
const seen = (): void => {}

// A method, so that the future stays covariant: only its own task is ever passed.
type Resume<A, E> = { resume(effect: Effect.Effect<A, E>): void }["resume"]

/**
 * The future of a submitted task.
 *
 * Its fiber is forked when somebody asks for it, or when it begins: a million that only wait need none. Forked before,
 * it parks in its first step, and a worker resumes it with the task. So cancelling is interrupting that fiber, parked
 * or not.
 */
export class TaskFuture<A, E> extends FutureImpl<A, E | TaskTimeoutError> implements Queued, Expirable {
  segment: Segment | undefined = undefined
  index = 0
  readonly engine: TaskOwner
  readonly priority: number
  /** Milliseconds from its start; 0 for none, since `Infinity` is no small integer and takes memory of its own. */
  readonly timeout: number
  /** Whose services the task inherits; nobody when it has ended. */
  submitContext: SubmitContext
  /** What to run; once that has begun, nothing. */
  effect: Effect.Effect<A, E | TaskTimeoutError> | undefined
  deadline: Deadline | undefined = undefined
  /** Since when it waits, or has its worker, by `coarseNow`. */
  since = coarseNow()
  /** What the task is kept or counted by, for executors that have such. */
  declare readonly key: string | undefined
  declare readonly cost: number | undefined
  // Of a task that only waits, when it was submitted: with a hundred thousand of them the garbage collector copies little else.
  private heard: TaskTimes | number | undefined = undefined
  taskRun: Run | undefined = undefined
  /** Set while a worker at a distance has it. */
  handedOver: HandedOver | undefined = undefined
  // Of one that has ended, and that nobody has or waited for, its id, to make one like it when somebody asks. Kept by futures that
  // the garbage collector has not got round to, the fibers would be copied and copied again.
  private forked: Fiber.Fiber<A, E | TaskTimeoutError> | number | undefined = undefined
  private unpark: Resume<A, E | TaskTimeoutError> | undefined = undefined
  private hasBegun = false
  private isCalled = false
  private result: Exit.Exit<A, E | TaskTimeoutError> | undefined = undefined
  private stoppedFor: Overdue | TaskTimeoutError | Cancellation | undefined = undefined

  constructor(
    effect: Effect.Effect<A, E>,
    engine: TaskOwner,
    request: SubmitRequest,
    submitContext: { readonly context: Context.Context<never> }
  ) {
    super(request.name)
    this.effect = effect
    this.engine = engine
    this.timeout = request.timeout
    this.priority = request.priority
    this.submitContext = SubmitContext.of(submitContext.context, engine.runsHere)
  }

  /** Kept where somebody hears of it. */
  get times(): TaskTimes | undefined {
    if (typeof this.heard === "number") this.heard = new TaskTimes(this.heard)
    return this.heard
  }

  set times(times: TaskTimes | undefined) {
    this.heard = times
  }

  /** Its key, or that of the group that it was submitted to: what those see who look on. */
  get shownKey(): string | undefined {
    return this.key ?? this.engine.key
  }

  /** Somebody hears of it. */
  wasSubmitted(time: number): void {
    this.heard = time
  }

  get fiber(): Fiber.Fiber<A, E | TaskTimeoutError> {
    if (!this.isDone) this.observe(seen)
    return this.ownFiber
  }

  /** The same for uses of it that nobody gets to see. */
  get ownFiber(): Fiber.Fiber<A, E | TaskTimeoutError> {
    const { forked } = this
    return typeof forked === "object" ? forked : this.makeFiber(forked)
  }

  private makeFiber(id: number | undefined): Fiber.Fiber<A, E | TaskTimeoutError> {
    this.forked = undefined
    this.fork(this.result ?? this.waiting)
    // Not the one just forked, if it ended in its first step.
    const fiber = this.ownFiber
    if (id !== undefined) takeId(fiber, id)
    return fiber
  }

  /** What a fiber does that nobody has needed so far: waits for a worker, or for what has begun elsewhere. */
  private get waiting(): Effect.Effect<A, E | TaskTimeoutError> {
    if (this.hasBegun) return this.body
    return Effect.callback((resume) => this.parkedWith(resume))
  }

  /** Whether it runs elsewhere, and nothing waits for it here. */
  get isUnattended(): boolean {
    return this.hasBegun && this.forked === undefined && !this.isDone
  }

  override get exit(): Exit.Exit<A, E | TaskTimeoutError> | undefined {
    return this.result
  }

  /** To be called in the first step of the fiber: it may be asked for before the fork returns. */
  forkedAs(fiber: Fiber.Fiber<unknown, unknown>): void {
    if (this.forked !== undefined) return
    // What it runs is the task.
    const own = fiber as Fiber.Fiber<A, E | TaskTimeoutError>
    this.forked = own
    if (this.result === undefined) own.addObserver((exit) => this.ended(exit))
  }

  private fork(first: Effect.Effect<A, E | TaskTimeoutError>): void {
    this.submitContext.run(this.forkHere, this, first)
  }

  private forkHere(first: Effect.Effect<A, E | TaskTimeoutError>): void {
    const { fork } = this.submitContext
    // Elsewhere there is a limit to the start too.
    const isTimed = this.timeout !== 0 || !this.engine.runsHere
    this.forkedAs(isTimed ? forkTimed(fork, first) : fork(first))
  }

  /** What it fails with if it was stopped for taking too long. */
  get timeoutError(): TaskTimeoutError | undefined {
    // Made late, since only then it is known where it was stuck.
    if (this.stoppedFor instanceof Overdue) {
      const { duration, phase } = this.stoppedFor
      const stuckAt = this.taskRun?.stuckAt ?? []
      this.stoppedFor = new TaskTimeoutError({ task: this.name, duration, phase, stuckAt })
    }
    return this.stoppedFor instanceof TaskTimeoutError ? this.stoppedFor : undefined
  }

  /** Whether it has been asked to stop. */
  get isStopping(): boolean {
    // Somebody may have interrupted the fiber itself.
    return this.stoppedFor !== undefined || (typeof this.forked === "object" && isInterrupted(this.forked))
  }

  /** The fiber has done its first step; `resume` lets it go on. */
  private parkedWith(resume: Resume<A, E | TaskTimeoutError>): void {
    this.unpark = resume
    if (this.hasBegun) this.proceed()
  }

  /** A worker is there. Only says so: the code begins with `begin`. */
  granted(lease: Lease): void {
    this.state = "running"
    this.since = coarseNow()
    this.taskRun = new TaskRun(this, lease)
  }

  /** Where it was when it was stopped by force. */
  get stuckAt(): ReadonlyArray<StackFrame> {
    return this.taskRun?.stuckAt ?? []
  }

  /** Whether it has a worker, and has not begun there. */
  get isToBegin(): boolean {
    return this.taskRun !== undefined && !this.hasBegun && !this.isDone
  }

  /** Whether the worker has called its function, as far as that is known here. */
  get isRunning(): boolean {
    return this.state === "running" && this.isCalled
  }

  /**
   * The worker has called its function: from now on its `timeout` runs.
   *
   * To be called by who runs it, once it is known, which may be before the future has been granted the worker.
   */
  functionCalled(): void {
    if (this.isCalled || this.isDone) return
    this.isCalled = true
    if (this.hasBegun) this.engine.called(this)
  }

  /** The worker that it was granted has died before it began there: it is as it was before that. */
  waitAgain(): void {
    this.taskRun?.end()
    this.taskRun = undefined
    this.state = "pending"
    this.since = coarseNow()
    this.hasBegun = false
    this.notHandedOver()
  }

  /** For `waitAgain`, where its fiber was waiting for the worker: it parks, until it has another one. */
  parkAgain(effect: Effect.Effect<A, E>, resume: Resume<A, E | TaskTimeoutError>): void {
    this.effect = effect
    this.parkedWith(resume)
  }

  /** No worker has it any more. */
  notHandedOver(): void {
    this.handedOver = undefined
    this.isCalled = false
  }

  /** Runs the task in the fiber. */
  begin(): void {
    this.hasBegun = true
    if (this.forked === undefined) this.beginForked()
    // A scheduler may keep a fiber from its first step.
    else if (this.unpark !== undefined) this.proceed()
    this.stopIfLate()
  }

  /** It runs in a worker elsewhere, which `start` gives it to. The fiber is forked if somebody needs it, to wait for `ended`. */
  beginElsewhere(start: (future: TaskFuture<unknown, unknown>) => void): void {
    if (this.forked !== undefined) return this.begin()
    this.hasBegun = true
    start(this)
    this.stopIfLate()
  }

  /** It ends without ever having had a worker. */
  endUnbegun(exit: Exit.Exit<A, E | TaskTimeoutError>): void {
    this.effect = exit
    this.begin()
  }

  /** It is asked to stop, or has come to its finalizers. */
  cleansUp(): void {
    if (this.times !== undefined) this.engine.tellCleaningUp(this)
  }

  private stopIfLate(): void {
    if (this.stoppedFor instanceof Cancellation && this.stoppedFor.isLate) this.interruptFiber(this.stoppedFor.by)
  }

  private beginForked(): void {
    try {
      this.fork(this.body)
    } catch (error) {
      trampoline.report(error)
      // What is thrown here comes from a scheduler or a tracer. Without a fiber the future would never end.
      this.forkedAs(Effect.runFork(Effect.die(error)))
    }
  }

  /** What the fiber does once it has begun. */
  private get body(): Effect.Effect<A, E | TaskTimeoutError> {
    // What it gives is what the task gives.
    return (this.taskRun as Effect.Effect<A, E> | undefined) ?? this.effect!
  }

  private proceed(): void {
    const unpark = this.unpark!
    this.unpark = undefined
    try {
      unpark(this.body)
    } catch (error) {
      trampoline.report(error)
    }
  }

  /** Asks the task to stop, and keeps a timeout that is not yet due from claiming it. */
  override interrupt(by: number | undefined): void {
    if (this.stoppedFor instanceof Cancellation) return
    if (this.stoppedFor === undefined) {
      // It may have begun where it was handed over to, and only the news of its predecessor's end be still on the way:
      // it is stopped when that has come, as it is not gone before.
      const isLate = !this.hasBegun && !this.revoke()
      this.stoppedFor = new Cancellation(by, isLate)
      if (isLate) return this.handedOver?.revokeLater?.(() => this.interruptGone(by), { orStop: true })
    }
    this.interruptFiber(by)
  }

  /** The same for one that is pending; one that has begun is left alone, though the news of it may be still on the way. */
  interruptPending(by: number | undefined): void {
    if (this.state !== "pending") return
    if (this.revoke()) this.interrupt(by)
    else this.handedOver?.revokeLater?.(() => this.interruptGone(by), { orStop: false })
  }

  /** What it was handed over to has given it back. */
  private interruptGone(by: number | undefined): void {
    if (this.isDone) return
    this.handedOver = undefined
    this.stoppedFor ??= new Cancellation(by, false)
    this.interruptFiber(by)
  }

  /** There is no worker to be had for it. */
  failUnbegun(error: E): void {
    if (this.isDone || this.stoppedFor !== undefined) return
    if (error instanceof TaskTimeoutError) this.overran(error)
    this.endUnbegun(Exit.fail(error))
  }

  /** Makes sure that it does not begin unnoticed. `false` if it has. */
  override revoke(): boolean {
    if (this.handedOver === undefined) return true
    if (!this.handedOver.revoke()) return false
    this.notHandedOver()
    return true
  }

  private interruptFiber(by: number | undefined, isForTimeout = false): void {
    // One that has not begun runs no code when it is stopped, and must not begin before it is.
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

  /** The time that it may take, or may wait, is over. */
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
      this.handedOver?.revokeLater?.(() => this.failQueued(duration), { orStop: false })
    }
  }

  private failQueued(duration: Duration.Duration): void {
    if (this.isDone || this.stoppedFor !== undefined) return
    this.handedOver = undefined
    const error = new TaskTimeoutError({ task: this.name, duration, phase: "queued", stuckAt: [] })
    this.stoppedFor = error
    this.endUnbegun(Exit.fail(error))
  }

  /** A limit is over that was kept elsewhere; its end comes next. */
  overran(error: TaskTimeoutError): void {
    this.stoppedFor ??= error
  }

  /** It has ended so; to be called by who runs it where it has no fiber. */
  ended(exit: Exit.Exit<A, E | TaskTimeoutError>): void {
    const isOutermost = trampoline.enter()
    try {
      const wasPending = this.state === "pending"
      this.effect = this.unpark = undefined
      // Somebody has interrupted the fiber itself before it waited for the worker.
      this.handedOver?.abandon()
      this.handedOver = undefined
      this.result = exit
      const { isObserved } = this
      this.end(exit)
      this.engine.settled(this, wasPending, this.outcome(exit))
      this.taskRun = undefined
      if (typeof this.forked === "object" && !isObserved) this.forked = this.forked.id
      this.submitContext.release()
      this.submitContext = SubmitContext.none
    } finally {
      trampoline.leave(isOutermost)
    }
  }

  private outcome(exit: Exit.Exit<unknown, unknown>): Outcome {
    if (exit._tag === "Success") return "succeeded"
    if (this.state === "cancelled") return "cancelled"
    const { timeoutError } = this
    if (timeoutError === undefined) return "failed"
    // It may have failed of itself, and the timeout come while it cleaned up.
    const isFor = exit.cause.reasons.some((reason) => reason._tag === "Fail" && reason.error === timeoutError)
    return isFor ? "timedOut" : "failed"
  }
}
