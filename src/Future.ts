/**
 * A `Future` is the result of a task that was submitted to an executor, or of something that you settle by hand. It is a fiber:
 * joining it waits for the fiber, and cancelling it interrupts the fiber.
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
import { exitOf, type FutureImpl, isFutureImpl, type TypeId, awaitDone } from "./internal/future/FutureImpl.ts"
import { ManualFuture } from "./internal/future/ManualFuture.ts"
import { registerCallback } from "./internal/future/onDone.ts"
import { reportsOf } from "./internal/future/ReportLog.ts"
import { aFunction, nonEmptyString, oneOf, waitMillis } from "./internal/options.ts"
import { waitFor } from "./internal/future/waitFor.ts"

/**
 * The state of a future. The names are those of Python's `concurrent.futures`.
 *
 * **Details**
 *
 * - `"pending"`: the task waits for a worker.
 * - `"running"`: the task has a worker.
 * - `"cancelled"`: the task was stopped by an interruption, such as a shutdown, before it ran or while it ran.
 * - `"finished"`: the task ended in any other way, with a value or a failure.
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
 * Joining gives the task's value or fails with its error. Joining a cancelled future fails with `TaskCancelledError` and does
 * not interrupt your fiber. You can join a future many times; the task runs once. A printed future shows its number, name,
 * state and the type of its result.
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
  /** Unique in this process. Later futures have greater ids. */
  readonly id: number
  /** The name given to `submit`, or that of the task, or one made from the `id`. */
  readonly name: string
  /** The state at this moment. */
  readonly state: State
  /** The fiber of the task. Interrupting it cancels the future. */
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
 * The type of a future's value.
 *
 * @since 0.1.0
 * @category utility types
 */
export type Success<F> = F extends Future<infer A, infer _E> ? A : never

/**
 * The type of a future's errors, apart from `TaskCancelledError`.
 *
 * @since 0.1.0
 * @category utility types
 */
export type Error<F> = F extends Future<infer _A, infer E> ? E : never

