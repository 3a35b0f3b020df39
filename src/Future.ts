/**
 * A `Future` is the result of a task that was submitted to an executor, or of something that is
 * settled by hand. It is a fiber: joining it waits for the fiber, cancelling it interrupts the fiber.
 *
 * A future is an Effect. Yield it to join it.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import { InvalidOptionsError, InvalidStateError, type TaskCancelledError } from "./Errors.ts"
import { asCompleted as asCompletedOf } from "./internal/future/asCompleted.ts"
import { cancel as cancelFuture } from "./internal/future/cancel.ts"
import { checkFuture, checkFutures } from "./internal/future/checkFutures.ts"
import { all as allOf, race as raceOf } from "./internal/future/combine.ts"
import { toJoined } from "./internal/future/exitOutcome.ts"
import { exitOf, type FutureImpl, isFutureImpl, type TypeId } from "./internal/future/FutureImpl.ts"
import { awaitDone } from "./internal/future/join.ts"
import { ManualFuture } from "./internal/future/ManualFuture.ts"
import { registerCallback } from "./internal/future/onDone.ts"
import { reportsOf } from "./internal/future/ReportLog.ts"
import { nonEmptyString, oneOf, waitMillis } from "./internal/options.ts"
import { waitFor } from "./internal/future/waitFor.ts"

/**
 * Where a future is in its life. The names are those of Python's `concurrent.futures`.
 *
 * **Details**
 *
 * - `"pending"`: it waits for a worker.
 * - `"running"`: it has one.
 * - `"cancelled"`: it was stopped by an interruption, before it ran or while; a shutdown does that too.
 * - `"finished"`: it ended in any other way, with a value or a failure.
 *
 * @since 0.1.0
 * @category models
 */
export type State = "pending" | "running" | "cancelled" | "finished"

/**
 * The result of a task, now or later. Yield it to join it.
 *
 * **Details**
 *
 * Joining gives the task's value or fails with its error. A future that was cancelled fails its joiner
 * with `TaskCancelledError`; it does not interrupt it. Joining twice gives the same result twice; the
 * task runs once. Printed, a future shows its number, name, state and the type of its result.
 *
 * **Example** (Joining a future)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
 *   const future = yield* executor.submit(Effect.succeed(21), { name: "half" })
 *   const half = yield* future
 *   return [half * 2, String(future).replace(/#\d+/, "#1")]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [42, 'Future(#1 "half") finished: Success(number)']
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface Future<out A, out E = never> extends Effect.Effect<A, E | TaskCancelledError> {
  readonly [TypeId]: typeof TypeId
  /** Unique in this process, and greater for what was submitted later. */
  readonly id: number
  /** As given at submission, or the task's own, or one made from the `id`. */
  readonly name: string
  /** As it is at this moment. */
  readonly state: State
  /** The fiber that it is. Interrupting the fiber is cancelling the future. */
  readonly fiber: Fiber.Fiber<A, E>
}

/**
 * A future that is settled by hand, with `succeed`, `fail`, `failCause` or `done`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settable<in out A, in out E = never> extends Future<A, E> {
  readonly "~effect-futures/Future/Settable": {
    readonly _A: Types.Invariant<A>
    readonly _E: Types.Invariant<E>
  }
}

/**
 * What the value of a future is.
 *
 * @since 0.1.0
 * @category utility types
 */
export type Success<F> = F extends Future<infer A, infer _E> ? A : never

/**
 * What a future can fail with, besides `TaskCancelledError`.
 *
 * @since 0.1.0
 * @category utility types
 */
export type Error<F> = F extends Future<infer _A, infer E> ? E : never

/**
 * Whether a value is a future.
 *
 * @since 0.1.0
 * @category guards
 */
export const isFuture: (u: unknown) => u is Future<unknown, unknown> = isFutureImpl

