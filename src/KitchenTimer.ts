/**
 * A worked example of a small concurrent object: a countdown timer for the
 * kitchen. Set it, stop it, and see how much time is left. It rings when time is
 * up.
 *
 * Any number of fibers may start, stop and read one timer. Every operation checks
 * and acts in one synchronous step, so no other fiber, and no tick of the clock,
 * can come between the check and the act.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Fiber from "effect/Fiber"
import { dual } from "effect/Function"
import * as Hash from "effect/Hash"
import * as Inspectable from "effect/Inspectable"
import * as Pipeable from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { AlreadyRunningError, InvalidOptionsError, NotRunningError } from "./Errors.ts"
import { finiteDuration } from "./internal/options.ts"

const TypeId = "~effect-futures/KitchenTimer"

/**
 * The state of a timer.
 *
 * **Details**
 *
 * - `"stopped"`: it was never started, or it was stopped before time was up
 * - `"running"`: it counts down
 * - `"timeUp"`: the last countdown went to its end; `whenTimeUp` has begun, and
 *   may still be running
 *
 * @since 0.1.0
 * @category models
 */
export type State = "stopped" | "running" | "timeUp"

/**
 * The action of a timer when time is up: an effect, or a function.
 *
 * **Details**
 *
 * The effect runs with the services of the code that started the timer. If a function
 * returns an effect, that effect is run, and if it returns a promise, that
 * promise is awaited.
 *
 * @since 0.1.0
 * @category models
 */
export type WhenTimeUp<R = never> =
  | Effect.Effect<unknown, never, R>
  | (() => Effect.Effect<unknown, never, R>)
  | (() => void)

/**
 * A countdown timer.
 *
 * **Example** (Boiling an egg)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KitchenTimer } from "effect-futures"
 * import { TestClock } from "effect/testing"
 *
 * const heard: Array<string> = []
 *
 * const program = Effect.gen(function*() {
 *   const timer = yield* KitchenTimer.make()
 *   yield* KitchenTimer.start(timer, "6 minutes", () => heard.push("ding"))
 *
 *   yield* TestClock.adjust("5 minutes")
 *   const before = [yield* KitchenTimer.state(timer), yield* KitchenTimer.timeRemaining(timer)]
 *
 *   yield* TestClock.adjust("1 minute")
 *   const after = [yield* KitchenTimer.state(timer), yield* KitchenTimer.timeRemaining(timer)]
 *
 *   return [before, after]
 * }).pipe(Effect.scoped, Effect.provide(TestClock.layer()))
 *
 * await Effect.runPromise(program) // => [["running", 60], ["timeUp", 0]]
 * heard // => ["ding"]
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface KitchenTimer extends Pipeable.Pipeable, Inspectable.Inspectable {
  readonly [TypeId]: typeof TypeId
  /** @internal */
  readonly scope: Scope.Scope
  /** @internal */
  phase: Phase
}

type Phase = { readonly state: "stopped" } | { readonly state: "timeUp" } | Countdown

// Each start makes a countdown of its own. A fiber that wakes up late knows by
// its identity that the timer has moved on since.
interface Countdown {
  readonly state: "running"
  readonly clock: Clock.Clock
  /** On the clock's monotonic time. */
  readonly endsAtNanos: bigint
  fiber: Fiber.Fiber<void> | undefined
}

const stopped: Phase = { state: "stopped" }
const timeUp: Phase = { state: "timeUp" }

class KitchenTimerImpl extends Pipeable.Class implements KitchenTimer, Equal.Equal {
  readonly [TypeId]: typeof TypeId = TypeId
  readonly scope: Scope.Scope
  phase: Phase = stopped

  constructor(scope: Scope.Scope) {
    super()
    this.scope = scope
  }

  // Mutable, so compared by reference: two that are stopped now are not the same timer.
  [Equal.symbol](that: Equal.Equal): boolean {
    return this === that
  }

  [Hash.symbol](): number {
    return Hash.random(this)
  }

