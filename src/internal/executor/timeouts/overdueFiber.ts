import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"

/** Why a task is stopped that took too long. */
export class Overdue {
  /** The limit that it had. */
  readonly duration: Duration.Duration
  readonly phase: "starting" | "running"

  constructor(duration: Duration.Duration, phase: "starting" | "running") {
    this.duration = duration
    this.phase = phase
  }
}

// A timeout interrupts the fiber of a task, which then fails with the timeout's error when it has cleaned up. A fiber can fail after an
// interruption only from a part that is not interruptible and that catches the interruption. So a task with a timeout has such a part
// around it from the start.

/** A task whose time is over. */
interface Expired {
  /** The error that the task fails with. */
  readonly timeoutError: unknown
}

type Fork = <A, E>(effect: Effect.Effect<A, E>, options?: { readonly uninterruptible: boolean }) => Fiber.Fiber<A, E>

const uninterruptible = { uninterruptible: true }

const overdue = new WeakMap<Fiber.Fiber<unknown, unknown>, Expired>()

/** Distinguishes the interruption by a timeout from others. */
const IsForTimeout = Context.Reference<boolean>("effect-futures/IsForTimeout", { defaultValue: () => false })
const forTimeout = Context.make(IsForTimeout, true) as Context.Context<never>

/** Forks the fiber of a task that has a limit. */
export const forkTimed = <A, E>(fork: Fork, effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> =>
  // The errors of a task that timed out are those of its future.
  fork(Effect.catchCause(Effect.interruptible(effect), stopped) as Effect.Effect<A, E>, uninterruptible)

const stopped = (cause: Cause.Cause<unknown>): Effect.Effect<never, unknown> =>
  Effect.withFiber((fiber) => {
    const error = overdue.get(fiber)?.timeoutError
    // The fiber may have been interrupted directly before, and may have been cleaning up since.
    const interruption = cause.reasons.find((reason) => reason._tag === "Interrupt")
    const isLate = interruption !== undefined && !Context.get(Cause.reasonAnnotations(interruption), IsForTimeout)
    if (error === undefined || isLate) return Exit.failCause(cause)
    const defects = cause.reasons.filter((reason) => reason._tag === "Die")
    return Exit.failCause(Cause.fromReasons<unknown>([Cause.makeFailReason(error), ...defects]))
  })

/** Interrupts a fiber of `forkTimed`, and makes it fail with the task's error when it has cleaned up. */
export const interruptForTimeout = (fiber: Fiber.Fiber<unknown, unknown>, task: Expired): void => {
  overdue.set(fiber, task)
  fiber.interruptUnsafe(undefined, forTimeout)
}