/**
 * Whether a value is a future.
 *
 * **Example** (Telling futures from other Effects)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Future } from "effect-futures"
 *
 * const future = await Effect.runPromise(Future.make<number>())
 *
 * Future.isFuture(future) // => true
 * Future.isFuture(Effect.succeed(1)) // => false
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isFuture: (u: unknown) => u is Future<unknown, unknown> = isFutureImpl

/**
 * Makes a future that no executor owns. It is pending until you settle it.
 *
 * **When to use**
 *
 * Use it to pass the result of something that is not a task, such as an event, to code that waits for futures. Between two
 * fibers of one program, a `Deferred` does the same and costs less.
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
export const make = <A, E = never>(options?: {
  /** The name in messages and printing. Defaults to one made from the future's number. */
  readonly name?: string | undefined
}): Effect.Effect<Settable<A, E>> =>
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
      const reason = "its executor settles it; only a future from Future.make can be settled by hand"
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
 * Makes a pending future that was made by hand running, because its work has begun.
 *
 * **Details**
 *
 * Returns `true`, or `false` if the future was cancelled before, so that the work need not begin. In any other state it fails
 * with `InvalidStateError`. It corresponds to `set_running_or_notify_cancel` of `concurrent.futures`.
 *
 * **Example** (The work begins unless it was cancelled)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const future = yield* Future.make<number>()
 *   yield* Future.cancel(future)
 *   return yield* Future.setRunning(future)
 * })
 *
 * await Effect.runPromise(program) // => false
 * ```
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
 * Settles a future made by hand with a value. Fails with `InvalidStateError` if it is already done.
 *
 * **Example** (The first value stays)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const future = yield* Future.make<number>()
 *   yield* Future.succeed(future, 1)
 *   const error = yield* Effect.flip(Future.succeed(future, 2))
 *   return [yield* future, error._tag]
 * })
 *
 * await Effect.runPromise(program) // => [1, "InvalidStateError"]
 * ```
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
 * Settles a future made by hand with an error. Fails with `InvalidStateError` if it is already done.
 *
 * **Example** (Joining fails with the error)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const future = yield* Future.make<number, string>()
 *   yield* Future.fail(future, "no")
 *   return yield* Effect.flip(future)
 * })
 *
 * await Effect.runPromise(program) // => "no"
 * ```
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
 * Settles a future made by hand with a cause. Fails with `InvalidStateError` if it is already done.
 *
 * **Example** (A defect)
 *
 * ```ts
 * import { Cause, Effect, Exit } from "effect"
 * import { Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const future = yield* Future.make<number>()
 *   yield* Future.failCause(future, Cause.die("a bug"))
 *   const exit = yield* Future.await(future)
 *   return Exit.hasDies(exit)
 * })
 *
 * await Effect.runPromise(program) // => true
 * ```
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
 * Settles a future made by hand with an exit. Fails with `InvalidStateError` if it is already done.
 *
 * **Example** (Passing on how an Effect ended)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const future = yield* Future.make<number, string>()
 *   yield* Future.done(future, yield* Effect.exit(Effect.fail("no")))
 *   return yield* Effect.flip(future)
 * })
 *
 * await Effect.runPromise(program) // => "no"
 * ```
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
 * Waits for the value, like yielding the future.
 *
 * **Example** (In a pipe)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   return yield* Effect.succeed(42).pipe(executor.submit, Effect.flatMap(Future.join))
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => 42
 * ```
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
   * The exit of a cancelled future is an interruption, like that of its fiber.
   *
   * **Example** (How a task ended)
   *
   * ```ts
   * import { Effect, Exit } from "effect"
   * import { FiberExecutor, Future } from "effect-futures"
   *
   * const program = Effect.gen(function*() {
   *   const executor = yield* FiberExecutor.make()
   *   const future = yield* executor.submit(Effect.fail("no"))
   *   return Exit.isFailure(yield* Future.await(future))
   * })
   *
   * await Effect.runPromise(Effect.scoped(program)) // => true
   * ```
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
 * Waits for the value for at most `timeout`, and then fails with `Cause.TimeoutError`.
 *
 * **Details**
 *
 * A timeout here does not affect the task: it goes on, and you can join it again. To stop a task that takes too long, submit it
 * with a `timeout`. Here it is a text such as `"5 seconds"`, or a number of milliseconds. Without it, `result` is the same as `join`.
 * With zero it does not wait at all. A bad `timeout` is a defect, `InvalidOptionsError`.
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
    /** How long to wait, at most; a number is in milliseconds. Defaults to no limit. */
    readonly timeout?: Duration.Input | undefined
  }): <A, E>(self: Future<A, E>) => Effect.Effect<A, E | TaskCancelledError | Cause.TimeoutError>
  /** Waits for the value, for `timeout` at most. The task goes on when the time is over. */
  <A, E>(
    self: Future<A, E>,
    options?: {
      /** How long to wait, at most; a number is in milliseconds. Defaults to no limit. */
      readonly timeout?: Duration.Input | undefined
    }
  ): Effect.Effect<A, E | TaskCancelledError | Cause.TimeoutError>
} = dual(
  isDataFirst,
  <A, E>(self: Future<A, E>, options?: TimeoutOption): Effect.Effect<A, E | TaskCancelledError | Cause.TimeoutError> =>
    Effect.suspend(() => {
      const millis = waitMillis("timeout", options?.timeout)
      const future = checkFuture(self)
      if (millis === Infinity || future.isDone) return self
      const giveUp = Effect.suspend((): Effect.Effect<A, E | TaskCancelledError | Cause.TimeoutError> =>
        // The future may have ended while the fiber that waits asked for its worker again.
        future.isDone ? self : Effect.fail(new Cause.TimeoutError(`${future.toString()} after a wait of ${millis} ms`))
      )
      return millis === 0 ? giveUp : Effect.timeoutOrElse(self, { duration: millis, orElse: () => giveUp })
    })
)

/**
 * Returns the exit if the future is done. Does not wait.
 *
 * **Example** (Before and after)
 *
 * ```ts
 * import { Effect, Option } from "effect"
 * import { Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const future = yield* Future.make<number>()
 *   const before = yield* Future.poll(future)
 *   yield* Future.succeed(future, 1)
 *   const after = yield* Future.poll(future)
 *   return [Option.isSome(before), Option.isSome(after)]
 * })
 *
 * await Effect.runPromise(program) // => [false, true]
 * ```
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
 * Whether the future waits for a worker at this moment.
 *
 * **Example** (Behind another task)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   const futures = [yield* executor.submit(Effect.never), yield* executor.submit(Effect.never)]
 *   return futures.map(Future.isPending)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [false, true]
 * ```
 *
 * @since 0.1.0
 * @category inspecting
 */