  toJSON(): unknown {
    return { _id: "KitchenTimer", state: this.phase.state, timeRemaining: secondsRemaining(this.phase) }
  }

  override toString(): string {
    return `KitchenTimer(${this.phase.state})`
  }

  [Inspectable.NodeInspectSymbol](): unknown {
    return this.toJSON()
  }
}

/**
 * Checks whether a value is a `KitchenTimer`.
 *
 * **Example** (Checking values)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KitchenTimer } from "effect-futures"
 *
 * const timer = await Effect.runPromise(Effect.scoped(KitchenTimer.make()))
 *
 * KitchenTimer.isKitchenTimer(timer) // => true
 * KitchenTimer.isKitchenTimer({}) // => false
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isKitchenTimer = (u: unknown): u is KitchenTimer => Predicate.hasProperty(u, TypeId)

/**
 * Makes a timer that is stopped.
 *
 * **Details**
 *
 * A countdown is a fiber in the scope the timer was made in. When that scope
 * closes, a running countdown is stopped and its `whenTimeUp` does not run. If
 * `whenTimeUp` is already running, it is interrupted, and the scope waits for its
 * finalizers. Nothing of a timer outlives its scope.
 *
 * **Gotchas**
 *
 * A timer whose scope is closed can still be read, but not started: `start` and
 * `startIfStopped` then interrupt their caller, as `Pool.get` does.
 *
 * **Example** (A countdown ends with its scope)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KitchenTimer } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const timer = yield* Effect.scoped(Effect.gen(function*() {
 *     const timer = yield* KitchenTimer.make()
 *     yield* KitchenTimer.start(timer, "1 hour", Effect.log("ding"))
 *     return timer
 *   }))
 *   return yield* KitchenTimer.state(timer)
 * })
 *
 * await Effect.runPromise(program) // => "stopped"
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (): Effect.Effect<KitchenTimer, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => new KitchenTimerImpl(scope))

// A second argument that is neither missing nor a `whenTimeUp` is a duration, so the first should have been a timer.
const isDataFirst = (args: ArrayLike<unknown>): boolean => {
  const [first, second] = Array.from(args)
  const isWhenTimeUp = second === undefined || typeof second === "function" || Effect.isEffect(second)
  return isKitchenTimer(first) || args.length > 2 || !isWhenTimeUp
}

/**
 * Starts the timer, which must not be running.
 *
 * **When to use**
 *
 * Use it where the timer should not be running, so that a running timer is a
 * mistake. Where it may or may not be running, use `startIfStopped`.
 *
 * **Details**
 *
 * A timer can be started again after it was stopped and after time was up, also
 * from within its own `whenTimeUp`.
 *
 * After `duration`, on Effect's `Clock`, the timer's state becomes `"timeUp"` and
 * `whenTimeUp` begins, in one step. It runs once, in the fiber of the countdown,
 * with the services, loggers and references that `start` was called with. If it
 * throws, dies or rejects, the cause is logged at level Error and nothing else is
 * affected.
 *
 * Fails with `AlreadyRunningError` if the timer is running, which goes on as if
 * nothing had happened; its `timeRemaining` has the seconds left. Dies with
 * `InvalidOptionsError` if `duration` is not a duration, is infinite, or is not
 * more than zero; that is checked first.
 *
 * **Gotchas**
 *
 * A `whenTimeUp` that takes long does not keep the timer from being started
 * again. The next one may then begin while it is still running.
 *
 * **Example** (Starting a timer twice)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KitchenTimer } from "effect-futures"
 * import { TestClock } from "effect/testing"
 *
 * const program = Effect.gen(function*() {
 *   const timer = yield* KitchenTimer.make()
 *   yield* KitchenTimer.start(timer, "10 seconds")
 *   yield* TestClock.adjust("2500 millis")
 *   return yield* timer.pipe(
 *     KitchenTimer.start("1 minute"),
 *     Effect.catchTag("AlreadyRunningError", (error) => Effect.succeed(error.timeRemaining))
 *   )
 * }).pipe(Effect.scoped, Effect.provide(TestClock.layer()))
 *
 * await Effect.runPromise(program) // => 7.5
 * ```
 *
 * @see {@link startIfStopped} for starting a timer that may be running
 *
 * @since 0.1.0
 * @category operations
 */