/**
 * Makes a future that no executor owns: it is pending until it is settled by hand.
 *
 * **When to use**
 *
 * To give out the result of something that is not a task, such as an event, to code that waits for
 * futures. Between two fibers of one program a `Deferred` does as well and costs less.
 *
 * **Example** (Settling by hand)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const future = yield* Future.make<number, string>()
 *   yield* Future.setRunning(future) // => true
 *   yield* Future.succeed(future, 42)
 *   return [future.state, yield* future]
 * })
 *
 * await Effect.runPromise(program) // => ["finished", 42]
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <A, E = never>(options?: { readonly name?: string | undefined }): Effect.Effect<Settable<A, E>> =>
  Effect.withFiber((fiber) => {
    const name = options?.name === undefined ? undefined : nonEmptyString("name", options.name)
    return Effect.succeed(new ManualFuture<A, E>(name, fiber))
  })

const settle = <A, E>(
  self: Settable<A, E>,
  operation: string,
  exit: Exit.Exit<A, E>
): Effect.Effect<void, InvalidStateError> => byHand(self, operation, (future) => future.settleWith(operation, exit))

const byHand = <A, E, B>(
  self: Settable<A, E>,
  operation: string,
  change: (future: ManualFuture<A, E>) => B
): Effect.Effect<B, InvalidStateError> =>
  Effect.suspend(() => {
    checkFuture(self)
    if (!(self instanceof ManualFuture)) {
      const reason = "an executor owns it and settles it; only what Future.make gives is settled by hand"
      return Effect.fail(new InvalidStateError({ future: String(self), operation, reason }))
    }
    try {
      return Effect.succeed(change(self))
    } catch (error) {
      if (error instanceof InvalidStateError) return Effect.fail(error)
      throw error
    }
  })

/**
 * Says that the work behind a future made by hand has begun: pending becomes running.
 *
 * **Details**
 *
 * Gives `true`, or `false` if the future was cancelled before, so that the work need not begin. In any other
 * state it fails with `InvalidStateError`. It is `set_running_or_notify_cancel` of `concurrent.futures`.
 *
 * @since 0.1.0
 * @category settling
 */
export const setRunning = <A, E>(self: Settable<A, E>): Effect.Effect<boolean, InvalidStateError> =>
  byHand(self, "setRunning", (future) => future.setRunning())

/** For `dual`: whether the future is there. Any other Effect counts too, and is refused by the operation. */
const isDataFirst = (args: IArguments): boolean => args.length > 1 || Effect.isEffect(args[0])

/** For `dual`, where the operation takes many futures. */
const areDataFirst = (args: IArguments): boolean => args.length > 1 || Symbol.iterator in Object(args[0])

/**
 * Settles a future made by hand with a value. Fails with `InvalidStateError` if it is done already.
 *
 * @since 0.1.0
 * @category settling
 */
export const succeed: {
  /** Settles the future that comes from a pipe with the value. */
  <A>(value: A): <E>(self: Settable<A, E>) => Effect.Effect<void, InvalidStateError>
  /** Settles the future with the value. */
  <A, E>(self: Settable<A, E>, value: Types.NoInfer<A>): Effect.Effect<void, InvalidStateError>
} = dual(2, <A, E>(self: Settable<A, E>, value: A) => settle(self, "succeed", Exit.succeed(value)))

/**
 * Settles a future made by hand with an error. Fails with `InvalidStateError` if it is done already.
 *
 * @since 0.1.0
 * @category settling
 */
export const fail: {
  /** Settles the future that comes from a pipe with the error. */
  <E>(error: E): <A>(self: Settable<A, E>) => Effect.Effect<void, InvalidStateError>
  /** Settles the future with the error. */
  <A, E>(self: Settable<A, E>, error: Types.NoInfer<E>): Effect.Effect<void, InvalidStateError>
} = dual(2, <A, E>(self: Settable<A, E>, error: E) => settle(self, "fail", Exit.fail(error)))

/**
 * Settles a future made by hand with a cause. Fails with `InvalidStateError` if it is done already.
 *
 * @since 0.1.0
 * @category settling
 */
