/**
 * The executor for tasks in worker threads of this process.
 *
 * @since 0.1.0
 */
import type { ResourceLimits } from "node:worker_threads"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { TaskModuleError } from "../Errors.ts"
import * as Core from "../Executor.ts"
import { makeThreadExecutor } from "../internal/node/thread/makeThreadExecutor.ts"
import type { WorkerOptions } from "./WorkerOptions.ts"

/**
 * Runs tasks in at most `maxWorkers` worker threads. It can stop any task, even one in an endless loop.
 *
 * @since 0.1.0
 * @category models
 */
export interface ThreadExecutor extends Core.Executor<Core.Failure> {}

/**
 * The service of an application's thread executor.
 *
 * **When to use**
 *
 * Use it in a program that needs threads. A program that runs on any executor asks for `Executor.Executor`.
 *
 * @see {@link layer} for a layer that provides it
 *
 * @since 0.1.0
 * @category services
 */
export const ThreadExecutor: Context.Service<ThreadExecutor, ThreadExecutor> = Context.Service<ThreadExecutor>(
  "effect-futures/ThreadExecutor"
)

/**
 * The options of `make` and `layer`.
 *
 * @since 0.1.0
 * @category options
 */
export interface Options extends WorkerOptions {
  /**
   * How to stop a task whose thread does not answer. `"inspector"`, the default, interrupts its JavaScript and keeps the thread.
   * `"terminate"` ends the thread, with the state of its modules, and starts another.
   */
  readonly preempt?: "inspector" | "terminate" | undefined
  /**
   * The memory limits of a thread, as Node's `Worker` takes them. Defaults to Node's limits, except that
   * `maxYoungGenerationSizeMb` is 16 if there is a `maxOldGenerationSizeMb`. When a thread reaches a limit, its task fails. But all
   * threads share one process, and V8 aborts that if a task needs much memory at once, as for an array of millions. Such work belongs
   * in processes.
   */
  readonly resourceLimits?: ResourceLimits | undefined
}

/**
 * Makes an executor of worker threads, which ends with the scope.
 *
 * **When to use**
 *
 * Use it for work that computes: parsing, hashing, compressing, images. Tasks come from a `Task.module` in a file of its own, which
 * each thread imports.
 *
 * **Details**
 *
 * A task that is cancelled or takes too long is stopped in steps. First its fiber is interrupted, and its finalizers may take as
 * long as `grace`. If the thread does not answer, because it is in a loop or sleeps in `Atomics.wait`, the inspector interrupts its
 * JavaScript. The thread is working again in about a millisecond, with its modules as they were. If that does not help, the thread
 * is terminated and replaced. `TaskTimeoutError.stuckAt` says where the task was.
 *
 * A task that brings its thread down (an uncaught error, `process.exit`, out of memory) fails with `WorkerCrashedError`, and other
 * tasks are not affected. A value that cannot cross is a `TaskEncodingError`, and a file that cannot be loaded a `TaskModuleError`.
 *
 * `make` returns when `minWorkers` threads are ready and have loaded the modules in `preload`. If a module cannot be loaded, it fails
 * with `TaskModuleError`. If a thread cannot be started at all, it dies with a `WorkerCrashedError`, or with a `TaskTimeoutError`
 * after `startTimeout`. Without `minWorkers`, the tasks fail with these instead.
 *
 * A bad option is a defect, `InvalidOptionsError`. In a file that a worker is importing, `make` dies with an
 * `ExecutorInTaskModuleError`, since each of its workers would do the same again. In a module of `--import`, it dies with an
 * `ExecutorInPreloadError` for the same reason.
 *
 * **Example** (Counting primes)
 *
 * ```ts
 * // file: primes.ts
 * import { Task } from "effect-futures"
 *
 * const isPrime = (n: number) => {
 *   for (let i = 2; i * i <= n; i++) if (n % i === 0) return false
 *   return n > 1
 * }
 *
 * export const Primes = Task.module(import.meta.url, {
 *   count: (to: number) => Array.from({ length: to }, (_, n) => n).filter(isPrime).length
 * })
 * ```
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor } from "effect-futures"
 * import { ThreadExecutor } from "effect-futures/node"
 * import { Primes } from "./primes.ts"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* ThreadExecutor.make({ maxWorkers: 2, timeout: "10 seconds" })
 *   return yield* Executor.forEach(executor, [10, 100], (to) => Primes.count(to))
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [4, 25]
 * ```
 *
 * @see {@link layer} for the same as a layer
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (options?: Options) => Effect.Effect<ThreadExecutor, TaskModuleError, Scope.Scope> =
  makeThreadExecutor

/**
 * Provides an executor of worker threads as `ThreadExecutor.ThreadExecutor`, and as `Executor.Executor` for programs that leave the
 * choice of the executor open.
 *
 * **Example** (One for the application)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor } from "effect-futures"
 * import { ThreadExecutor } from "effect-futures/node"
 * import { Primes } from "./primes.ts"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* Executor.Executor
 *   return yield* Executor.run(executor, Primes.count(100))
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.provide(ThreadExecutor.layer({ maxWorkers: 2 })))) // => 25
 * ```
 *
 * @see {@link make} for the details
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options?: Options
): Layer.Layer<Context.Service.Identifier<typeof Core.Executor> | ThreadExecutor, TaskModuleError> =>
  Layer.effectContext(
    Effect.map(make(options), (executor) =>
      Context.add(Context.make(ThreadExecutor, executor), Core.Executor, executor)
    )
  )