export const start: {
  /** Starts the timer that comes from a pipe. */
  <R = never>(
    duration: Duration.Input,
    whenTimeUp?: WhenTimeUp<R>
  ): (self: KitchenTimer) => Effect.Effect<void, AlreadyRunningError, R>
  /** Starts the timer, which must not be running. */
  <R = never>(
    self: KitchenTimer,
    duration: Duration.Input,
    whenTimeUp?: WhenTimeUp<R>
  ): Effect.Effect<void, AlreadyRunningError, R>
} = dual(
  isDataFirst,
  <R = never>(
    self: KitchenTimer,
    duration: Duration.Input,
    whenTimeUp?: WhenTimeUp<R>
  ): Effect.Effect<void, AlreadyRunningError, R> =>
    Effect.contextWith((context: Context.Context<R>): Effect.Effect<void, AlreadyRunningError> => {
      checkTimer(self)
      return startNow(self, context, finiteDuration("duration", duration), whenTimeUp)
    })
)

/**
 * Starts the timer if it is not running, and says whether it did.
 *
 * **When to use**
 *
 * Use it if several fibers may start the same timer and one of them should win:
 * of any number that call it at once, exactly one gets `true`.
 *
 * **Details**
 *
 * Not running means `"stopped"` or `"timeUp"`. If it returns `false`, the running
 * countdown goes on, with its own duration and its own `whenTimeUp`.
 * Everything else is as for `start`, with which it shares the defect
 * `InvalidOptionsError` for a bad `duration`.
 *
 * **Example** (Only the first one starts it)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KitchenTimer } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const timer = yield* KitchenTimer.make()
 *   const first = yield* KitchenTimer.startIfStopped(timer, "1 minute")
 *   const second = yield* timer.pipe(KitchenTimer.startIfStopped("1 hour"))
 *   return [first, second, yield* KitchenTimer.timeRemaining(timer)]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [true, false, 60]
 * ```
 *
 * @see {@link start} for failing if the timer is running
 *
 * @since 0.1.0
 * @category operations
 */
export const startIfStopped: {
  /** Starts the timer that comes from a pipe if it is not running. */
  <R = never>(
    duration: Duration.Input,
    whenTimeUp?: WhenTimeUp<R>
  ): (self: KitchenTimer) => Effect.Effect<boolean, never, R>
  /** Starts the timer if it is not running, and gives whether it did. */
  <R = never>(
    self: KitchenTimer,
    duration: Duration.Input,
    whenTimeUp?: WhenTimeUp<R>
  ): Effect.Effect<boolean, never, R>
} = dual(
  isDataFirst,
  <R = never>(
    self: KitchenTimer,
    duration: Duration.Input,
    whenTimeUp?: WhenTimeUp<R>
  ): Effect.Effect<boolean, never, R> =>
    start(self, duration, whenTimeUp).pipe(
      Effect.as(true),
      Effect.catchTag("AlreadyRunningError", () => Effect.succeed(false))
    )
)