export const failCause: {
  /** Settles the future that comes from a pipe with the cause. */
  <E>(cause: Cause.Cause<E>): <A>(self: Settable<A, E>) => Effect.Effect<void, InvalidStateError>
  /** Settles the future with the cause. */
  <A, E>(self: Settable<A, E>, cause: Cause.Cause<Types.NoInfer<E>>): Effect.Effect<void, InvalidStateError>
} = dual(2, <A, E>(self: Settable<A, E>, cause: Cause.Cause<E>) =>
  Effect.suspend(() => {
    if (Cause.isCause(cause)) return settle(self, "failCause", Exit.failCause(cause))
    throw new InvalidOptionsError({ option: "cause", value: cause, expected: "a Cause" })
  })
)

/**
 * Settles a future made by hand with an exit. Fails with `InvalidStateError` if it is done already.
 *
 * @since 0.1.0
 * @category settling
 */
export const done: {
  /** Settles the future that comes from a pipe with the exit. */
  <A, E>(exit: Exit.Exit<A, E>): (self: Settable<A, E>) => Effect.Effect<void, InvalidStateError>
  /** Settles the future with the exit. */
  <A, E>(
    self: Settable<A, E>,
    exit: Exit.Exit<Types.NoInfer<A>, Types.NoInfer<E>>
  ): Effect.Effect<void, InvalidStateError>
} = dual(2, <A, E>(self: Settable<A, E>, exit: Exit.Exit<A, E>) =>
  Effect.suspend(() => {
    if (Exit.isExit(exit)) return settle(self, "done", exit)
    throw new InvalidOptionsError({ option: "exit", value: exit, expected: "an Exit" })
  })
)

/**
 * Waits for the value. It is the same as yielding the future.
 *
 * @since 0.1.0
 * @category waiting
 */
export const join = <A, E>(self: Future<A, E>): Effect.Effect<A, E | TaskCancelledError> =>
  Effect.suspend(() => {
    checkFuture(self)
    return self
  })

const await_ = <A, E>(self: Future<A, E>): Effect.Effect<Exit.Exit<A, E>> =>
  Effect.suspend(() => Effect.map(awaitDone(checkFuture(self)), () => exitOf(self)!))

export {
  /**
   * Waits until the future is done and gives its `Exit`. Never fails.
   *
   * **Details**
   *
   * The exit of a cancelled future is an interruption, as that of its fiber.
   *
   * @since 0.1.0
   * @category waiting
   */
  await_ as await
}

interface TimeoutOption {
  readonly timeout?: Duration.Input | undefined
}

/**
 * Waits for the value, for at most `timeout`, and then gives up with `Cause.TimeoutError`.
 *
 * **Details**
 *
 * Giving up does not touch the task: it goes on, and can be joined again. To stop a task that takes too
 * long, submit it with a `timeout`. Without one here it is the same as `join`. Zero does not wait at all.
 *
 * **Example** (Asking again)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const future = yield* Future.make<string>()
 *   const first = yield* Effect.flip(Future.result(future, { timeout: "5 millis" }))
 *   yield* Future.succeed(future, "late")
 *   return [first._tag, yield* Future.result(future, { timeout: "5 millis" })]
 * })
 *
 * await Effect.runPromise(program) // => ["TimeoutError", "late"]
 * ```
 *
 * @since 0.1.0
 * @category waiting
 */
