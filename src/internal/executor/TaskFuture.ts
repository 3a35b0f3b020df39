import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { TaskTimeoutError } from "../../Errors.ts"
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
 * Its fiber is forked at submission and parks in its first step; a worker resumes
 * it with the task. So cancelling is interrupting that fiber, parked or not.
 */
export class TaskFuture<A, E> extends FutureImpl<A, E | TaskTimeoutError> implements QueueNode {
  next: QueueNode | undefined = undefined
  previous: QueueNode | undefined = undefined
  lane: PriorityLane | undefined = undefined
  readonly engine: Engine
  readonly priority: number
  /** Milliseconds from its start; 0 for none, since `Infinity` is no small integer and takes memory of its own. */
  readonly timeout: number
  /** What to run; once that has begun, nothing. */
  effect: Effect.Effect<A, E | TaskTimeoutError> | undefined
  deadline: Deadline | undefined = undefined
  taskRun: TaskRun | undefined = undefined
  private unpark: Resume<A, E | TaskTimeoutError> | undefined = undefined
  private hasBegun = false
  private stoppedFor: TaskTimeoutError | "cancellation" | undefined = undefined

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
    this.fiber = park(this, submitter)
  }

  /** To be called once, when it stands in the books: a fiber may end at once, if its scheduler or tracer throws. */
  watch(): void {
    this.fiber.addObserver((exit) => this.ended(exit))
  }

  /** What it fails with if it was stopped for taking too long. */
  get timeoutError(): TaskTimeoutError | undefined {
    return typeof this.stoppedFor === "object" ? this.stoppedFor : undefined
  }

  /** Whether it has been asked to stop. */
  get isStopping(): boolean {
    // The second is for who interrupts the fiber itself. Effect has no other way to tell.
    return this.stoppedFor !== undefined || (this.fiber as Interruptible)._interruptedCause !== undefined
  }

  get isParked(): boolean {
    return this.unpark !== undefined
  }

  /** The fiber has done its first step; `resume` lets it go on. */
  parkedWith(resume: Resume<A, E | TaskTimeoutError>): void {
    this.unpark = resume
    if (this.hasBegun) this.proceed()
  }

  /** A worker is there. Only says so: the code begins with `begin`. */
  granted(lease: Lease): void {
    this.state = "running"
    this.taskRun = new TaskRun(this, lease)
  }

  /** Lets the parked fiber go on, with `body`. */
  begin(body: Effect.Effect<A, E | TaskTimeoutError>): void {
    this.effect = body
    this.hasBegun = true
    if (this.unpark !== undefined) this.proceed()
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

// A million tasks may be pending, so what they park in is the same effect for all of them, and finds out whose it is.
let constructing: TaskFuture<unknown, unknown> | undefined
// A scheduler may keep a fiber from its first step.
const unparkedYet = new WeakMap<Fiber.Fiber<unknown, unknown>, TaskFuture<unknown, unknown>>()

const park = <A, E>(task: TaskFuture<A, E>, submitter: Fiber.Fiber<unknown, unknown>) => {
  constructing = task
  try {
    const isTimed = task.timeout !== 0
    const fiber = Effect.runForkWith(submitter.context)(
      isTimed ? parkedWithTimeout : parked,
      isTimed ? uninterruptible : undefined
    )
    if (!task.isParked) unparkedYet.set(fiber, task)
    // What it is resumed with is the task.
    return fiber as Fiber.Fiber<A, E | TaskTimeoutError>
  } finally {
    constructing = undefined
  }
}

const parked = Effect.callback<unknown, unknown>((resume) => {
  const task = constructing ?? unparkedYet.get(Fiber.getCurrent()!)!
  task.parkedWith(resume)
})

/** Tells the interruption that a timeout makes from others. */
const IsForTimeout = Context.Reference<boolean>("effect-futures/IsForTimeout", { defaultValue: () => false })
const forTimeout = Context.make(IsForTimeout, true) as Context.Context<never>

// A timeout interrupts the fiber and then makes it fail. A fiber can fail after an interruption only from a part of
// it that is not interruptible, which takes memory; so only those tasks have it that need it.
const uninterruptible = { uninterruptible: true }

const parkedWithTimeout = Effect.catchCause(Effect.interruptible(parked), (cause) =>
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
)
