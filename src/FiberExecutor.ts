/**
 * The executor for effects in this thread. Its workers are a bounded number of lanes, each of which runs one fiber at a time.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { TaskEncodingError, TaskTimeoutError } from "./Errors.ts"
import { type EffectExecutor, Executor, type Rate } from "./Executor.ts"
import { makeFiberExecutor } from "./internal/executor/fiberExecutor.ts"

/**
 * Runs effects in fibers, at most `maxWorkers` at a time.
 *
 * @since 0.1.0
 * @category models
 */
export interface FiberExecutor extends EffectExecutor<TaskTimeoutError> {}

/**
 * The service of an application's fiber executor, for a program that submits effects and not only tasks.
 *
 * @since 0.1.0
 * @category services
 */
export const FiberExecutor: Context.Service<FiberExecutor, FiberExecutor> =
  Context.Service<FiberExecutor>("effect-futures/FiberExecutor")

/**
 * Options for a fiber executor.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds. It must be more than zero. `Infinity` means no limit.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The name in messages, events and printing. Defaults to `"fibers-"` and a number. */
  readonly name?: string | undefined
  /** How many tasks run at a time, at most: at least 1. Defaults to `min(32, cores + 4)`, as in Python. */
  readonly maxWorkers?: number | undefined
  /** The default `timeout` of its tasks, counted from when they begin. Defaults to no limit. */
  readonly timeout?: Duration.Input | undefined
  /**
   * Whether each task has its own span, from its submission to its end, with the wait for a worker as an event. The spans that the task
   * makes are its children. Defaults to `false`.
   *
   * @since 0.2.0
   */
  readonly traced?: boolean | undefined
  /** How long a task may wait for a worker before it fails with `TaskTimeoutError`. Defaults to no limit. */
  readonly queueTimeout?: Duration.Input | undefined
  /**
   * How many tasks may be pending: a whole number, or `Infinity`. With 0, a task is accepted only when a worker is free. Defaults to
   * `Infinity`.
   */
  readonly capacity?: number | undefined
  /** How `submit` treats a full `capacity`: `"suspend"`, the default, waits for room; `"fail"` fails with `QueueFullError`. */
  readonly overflow?: "suspend" | "fail" | undefined
  /**
   * How many tasks may begin in a span of time. A task gets a worker when the rate allows it. Several rates apply at once. Defaults to no
   * limit.
   *
   * @since 0.2.0
   */
  readonly rate?: Rate | ReadonlyArray<Rate> | undefined
  /**
   * How long an unused lane is kept, at least; the executor checks once in this time. Defaults to `Infinity`, since a lane costs
   * nothing.
   */
  readonly idleTimeToLive?: Duration.Input | undefined
  /**
   * Whether to copy the arguments and results of tasks as a worker would, with the same `TaskEncodingError` for values that cannot
   * cross. Use it in tests of tasks that will run in threads or processes. Effects that are not tasks are not affected. Defaults to
   * `false`.
   *
   * @since 0.2.0
   */
  readonly isolate?: boolean | undefined
}

/**
 * Makes a fiber executor. When its scope closes, its tasks are interrupted, and the scope waits for them.
 *
 * **When to use**
 *
 * Use it to limit how much runs at a time of work that waits: requests, files, timers. Work that computes for long blocks the
 * whole thread and belongs in threads or processes.
 *
 * **Details**
 *
 * Lanes are made when needed, and reused. A bad option is a defect, `InvalidOptionsError`, which names the option, its value
 * and what is allowed.
 *
 * A task that waits for a future of its own executor lends its lane in the meantime, so recursive tasks do not deadlock, not
 * even with one lane.
 *
 * **Example** (Divide and conquer in one lane)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   const fib = (n: number): Effect.Effect<number> =>
 *     n < 2
 *       ? Effect.succeed(n)
 *       : Effect.gen(function*() {
 *         const one = yield* executor.submit(fib(n - 1))
 *         const two = yield* executor.submit(fib(n - 2))
 *         return (yield* one) + (yield* two)
 *       }).pipe(Effect.orDie)
 *   return yield* Executor.run(executor, fib(10))
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => 55
 * ```
 *
 * **Example** (A test that finds a value that cannot cross to a worker)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor, Task } from "effect-futures"
 *
 * class User {
 *   readonly name = "Ada"
 * }
 *
 * const Mail = Task.module(import.meta.url, {
 *   greeting: (user: User) => `Dear ${user.name}`
 * })
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ isolate: true })
 *   return yield* Effect.flip(Executor.run(executor, Mail.greeting(new User())))
 * })
 *
 * const error = await Effect.runPromise(Effect.scoped(program))
 * error._tag // => "TaskEncodingError"
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: {
  /** Tasks get copies of their arguments, and may fail with `TaskEncodingError`. */
  (
    options: Options & { readonly isolate: true }
  ): Effect.Effect<EffectExecutor<TaskTimeoutError | TaskEncodingError>, never, Scope.Scope>
  /** Tasks get their arguments as they are. */
  (options?: Options): Effect.Effect<FiberExecutor, never, Scope.Scope>
} = makeFiberExecutor

/**
 * Provides a fiber executor as `FiberExecutor.FiberExecutor`, and as `Executor.Executor` for programs that leave the
 * choice of the executor open.
 *
 * **Example** (One for the application)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.FiberExecutor
 *   return yield* Executor.run(executor, Effect.succeed("hello"))
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.provide(FiberExecutor.layer({ maxWorkers: 8 })))) // => "hello"
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<Context.Service.Identifier<typeof Executor> | FiberExecutor> =>
  Layer.effectContext(
    Effect.map(make(options), (executor) => Context.add(Context.make(FiberExecutor, executor), Executor, executor))
  )