export const result: {
  /** Waits for the value of the future that comes from a pipe, for `timeout` at most. */
  (options?: {
    readonly timeout?: Duration.Input | undefined
  }): <A, E>(self: Future<A, E>) => Effect.Effect<A, E | TaskCancelledError | Cause.TimeoutError>
  /** Waits for the value, for `timeout` at most. The task goes on when the time is over. */
  <A, E>(
    self: Future<A, E>,
    options?: { readonly timeout?: Duration.Input | undefined }
  ): Effect.Effect<A, E | TaskCancelledError | Cause.TimeoutError>
} = dual(
  isDataFirst,
  <A, E>(self: Future<A, E>, options?: TimeoutOption): Effect.Effect<A, E | TaskCancelledError | Cause.TimeoutError> =>
    Effect.suspend(() => {
      const millis = waitMillis("timeout", options?.timeout)
      const future = checkFuture(self)
      if (millis === Infinity || future.isDone) return self
      const giveUp = Effect.suspend((): Effect.Effect<A, E | TaskCancelledError | Cause.TimeoutError> =>
        // It may have ended while this waited for a worker to go on with.

        future.isDone ? self : Effect.fail(new Cause.TimeoutError(`${future.toString()} after a wait of ${millis} ms`))
      )
      return millis === 0 ? giveUp : Effect.timeoutOrElse(self, { duration: millis, orElse: () => giveUp })
    })
)

/**
 * Its exit, if it is done; does not wait.
 *
 * @since 0.1.0
 * @category inspecting
 */
export const poll = <A, E>(self: Future<A, E>): Effect.Effect<Option.Option<Exit.Exit<A, E>>> =>
  Effect.sync(() => {
    checkFuture(self)
    return Option.fromUndefinedOr(exitOf(self))
  })

/**
 * Whether it waits for a worker, at this moment.
 *
 * @since 0.1.0
 * @category inspecting
 */
export const isPending = (self: Future<unknown, unknown>): boolean => checkFuture(self).state === "pending"

/**
 * Whether it runs, at this moment.
 *
 * @since 0.1.0
 * @category inspecting
 */
export const isRunning = (self: Future<unknown, unknown>): boolean => checkFuture(self).state === "running"

/**
 * Whether it has ended, cancelled or not.
 *
 * @since 0.1.0
 * @category inspecting
 */
export const isDone = (self: Future<unknown, unknown>): boolean => checkFuture(self).isDone

/**
 * Whether it has ended by being cancelled.
 *
 * @since 0.1.0
 * @category inspecting
 */
export const isCancelled = (self: Future<unknown, unknown>): boolean => checkFuture(self).state === "cancelled"

/**
 * Stops the task and waits until it is really gone, its finalizers done.
 *
 * **Details**
 *
 * Gives `true` if the future ended cancelled, also when it was so already, and `false` if it had finished or
 * finished in another way, as one does whose finalizer fails. A task that waits for a worker is taken from
 * the queue in constant time and never runs. With `{ running: false }` one that runs is left alone, as in
 * `concurrent.futures`, and the answer is `false`.
 *
 * **Gotchas**
 *
 * A task that cancels itself is not waited for.
 *
 * **Example** (Stopping a task that runs)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   const log: Array<string> = []
 *   const future = yield* executor.submit(
 *     Effect.never.pipe(Effect.ensuring(Effect.sync(() => log.push("cleaned up"))))
 *   )
 *   yield* Effect.yieldNow
 *   const cancelled = yield* Future.cancel(future)
 *   return [cancelled, future.state, ...log]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [true, "cancelled", "cleaned up"]
 * ```
 *
 * @since 0.1.0
 * @category cancelling
 */
export const cancel: {
  /** Cancels the future that comes from a pipe. */
  (options?: { readonly running?: boolean | undefined }): (self: Future<unknown, unknown>) => Effect.Effect<boolean>
  /** Cancels the future, and waits until its task is gone. Gives whether it ended cancelled. */
  (self: Future<unknown, unknown>, options?: { readonly running?: boolean | undefined }): Effect.Effect<boolean>
} = dual(isDataFirst, (self: Future<unknown, unknown>, options?: { readonly running?: boolean | undefined }) =>
  cancelFuture(self, options)
)