/**
 * Stops the timer, which must be running.
 *
 * **When to use**
 *
 * Use it where the timer should be running, so that you have to handle the case
 * that it is not. Where it may or may not be running, use `stopIfRunning`.
 *
 * **Details**
 *
 * When `stop` has returned, the countdown's fiber has ended and its `whenTimeUp`
 * will not run.
 *
 * Fails with `NotRunningError` if the timer is not running; its `state` says
 * whether it had been stopped or time was up. If `whenTimeUp` has begun, time was
 * up, so `stop` fails and leaves it alone: stopping and running out of time never
 * both happen.
 *
 * **Example** (Stopping before and after time is up)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KitchenTimer } from "effect-futures"
 * import { TestClock } from "effect/testing"
 *
 * const program = Effect.gen(function*() {
 *   const timer = yield* KitchenTimer.make()
 *   yield* KitchenTimer.start(timer, "10 seconds")
 *   yield* KitchenTimer.stop(timer)
 *   const early = yield* KitchenTimer.state(timer)
 *
 *   yield* KitchenTimer.start(timer, "10 seconds")
 *   yield* TestClock.adjust("10 seconds")
 *   const late = yield* Effect.flip(KitchenTimer.stop(timer))
 *   return [early, late.state]
 * }).pipe(Effect.scoped, Effect.provide(TestClock.layer()))
 *
 * await Effect.runPromise(program) // => ["stopped", "timeUp"]
 * ```
 *
 * @see {@link stopIfRunning} for stopping a timer that may not be running
 *
 * @since 0.1.0
 * @category operations
 */
export const stop = (self: KitchenTimer): Effect.Effect<void, NotRunningError> =>
  Effect.withFiber((stopper) => {
    const phase = self.phase
    if (phase.state !== "running") return Effect.fail(new NotRunningError({ state: phase.state }))
    self.phase = stopped
    if (phase.fiber === undefined) return Effect.void
    // Interrupted here and not in a later step, so that it happens even if the
    // stopper is interrupted itself.
    phase.fiber.interruptUnsafe(stopper.id)
    return Effect.asVoid(Fiber.await(phase.fiber))
  })

/**
 * Stops the timer if it is running, and says whether it did.
 *
 * **When to use**
 *
 * Use it if it does not matter whether the timer is running, or if several
 * fibers may stop it and one of them should win: of any number that call it at
 * once, exactly one gets `true`.
 *
 * **Details**
 *
 * If it returns `true`, `whenTimeUp` will not run. If it returns `false`, the timer
 * was `"stopped"` or `"timeUp"` and is left as it is.
 *
 * **Example** (Stopping a timer twice)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KitchenTimer } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const timer = yield* KitchenTimer.make()
 *   yield* KitchenTimer.start(timer, "1 minute")
 *   return [yield* KitchenTimer.stopIfRunning(timer), yield* KitchenTimer.stopIfRunning(timer)]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [true, false]
 * ```
 *
 * @see {@link stop} for failing if the timer is not running
 *
 * @since 0.1.0
 * @category operations
 */
export const stopIfRunning = (self: KitchenTimer): Effect.Effect<boolean> =>
  stop(self).pipe(
    Effect.as(true),
    Effect.catchTag("NotRunningError", () => Effect.succeed(false))
  )

