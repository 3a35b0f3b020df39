import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { TaskTimeoutError } from "../../Errors.ts"
import { captureAsyncContext, runInAsyncContext } from "./asyncContext.ts"
import { CurrentTask } from "./CurrentTask.ts"
import type { Deadline } from "./Deadlines.ts"
import type { Engine } from "./Engine.ts"
import { FutureImpl } from "../future/FutureImpl.ts"
import type { Lease } from "./Lanes.ts"
import type { PriorityLane, QueueNode } from "./TaskQueue.ts"
import type { SubmitRequest } from "./submitRequest.ts"
import { TaskRun } from "./TaskRun.ts"
import * as trampoline from "../trampoline.ts"

/** How a task ended, as the statistics count it. */
export type Outcome = "succeeded" | "failed" | "cancelled" | "timedOut"

// A task that is interrupted interrupts those that it waits for, and so on: done by plain calls alone, a chain of some
// thousand tasks overflows the stack.
const nestedInterruptions = 32
let interruptions = 0

interface Interruptible {
  readonly _interruptedCause?: unknown
}

// A method, so that the future stays covariant: only its own task is ever passed.
type Resume<A, E> = { resume(effect: Effect.Effect<A, E>): void }["resume"]

/**
 * The future of a submitted task.
 *
 * Its fiber is forked when somebody asks for it, or when it begins: a million that only wait need none. Forked before,
 * it parks in its first step, and a worker resumes it with the task. So cancelling is interrupting that fiber, parked
 * or not.
 */
export class TaskFuture<A, E> extends FutureImpl<A, E | TaskTimeoutError> implements QueueNode {
  next: QueueNode | undefined = undefined
  previous: QueueNode | undefined = undefined
  lane: PriorityLane | undefined = undefined
  readonly engine: Engine
  readonly priority: number
  /** Milliseconds from its start; 0 for none, since `Infinity` is no small integer and takes memory of its own. */
  readonly timeout: number
  /** The submitter's, which the task inherits; empty when it has ended. */
  context: Context.Context<never>
  /** What to run; once that has begun, nothing. */
  effect: Effect.Effect<A, E | TaskTimeoutError> | undefined
  deadline: Deadline | undefined = undefined
  taskRun: TaskRun | undefined = undefined
  private forked: Fiber.Fiber<A, E | TaskTimeoutError> | undefined = undefined
  private unpark: Resume<A, E | TaskTimeoutError> | undefined = undefined
  private hasBegun = false
  private stoppedFor: TaskTimeoutError | "cancellation" | undefined = undefined
  // The submitter's too. A fiber that parks keeps that by itself.
  private asyncContext = captureAsyncContext()

  constructor(
    effect: Effect.Effect<A, E>,
    engine: Engine,
    request: SubmitRequest,
    submitter: Fiber.Fiber<unknown, unknown>
  ) {
    super(request.name)
    this.effect = effect
    this.engine = engine
    this.timeout = request.timeout
    this.priority = request.priority
    this.context = submitter.context
  }

  get fiber(): Fiber.Fiber<A, E | TaskTimeoutError> {
    if (this.forked === undefined) this.fork(Effect.callback((resume) => this.parkedWith(resume)))
    return this.forked!
  }

  /** To be called in the first step of the fiber: it may be asked for before the fork returns. */
  forkedAs(fiber: Fiber.Fiber<A, E | TaskTimeoutError>): void {
    if (this.forked !== undefined) return
    this.forked = fiber
    fiber.addObserver((exit) => this.ended(exit))
  }

  private fork(first: Effect.Effect<A, E | TaskTimeoutError>): void {
    const { asyncContext } = this
    this.asyncContext = undefined
    runInAsyncContext(asyncContext, this.forkHere, this, first)
  }

  private forkHere(first: Effect.Effect<A, E | TaskTimeoutError>): void {
    const fork = Effect.runForkWith(this.context)
    this.forkedAs(this.timeout === 0 ? fork(first) : fork(failingWhenTimedOut(first), uninterruptible))
  }

  /** What it fails with if it was stopped for taking too long. */
  get timeoutError(): TaskTimeoutError | undefined {
    return typeof this.stoppedFor === "object" ? this.stoppedFor : undefined
  }