/**
 * Calls back with the future, once, when it is done: at once if it is already.
 *
 * **Details**
 *
 * The callback is a plain function, or gives a promise or an Effect, which runs with the services of whoever
 * registered it. A callback that throws, rejects or fails is logged, and stops no other. Callbacks are called in the order in which they
 * were registered, after the task and its finalizers have ended. An Effect runs in a fiber of its own, which
 * belongs to the executor: a shutdown waits for it, or interrupts it, as it does with tasks.
 *
 * **Example** (Counting what ends)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const ended: Array<string> = []
 *   const future = yield* executor.submit(Effect.void, { name: "one" })
 *   yield* Future.onDone(future, (future) => ended.push(future.name))
 *   yield* future
 *   return ended
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => ["one"]
 * ```
 *
 * @since 0.1.0
 * @category waiting
 */
export const onDone: {
  /** Calls back when the future that comes from a pipe is done. */
  <F extends Future<unknown, unknown>, B>(
    callback: (future: F) => B
  ): (self: F) => Effect.Effect<void, never, Effect.Services<Extract<B, Effect.Effect<unknown, unknown, unknown>>>>
  /** Calls back when the future is done. */
  <F extends Future<unknown, unknown>, B>(
    self: F,
    callback: (future: F) => B
  ): Effect.Effect<void, never, Effect.Services<Extract<B, Effect.Effect<unknown, unknown, unknown>>>>
} = dual(2, <F extends Future<unknown, unknown>, B>(self: F, callback: (future: F) => B) =>
  Effect.withFiber((fiber) => {
    const future = checkFuture(self)
    if (typeof callback !== "function") {
      throw new InvalidOptionsError({ option: "callback", value: callback, expected: "a function" })
    }
    registerCallback(future, () => callback(self), fiber)
    return Effect.void
  })
)

/**
 * What `wait` has found.
 *
 * @since 0.1.0
 * @category models
 */
export interface WaitResult<F> {
  readonly done: Array<F>
  readonly notDone: Array<F>
}

/**
 * When `wait` has waited long enough: on the first that is done, on the first that failed (or all done), or on all.
 *
 * @since 0.1.0
 * @category models
 */
export type ReturnWhen = "firstCompleted" | "firstException" | "allCompleted"

/**
 * Waits until some or all of the futures are done, and tells them apart. Leaves them as they are.
 *
 * **Details**
 *
 * Futures that are done already count at once. A cancelled one counts as done and not as an exception. One that is
 * given twice counts once. Reaching `timeout` is no error: the result says what was done by then. Both lists are
 * in the order given. `returnWhen` defaults to `"allCompleted"`, `timeout` to none. In a pipe the options come alone.
 *
 * **Example** (Taking what is there after the first)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const quick = yield* executor.submit(Effect.succeed("quick"), { name: "quick" })
 *   const slow = yield* executor.submit(Effect.never, { name: "slow" })
 *   const { done, notDone } = yield* Future.wait([slow, quick], { returnWhen: "firstCompleted" })
 *   return [done.map((_) => _.name), notDone.map((_) => _.name)]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [["quick"], ["slow"]]
 * ```
 *
 * @since 0.1.0
 * @category combining
 */
export const wait: {
  /** Waits for the futures that come from a pipe. */
  (options?: WaitOptions): <F extends Future<unknown, unknown>>(futures: Iterable<F>) => Effect.Effect<WaitResult<F>>
  /** Waits for the futures, and tells those that are done from those that are not. Cancels none. */
  <F extends Future<unknown, unknown>>(futures: Iterable<F>, options?: WaitOptions): Effect.Effect<WaitResult<F>>
} = dual(
  areDataFirst,
  <F extends Future<unknown, unknown>>(futures: Iterable<F>, options?: WaitOptions): Effect.Effect<WaitResult<F>> =>
    Effect.suspend(() => {
      const waited = checkFutures(futures)
      const returnWhen =
        options?.returnWhen === undefined
          ? "allCompleted"
          : oneOf("returnWhen", options.returnWhen, ["firstCompleted", "firstException", "allCompleted"])
      const timeout = waitMillis("timeout", options?.timeout)
      const decides = (future: FutureImpl<unknown, unknown>): boolean =>
        returnWhen === "firstCompleted" ||
        (returnWhen === "firstException" && future.state === "finished" && future.exit?._tag === "Failure")
      // Each that ends is looked at once: among a hundred thousand, looking at all each time takes minutes.
      const enough = (ended: FutureImpl<unknown, unknown> | undefined): boolean =>
        ended === undefined ? waited.some((future) => future.isDone && decides(future)) : decides(ended)
      const waiting = waitFor(waited, enough)
      return Effect.map(
        timeout === Infinity ? waiting : timeout === 0 ? Effect.void : Effect.timeoutOption(waiting, timeout),
        () => ({ done: waited.filter(isDone), notDone: waited.filter((future) => !isDone(future)) })
      )
    })
)