/**
 * Reads what the timer is doing.
 *
 * **Gotchas**
 *
 * The answer may be out of date by the next step of the fiber that got it. Do not
 * decide by it whether to start or to stop: `startIfStopped` and `stopIfRunning`
 * check and act in one step.
 *
 * **Example** (Following a timer)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KitchenTimer } from "effect-futures"
 * import { TestClock } from "effect/testing"
 *
 * const program = Effect.gen(function*() {
 *   const timer = yield* KitchenTimer.make()
 *   const states = [yield* KitchenTimer.state(timer)]
 *   yield* KitchenTimer.start(timer, "1 second")
 *   states.push(yield* KitchenTimer.state(timer))
 *   yield* TestClock.adjust("1 second")
 *   states.push(yield* KitchenTimer.state(timer))
 *   return states
 * }).pipe(Effect.scoped, Effect.provide(TestClock.layer()))
 *
 * await Effect.runPromise(program) // => ["stopped", "running", "timeUp"]
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const state = (self: KitchenTimer): Effect.Effect<State> => Effect.sync(() => self.phase.state)

/**
 * Reads how many seconds are left, to a tenth of a second.
 *
 * **Details**
 *
 * It is rounded up, so a timer that is running never shows 0: with one
 * millisecond to go it shows 0.1. A timer that is stopped, or whose time is up,
 * shows 0. It is never negative.
 *
 * It is read from the `Clock` that the countdown was started on, and from its
 * monotonic time, so that setting the computer's clock does not change it.
 *
 * **Example** (Reading the display)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { KitchenTimer } from "effect-futures"
 * import { TestClock } from "effect/testing"
 *
 * const program = Effect.gen(function*() {
 *   const timer = yield* KitchenTimer.make()
 *   yield* KitchenTimer.start(timer, "2 seconds")
 *   yield* TestClock.adjust("510 millis")
 *   return yield* KitchenTimer.timeRemaining(timer)
 * }).pipe(Effect.scoped, Effect.provide(TestClock.layer()))
 *
 * await Effect.runPromise(program) // => 1.5
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const timeRemaining = (self: KitchenTimer): Effect.Effect<number> =>
  Effect.sync(() => secondsRemaining(self.phase))

const checkTimer = (self: unknown): void => {
  if (isKitchenTimer(self)) return
  throw new InvalidOptionsError({ option: "timer", value: self, expected: "a KitchenTimer, from KitchenTimer.make" })
}

// Synchronous from end to end: no fiber sees a timer that is running and has no
// countdown, and no two fibers start one each.
const startNow = <R>(
  self: KitchenTimer,
  context: Context.Context<R>,
  duration: Duration.Duration,
  whenTimeUp: WhenTimeUp<R> | undefined
): Effect.Effect<void, AlreadyRunningError> => {
  if (self.phase.state === "running") {
    return Effect.fail(new AlreadyRunningError({ timeRemaining: secondsRemaining(self.phase) }))
  }
  if (self.scope.state._tag === "Closed") return Effect.interrupt
  const clock = Context.get(context, Clock.Clock)
  const countdown: Countdown = {
    state: "running",
    clock,
    endsAtNanos: clock.monotonicTimeNanosUnsafe() + Duration.toNanosUnsafe(duration),
    fiber: undefined
  }
  self.phase = countdown
  countdown.fiber = Effect.runForkWith(context)(countDown(self, countdown, duration, whenTimeUp))
  Fiber.runIn(countdown.fiber, self.scope)
  return Effect.void
}

const countDown = <R>(
  self: KitchenTimer,
  countdown: Countdown,
  duration: Duration.Duration,
  whenTimeUp: WhenTimeUp<R> | undefined
): Effect.Effect<void, never, R> =>
  Effect.sleep(duration).pipe(
    Effect.andThen(
      Effect.suspend(() => {
        // A stop interrupts the sleep, unless it comes before the sleep has begun.
        if (self.phase !== countdown) return Effect.void
        self.phase = timeUp
        return announce(whenTimeUp)
      })
    ),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.logError("KitchenTimer: whenTimeUp failed", cause)
    ),
    // Only the scope can have ended it without a change of phase.
    Effect.ensuring(
      Effect.sync(() => {
        if (self.phase === countdown) self.phase = stopped
      })
    )
  )

const announce = <R>(whenTimeUp: WhenTimeUp<R> | undefined): Effect.Effect<unknown, unknown, R> => {
  if (whenTimeUp === undefined) return Effect.void
  if (typeof whenTimeUp !== "function") return whenTimeUp
  const result = whenTimeUp()
  if (Effect.isEffect(result)) return result
  return Predicate.isPromiseLike(result) ? Effect.promise(() => result) : Effect.void
}

const nanosPerTenth = 100_000_000n

const secondsRemaining = (phase: Phase): number => {
  if (phase.state !== "running") return 0
  const nanos = phase.endsAtNanos - phase.clock.monotonicTimeNanosUnsafe()
  const tenths = Number((nanos + nanosPerTenth - 1n) / nanosPerTenth)
  // A timer that is due has none left until its fiber gets to run.
  return Math.max(tenths, 1) / 10
}
