import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"

// A timeout interrupts the fiber of a task and then makes it fail. A fiber can fail after an interruption only from a part of it that
// is not interruptible, and with something that catches the interruption. For each task that would take more time than most of them
// take; so it is added to the fibers of those whose time is over, where Effect's fibers are made so that this can be done.

/** Whose time is over. */
interface TimedOut {
  /** What it fails with. */
  readonly timeoutError: unknown
}

/** What a fiber does when the effect has ended that it is at, the last first. */
interface Stacked {
  readonly _stack: Array<unknown>
}

type Fork = <A, E>(effect: Effect.Effect<A, E>, options?: { readonly uninterruptible: boolean }) => Fiber.Fiber<A, E>

const uninterruptible = { uninterruptible: true }

const timedOut = new WeakMap<Fiber.Fiber<unknown, unknown>, TimedOut>()

/** Tells the interruption that a timeout makes from others. */
const IsForTimeout = Context.Reference<boolean>("effect-futures/IsForTimeout", { defaultValue: () => false })
const forTimeout = Context.make(IsForTimeout, true) as Context.Context<never>

const failingWhenTimedOut = <A, E>(body: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  // The errors of a task that timed out are its future's.
  Effect.catchCause(Effect.interruptible(body), stopped) as Effect.Effect<A, E>

const stopped = (cause: Cause.Cause<unknown>): Effect.Effect<never, unknown> =>
  Effect.withFiber((fiber) => {
    const error = timedOut.get(fiber)?.timeoutError
    // Somebody may have interrupted the fiber itself before, and it has been cleaning up since.
    const interruption = cause.reasons.find((reason) => reason._tag === "Interrupt")
    const isLate = interruption !== undefined && !Context.get(Cause.reasonAnnotations(interruption), IsForTimeout)
    if (error === undefined || isLate) return Exit.failCause(cause)
    const defects = cause.reasons.filter((reason) => reason._tag === "Die")
    return Exit.failCause(Cause.fromReasons<unknown>([Cause.makeFailReason(error), ...defects]))
  })

// What `failingWhenTimedOut` leaves on the stack of a fiber, which is the same for all.
let known: ReadonlyArray<unknown> | undefined

/** What is to be added to a fiber; nothing if that does not make it fail. */
const added = (): ReadonlyArray<unknown> => {
  if (known !== undefined) return known
  try {
    known = stackOf(failingWhenTimedOut)
    if (!failsWith(new Error("too late"))) known = []
  } catch {
    known = []
  }
  return known
}

/** What is on the stack of a fiber in the midst of this. */
const stackOf = (around: (body: Effect.Effect<void>) => Effect.Effect<void>): ReadonlyArray<unknown> => {
  let found: ReadonlyArray<unknown> = []
  const look = Effect.withFiber((fiber) => {
    found = Array.from((fiber as unknown as Stacked)._stack)
    return Effect.void
  })
  Effect.runFork(around(look), uninterruptible)
  return found
}

/** Whether a fiber fails with that, tried out. */
const failsWith = (timeoutError: Error): boolean => {
  const fiber = Effect.runFork(Effect.never)
  interruptForTimeout(fiber, { timeoutError })
  const exit = fiber.pollUnsafe()
  return exit?._tag === "Failure" && exit.cause.reasons.some((it) => it._tag === "Fail" && it.error === timeoutError)
}

/** Forks the fiber of a task whose time may come to be over. */
export const forkTimed = <A, E>(fork: Fork, effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> =>
  added().length > 0 ? fork(effect) : forkPrepared(fork, effect)

/** The same where nothing can be added to a fiber. */
export const forkPrepared = <A, E>(fork: Fork, effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> =>
  fork(failingWhenTimedOut(effect), uninterruptible)

/** Interrupts it, and makes it fail with that error when it has ended so. */
export const interruptForTimeout = (fiber: Fiber.Fiber<unknown, unknown>, task: TimedOut): void => {
  timedOut.set(fiber, task)
  // Below all that the task has put there.
  ;(fiber as unknown as Stacked)._stack.unshift(...added())
  fiber.interruptUnsafe(undefined, forTimeout)
}