  /** Whether it has been asked to stop. */
  get isStopping(): boolean {
    // The second is for who interrupts the fiber itself. Effect has no other way to tell.
    return this.stoppedFor !== undefined || (this.forked as Interruptible | undefined)?._interruptedCause !== undefined
  }

  /** The fiber has done its first step; `resume` lets it go on. */
  private parkedWith(resume: Resume<A, E | TaskTimeoutError>): void {
    this.unpark = resume
    if (this.hasBegun) this.proceed()
  }

  /** A worker is there. Only says so: the code begins with `begin`. */
  granted(lease: Lease): void {
    this.state = "running"
    this.taskRun = new TaskRun(this, lease)
  }

  /** Runs `body` in the fiber. */
  begin(body: Effect.Effect<A, E | TaskTimeoutError>): void {
    this.hasBegun = true
    if (this.forked !== undefined) {
      this.effect = body
      // A scheduler may keep a fiber from its first step.
      if (this.unpark !== undefined) this.proceed()
      return
    }
    this.effect = undefined
    try {
      this.fork(body)
    } catch (error) {
      trampoline.report(error)
      // What is thrown here comes from a scheduler or a tracer. Without a fiber the future would never end.
      this.forkedAs(Effect.runFork(Effect.die(error)))
    }
  }

  private proceed(): void {
    const unpark = this.unpark!
    const body = this.effect!
    this.unpark = this.effect = undefined
    try {
      unpark(body)
    } catch (error) {
      trampoline.report(error)
    }
  }

  /** Asks the task to stop, and keeps a timeout that is not yet due from claiming it. */
  interrupt(by: number | undefined): void {
    this.stoppedFor ??= "cancellation"
    this.interruptFiber(by)
  }

  private interruptFiber(by: number | undefined, annotations?: Context.Context<never>): void {
    // One that has not begun runs no code when it is stopped, and must not begin before it is.
    if (interruptions >= nestedInterruptions && this.hasBegun) {
      trampoline.run(() => this.interruptFiber(by, annotations))
      return
    }
    const isOutermost = trampoline.enter()
    interruptions++
    try {
      this.fiber.interruptUnsafe(by, annotations)
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
    const phase = this.state === "pending" ? "queued" : "running"
    const error = new TaskTimeoutError({ task: this.name, duration, phase, stuckAt: [] })
    this.stoppedFor = error
    if (phase === "queued") this.begin(Effect.fail(error))
    else this.interruptFiber(undefined, forTimeout)
  }

  private ended(exit: Exit.Exit<A, E | TaskTimeoutError>): void {
    const isOutermost = trampoline.enter()
    try {
      const wasPending = this.state === "pending"
      this.effect = this.unpark = undefined
      this.end(exit)
      this.engine.settled(this, wasPending, this.outcome(exit))
      this.taskRun = undefined
      this.context = Context.empty()
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

/** Tells the interruption that a timeout makes from others. */
const IsForTimeout = Context.Reference<boolean>("effect-futures/IsForTimeout", { defaultValue: () => false })
const forTimeout = Context.make(IsForTimeout, true) as Context.Context<never>

// A timeout interrupts the fiber and then makes it fail. A fiber can fail after an interruption only from a part of
// it that is not interruptible, which takes memory; so only those tasks have it that need it.
const uninterruptible = { uninterruptible: true }

const failingWhenTimedOut = <A, E>(body: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  // The errors of a task that timed out are its future's.
  Effect.catchCause(Effect.interruptible(body), stopped) as Effect.Effect<A, E>

const stopped = (cause: Cause.Cause<unknown>): Effect.Effect<never, unknown> =>
  Effect.withFiber((fiber) => {
    const run = fiber.getRef(CurrentTask)?.run
    const error = run?.task.fiber === fiber ? run.task.timeoutError : undefined
    // Somebody may have interrupted the fiber itself before, and it has been cleaning up since.
    const interruption = cause.reasons.find((reason) => reason._tag === "Interrupt")
    const isLate = interruption !== undefined && !Context.get(Cause.reasonAnnotations(interruption), IsForTimeout)
    if (error === undefined || isLate) return Exit.failCause(cause)
    const defects = cause.reasons.filter((reason) => reason._tag === "Die")
    return Exit.failCause(Cause.fromReasons<unknown>([Cause.makeFailReason(error), ...defects]))
  })