export const isPending = (self: Future<unknown, unknown>): boolean => checkFuture(self).state === "pending"

/**
 * Whether the future has a worker at this moment.
 *
 * **Example** (Ahead of another task)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   const futures = [yield* executor.submit(Effect.never), yield* executor.submit(Effect.never)]
 *   return futures.map(Future.isRunning)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [true, false]
 * ```
 *
 * @since 0.1.0
 * @category inspecting
 */
export const isRunning = (self: Future<unknown, unknown>): boolean => checkFuture(self).state === "running"

/**
 * Whether the future has ended, cancelled or not.
 *
 * **Example** (A failure is an end, too)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const future = yield* executor.submit(Effect.fail("no"))
 *   const before = Future.isDone(future)
 *   yield* Future.wait([future])
 *   return [before, Future.isDone(future)]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [false, true]
 * ```
 *
 * @since 0.1.0
 * @category inspecting
 */
export const isDone = (self: Future<unknown, unknown>): boolean => checkFuture(self).isDone

/**
 * Whether the future was cancelled.
 *
 * **Example** (After a cancellation)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const future = yield* executor.submit(Effect.never)
 *   yield* Future.cancel(future)
 *   return Future.isCancelled(future)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => true
 * ```
 *
 * @since 0.1.0
 * @category inspecting
 */
export const isCancelled = (self: Future<unknown, unknown>): boolean => checkFuture(self).state === "cancelled"

/**
 * Stops the task and waits until it has ended and its finalizers have run.
 *
 * **Details**
 *
 * Returns `true` if the future ended cancelled, even if it was cancelled before, and `false` if it had finished or finished in
 * another way, such as with a failing finalizer. A pending task leaves the queue in constant time and never runs. With
 * `{ running: false }` a running task is left alone, as in `concurrent.futures`, and the result is `false`.
 *
 * **Gotchas**
 *
 * When a task cancels itself, this does not wait for its end.
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
  (options?: {
    /** Whether a running task is cancelled, too. Defaults to `true`. */
    readonly running?: boolean | undefined
  }): (self: Future<unknown, unknown>) => Effect.Effect<boolean>
  /** Cancels the future, and waits until its task has ended. Returns whether it ended cancelled. */
  (
    self: Future<unknown, unknown>,
    options?: {
      /** Whether a running task is cancelled, too. Defaults to `true`. */
      readonly running?: boolean | undefined
    }
  ): Effect.Effect<boolean>
} = dual(isDataFirst, (self: Future<unknown, unknown>, options?: { readonly running?: boolean | undefined }) =>
  cancelFuture(self, options)
)

/**
 * Calls a function with the future, once, when the future is done. If it is already done, the call comes at once.
 *
 * **Details**
 *
 * The callback may return a promise or an Effect, which runs with the services that were there at registration. A callback that
 * throws, rejects or fails is logged, and does not affect the others. Callbacks run in the order in which they were registered,
 * after the task and its finalizers have ended. An Effect runs in a fiber of its own that belongs to the executor: a shutdown waits
 * for it or interrupts it, as with tasks.
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
    aFunction("callback", callback)
    registerCallback(future, () => callback(self), fiber)
    return Effect.void
  })
)

/**
 * The result of `wait`.
 *
 * @since 0.1.0
 * @category models
 */