/**
 * What can be said of `wait`.
 *
 * @since 0.1.0
 * @category models
 */
export interface WaitOptions {
  /** Defaults to `"allCompleted"`. */
  readonly returnWhen?: ReturnWhen | undefined
  /** How long to wait at most. Defaults to forever. */
  readonly timeout?: Duration.Input | undefined
}

/**
 * The futures as they end, those that are done already first.
 *
 * **Details**
 *
 * After `timeout`, counted from when the stream starts, it fails with `Cause.TimeoutError` and says how many are
 * left: `"2 (of 6) futures unfinished"`. It does not touch them. One that is given twice comes once. In a pipe the
 * options come alone.
 *
 * **Example** (First come, first served)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const slow = yield* executor.submit(Effect.as(Effect.sleep("20 millis"), "slow"))
 *   const quick = yield* executor.submit(Effect.succeed("quick"))
 *   return yield* Future.asCompleted([slow, quick]).pipe(
 *     Stream.mapEffect((future) => future),
 *     Stream.runCollect
 *   )
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => ["quick", "slow"]
 * ```
 *
 * @since 0.1.0
 * @category combining
 */
export const asCompleted: {
  /** Streams the futures that come from a pipe, each when it is done. */
  (options?: {
    readonly timeout?: undefined
  }): <F extends Future<unknown, unknown>>(futures: Iterable<F>) => Stream.Stream<F>
  /** Streams the futures that come from a pipe, each when it is done, for `timeout` at most. */
  (options: {
    readonly timeout?: Duration.Input | undefined
  }): <F extends Future<unknown, unknown>>(futures: Iterable<F>) => Stream.Stream<F, Cause.TimeoutError>
  /** Streams the futures, each when it is done. */
  <F extends Future<unknown, unknown>>(
    futures: Iterable<F>,
    options?: { readonly timeout?: undefined }
  ): Stream.Stream<F>
  /** Streams the futures, each when it is done, for `timeout` at most. */
  <F extends Future<unknown, unknown>>(
    futures: Iterable<F>,
    options: { readonly timeout?: Duration.Input | undefined }
  ): Stream.Stream<F, Cause.TimeoutError>
} = dual(
  areDataFirst,
  (futures: Iterable<Future<unknown, unknown>>, options?: TimeoutOption): Stream.Stream<never> =>
    asCompletedOf(futures, options) as Stream.Stream<never>
)

/**
 * The values of all the futures, in order; a tuple of futures gives a tuple of values.
 *
 * **Details**
 *
 * On the first failure, in time, the others are cancelled, and it fails with that when they are gone. A cancelled
 * future is a failure, with `TaskCancelledError`. Interrupting it cancels all of them.
 *
 * **Example** (A tuple)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const one = yield* executor.submit(Effect.succeed(1))
 *   const two = yield* executor.submit(Effect.succeed("two"))
 *   return yield* Future.all([one, two])
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [1, "two"]
 * ```
 *
 * @since 0.1.0
 * @category combining
 */
