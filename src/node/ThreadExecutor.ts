/**
 * The executor for tasks in worker threads of this process.
 *
 * @since 0.1.0
 */
import type { ResourceLimits } from "node:worker_threads"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { TaskModuleError } from "../Errors.ts"
import * as Core from "../Executor.ts"
import type * as Task from "../Task.ts"
import { makeThreadExecutor } from "../internal/node/thread/makeThreadExecutor.ts"

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
export interface Options {
  /** The name in messages, events and printing. Defaults to `"threads-"` and a number. */
  readonly name?: string | undefined
  /**
   * How many threads are kept ready from the beginning: `make` returns when they are. Defaults to 0, where threads start when they are
   * needed, or to 1 with `preload`.
   */
  readonly minWorkers?: number | undefined
  /** How many threads there are, at most. Defaults to the number of cores. */
  readonly maxWorkers?: number | undefined
  /**
   * The default `timeout` of its tasks, counted from the call of their function. Starting the thread, importing the task's file and
   * building its layer have a limit of their own, `startTimeout`. Defaults to no limit.
   */
  readonly timeout?: Duration.Input | undefined
  /**
   * Whether each task has its own span, from its submission to its end, with the wait for a worker as an event. The spans that the task
   * makes are its children. Defaults to `false`.
   *
   * @since 0.2.0
   */
  readonly traced?: boolean | undefined
  /**
   * How long starting a thread may take, and how long importing a task's file and building its layer may take. After that the task
   * fails with `TaskTimeoutError`, whose `phase` is `"starting"`, and the thread is replaced. This is real time, even if the program uses
   * another clock. Defaults to 30 seconds; `Infinity` means no limit.
   */
  readonly startTimeout?: Duration.Input | undefined
  /**
   * How many threads may die before a task begins in one. After that the task fails with `WorkerCrashedError`. A task that has begun
   * is never run again. Defaults to 3.
   */
  readonly maxAttempts?: number | undefined
  /**
   * Task modules that each thread imports before its first task, building their layers. Tasks of other modules are accepted too.
   * Defaults to none: a thread imports a file when it gets the first of its tasks.
   */
  readonly preload?: ReadonlyArray<Task.AnyModule> | undefined
  /** How long a task may wait for a thread before it fails with `TaskTimeoutError`. Defaults to no limit. */
  readonly queueTimeout?: Duration.Input | undefined
  /** How many tasks may be pending. With 0, a task is accepted only when a thread is free. Defaults to `Infinity`. */
  readonly capacity?: number | undefined
  /** How `submit` treats a full `capacity`: `"suspend"`, the default, waits for room; `"fail"` fails with `QueueFullError`. */
  readonly overflow?: "suspend" | "fail" | undefined
  /**
   * How much memory a thread may hold, in bytes: its heap and the buffers that the heap holds, including garbage. A thread that holds more
   * when a task ends is replaced, and the result of the task is kept. `WorkerEnded.reason` is then `"memory"`. Defaults to no limit.
   *
   * @since 0.2.0
   */
  readonly maxMemoryPerWorker?: number | undefined
  /**
   * How many tasks may begin in a span of time. A task gets a worker when the rate allows it. Several rates apply at once. Defaults to no
   * limit.
   *
   * @since 0.2.0
   */
  readonly rate?: Core.Rate | ReadonlyArray<Core.Rate> | undefined
  /** How long an unused thread is kept. Defaults to a minute; `Infinity` keeps all to the end. */
  readonly idleTimeToLive?: Duration.Input | undefined
  /**
   * How many threads are started in advance, to take the place of threads that must be replaced. They import the files whose tasks have
   * run in other threads, and build layers with their first task. Defaults to 0.
   */
  readonly spares?: number | undefined
  /** After how many tasks a thread is replaced by a new one. Defaults to `Infinity`. */
  readonly maxTasksPerWorker?: number | undefined
  /**
   * How many tasks a thread may run at a time. More than one helps tasks that wait, since a thread computes one thing at a time.
   * Defaults to 1.
   */
  readonly concurrency?: number | undefined
  /** How long the finalizers of a task that was asked to stop may take before force is used. Defaults to one second. */
  readonly grace?: Duration.Input | undefined
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
  /** Environment variables, in addition to those that the threads inherit from this process; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * Whether the threads inherit the environment variables of this process, including secrets. With `false` they have only those of
   * `env`. Defaults to `true`.
   *
   * @since 0.2.0
   */
  readonly inheritEnv?: boolean | undefined
  /** The flags that Node.js gets in the threads. Defaults to those of this process. */
  readonly execArgv?: ReadonlyArray<string> | undefined
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
 * `ExecutorInTaskModuleError`, since each of its workers would do the same again.
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