export interface WaitResult<F> {
  /** The futures that are done, cancelled ones too, in the order in which they were passed. */
  readonly done: Array<F>
  /** The other futures, in the same order. */
  readonly notDone: Array<F>
}

/**
 * When `wait` returns: when the first future is done, when the first has failed (or all are done), or when all are done.
 *
 * @since 0.1.0
 * @category models
 */
export type ReturnWhen = "firstCompleted" | "firstException" | "allCompleted"

/**
 * Waits until some or all of the futures are done, and returns two lists: the futures that are done, and the others. It cancels none.
 *
 * **Details**
 *
 * Futures that were done before count too. A cancelled future counts as done, but not as an exception. A future that you pass
 * twice counts once. Reaching `timeout` is not an error: the result says what was done by then. Both lists keep the order in
 * which you passed the futures. `returnWhen` defaults to `"allCompleted"`, and `timeout` to no limit. In a pipe, pass only the
 * options.
 *
 * **Example** (Going on after the first)
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
  /** Waits for the futures, and returns the futures that are done, and the others. Cancels none. */
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
      // Each future is checked once, when it ends. Checking all of a hundred thousand each time would take minutes.
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
 * Options for `wait`.
 *
 * @since 0.1.0
 * @category models
 */
export interface WaitOptions {
  /** When to return; see {@link ReturnWhen}. Defaults to `"allCompleted"`. */
  readonly returnWhen?: ReturnWhen | undefined
  /**
   * How long to wait at most: a text such as `"5 seconds"`, or a number of milliseconds. With zero it does not wait. Defaults to no limit.
   */
  readonly timeout?: Duration.Input | undefined
}

/**
 * Streams the futures in the order in which they end. Futures that are already done come first.
 *
 * **Details**
 *
 * After `timeout`, counted from the start of the stream, it fails with `Cause.TimeoutError`, which says how many are left:
 * `"2 (of 6) futures unfinished"`. It does not cancel them. A future that you pass twice comes once. In a pipe, pass only the
 * options.
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
    /** How long to wait, at most; a number is in milliseconds. Defaults to no limit. */
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
    options: {
      /** How long to wait, at most; a number is in milliseconds. Defaults to no limit. */
      readonly timeout?: Duration.Input | undefined
    }
  ): Stream.Stream<F, Cause.TimeoutError>
} = dual(
  areDataFirst,
  (futures: Iterable<Future<unknown, unknown>>, options?: TimeoutOption): Stream.Stream<never> =>
    asCompletedOf(futures, options) as Stream.Stream<never>
)

/**
 * Returns the values of all the futures, in order. A tuple of futures gives a tuple of values.
 *
 * **Details**
 *
 * On the first failure, it cancels the other futures, waits until they are gone, and fails with that failure. A cancelled future
 * counts as a failure, with `TaskCancelledError`. Interrupting `all` cancels all of the futures.
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
 * Returns the value of the first future that succeeds. The others are cancelled, and it waits until they are gone.
 *
 * **Details**
 *
 * If all of them fail, it fails with all of their causes. Interrupting it cancels all of the futures. Without any futures it dies
 * with `InvalidOptionsError`, since it could only wait for ever.
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
 * Returns a promise of the value, for code that does not use Effect. It rejects with the task's error, or with
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
 * Streams what the task reports with `Task.report` while it runs, in order. The stream ends with the task, and all reports come before
 * that.
 *
 * **Details**
 *
 * A late reader gets the last 1024 reports first. A slow reader also has room for 1024 reports, and misses older ones. Any number of
 * readers may read, and each gets all reports. A future made by hand has none.
 *
 * From a thread or a process, reports arrive in the order in which they were made, and before the task's result. If a task makes more
 * than a thousand a second for a long time, they arrive in batches, and the oldest of more than 1024 in a batch are dropped.
 *
 * A `DurableExecutor` keeps only the last report of each task, and delivers it when it changes. So some earlier reports are missing.
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