export const all: {
  /** The values of a tuple of futures, as a tuple. */
  <const T extends ReadonlyArray<Future<unknown, unknown>>>(
    futures: T
  ): Effect.Effect<{ -readonly [K in keyof T]: Success<T[K]> }, Error<T[number]> | TaskCancelledError>
  /** The values of all the futures, in order. */
  <F extends Future<unknown, unknown>>(
    futures: Iterable<F>
  ): Effect.Effect<Array<Success<F>>, Error<F> | TaskCancelledError>
} = (futures: Iterable<Future<unknown, unknown>>): Effect.Effect<never> => allOf(futures) as Effect.Effect<never>

/**
 * The value of the first future that succeeds; the others are cancelled and waited for.
 *
 * **Details**
 *
 * When all of them fail it fails with everything that they failed with. Interrupting it cancels all of them. Where
 * there is nothing to race it dies with `InvalidOptionsError`: it could only wait for ever.
 *
 * **Example** (Asking two mirrors)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const far = yield* executor.submit(Effect.never)
 *   const near = yield* executor.submit(Effect.succeed("near"))
 *   const winner = yield* Future.race([far, near])
 *   return [winner, far.state]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => ["near", "cancelled"]
 * ```
 *
 * @since 0.1.0
 * @category combining
 */
export const race = <F extends Future<unknown, unknown>>(
  futures: Iterable<F>
): Effect.Effect<Success<F>, Error<F> | TaskCancelledError> =>
  raceOf(futures) as Effect.Effect<Success<F>, Error<F> | TaskCancelledError>

/**
 * A promise of the value, for code that is not Effect. It rejects with the error, as it is, or with
 * `TaskCancelledError`.
 *
 * **Example** (Awaiting a future)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Future } from "effect-futures"
 *
 * const future = await Effect.runPromise(Future.make<number>())
 * const promise = Future.toPromise(future)
 * await Effect.runPromise(Future.succeed(future, 42))
 *
 * await promise // => 42
 * ```
 *
 * @since 0.1.0
 * @category converting
 */
export const toPromise = <A, E>(self: Future<A, E>): Promise<A> =>
  new Promise((resolve, reject) => {
    const future = checkFuture(self)
    const settlePromise = () => {
      const exit = toJoined(exitOf(self)!, self.name)
      if (exit._tag === "Success") resolve(exit.value)
      else reject(Cause.squash(exit.cause))
    }
    if (future.isDone) settlePromise()
    else future.observe(settlePromise)
  })

/**
 * What the task says of itself with `Task.report` while it runs, in order. It ends when the task has ended, and all of it comes before
 * that.
 *
 * **Details**
 *
 * Whoever comes late gets the last 1024 reports first. The same number is kept for a reader that is slow: it misses those before.
 * Any number of readers may read, each gets all. A future made by hand has none.
 *
 * Where the task runs in a thread or a process, reports come in the order in which they were made, and before the task's result. If a task
 * makes more than a thousand a second for long, they come many at a time, and the oldest of more than 1024 of those are dropped.
 *
 * **Example** (A progress bar)
 *
 * ```ts
 * import { Effect, Fiber, Stream } from "effect"
 * import { FiberExecutor, Future, Task } from "effect-futures"
 *
 * const Files = Task.module(import.meta.url, {
 *   copy: Effect.fnUntraced(function*(count: number) {
 *     for (let i = 1; i <= count; i++) {
 *       yield* Effect.sleep("1 millis")
 *       yield* Task.report({ copied: i, of: count })
 *     }
 *     return count
 *   })
 * })
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const future = yield* executor.submit(Files.copy(2))
 *   const shown: Array<unknown> = []
 *   const bar = yield* Effect.forkChild(Stream.runForEach(Future.reports(future), (report) => Effect.sync(() => shown.push(report))))
 *   yield* future
 *   yield* Fiber.join(bar)
 *   return shown
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [{ copied: 1, of: 2 }, { copied: 2, of: 2 }]
 * ```
 *
 * @since 0.2.0
 * @category inspecting
 */
export const reports = (self: Future<unknown, unknown>): Stream.Stream<unknown> => reportsOf(self)
