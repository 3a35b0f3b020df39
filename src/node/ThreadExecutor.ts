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
 * Runs tasks in worker threads, at most `maxWorkers` of them, and stops what must stop, whatever it is doing.
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
 * Use when a program asks for threads and nothing else. One that runs on any executor asks for `Executor.Executor`.
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
  /** For messages, events and printing. Defaults to `"threads-"` and a number. */
  readonly name?: string | undefined
  /**
   * How many threads are kept ready, from the beginning: the executor is there when they are. Defaults to 0, and the threads are
   * made when they are needed; with `preload` to 1.
   */
  readonly minWorkers?: number | undefined
  /** How many threads there are, at most. Defaults to the number of cores. */
  readonly maxWorkers?: number | undefined
  /**
   * The default `timeout` of its tasks, counted from the call of their function: what the thread needs before that, to start, to import
   * the task's file and to build its layer, has a limit of its own, `startTimeout`. Defaults to none.
   */
  readonly timeout?: Duration.Input | undefined
  /**
   * How long starting a thread may take, and how long importing a task's file and building its layer, each time. Over it the
   * task fails with `TaskTimeoutError`, whose `phase` is `"starting"`, and the thread is replaced. It is counted on the real clock, also
   * where the program has another one: so are threads. Defaults to 30 seconds; `Infinity` for no limit.
   */
  readonly startTimeout?: Duration.Input | undefined
  /**
   * How many threads a task may be given to that die before it has begun. Then it fails with `WorkerCrashedError`. One that has begun
   * is never run again. Defaults to 3.
   */
  readonly maxAttempts?: number | undefined
  /**
   * Task modules that each thread imports, with their layers, before it gets its first task. Tasks of other modules are taken as
   * well. Defaults to none: a thread imports a file with the first of its tasks.
   */
  readonly preload?: ReadonlyArray<Task.AnyModule> | undefined
  /** How long a task may wait for a thread before it fails with `TaskTimeoutError`. Defaults to no limit. */
  readonly queueTimeout?: Duration.Input | undefined
  /** How many tasks may be pending. With 0 a task is taken only when a thread is free. Defaults to `Infinity`. */
  readonly capacity?: number | undefined
  /** What `submit` does over `capacity`: `"suspend"`, the default, waits for room; `"fail"` is `QueueFullError`. */
  readonly overflow?: "suspend" | "fail" | undefined
  /**
   * How many tasks may begin in a time. A task takes its worker when the rate lets it. Several hold at once. Defaults to no limit.
   *
   * @since 0.2.0
   */
  readonly rate?: Core.Rate | ReadonlyArray<Core.Rate> | undefined
  /** How long a thread is kept that nothing uses. Defaults to a minute; `Infinity` keeps all to the end. */
  readonly idleTimeToLive?: Duration.Input | undefined
  /**
   * How many threads are started ahead, to take the place of one that had to be given up. They import the files of tasks that
   * others have run, and build layers with their first task. Defaults to 0.
   */
  readonly spares?: number | undefined
  /** After how many tasks a thread is replaced by a new one. Defaults to `Infinity`. */
  readonly maxTasksPerWorker?: number | undefined
  /**
   * How many tasks a thread has in flight, at most. More than one is for tasks that wait; a thread computes one thing at a
   * time. Defaults to 1.
   */
  readonly concurrency?: number | undefined
  /** How long a task that was asked to stop may take for its finalizers, before force is used. Defaults to one second. */
  readonly grace?: Duration.Input | undefined
  /**
   * What is done to a task whose thread does not answer. `"inspector"`, the default, cuts through its JavaScript and keeps the
   * thread. `"terminate"` gives up the thread with all that its modules hold, and starts another.
   */
  readonly preempt?: "inspector" | "terminate" | undefined
  /**
   * The limits of a thread's memory, as Node's `Worker` takes them. Defaults to Node's; `maxYoungGenerationSizeMb` to 16
   * if there is a `maxOldGenerationSizeMb`. A thread that reaches them fails its task. All threads share one process,
   * though, and V8 aborts that if much is needed at once, as for an array of millions: such work is for processes.
   */
  readonly resourceLimits?: ResourceLimits | undefined
  /** Added to the environment variables that the threads inherit from this process; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * Whether the threads inherit the environment variables of this process, its secrets among them. With `false` they have those
   * of `env` alone. Defaults to `true`.
   *
   * @since 0.2.0
   */
  readonly inheritEnv?: boolean | undefined
  /** The flags for Node that the threads get. Defaults to this process's. */
  readonly execArgv?: ReadonlyArray<string> | undefined
}

/**
 * Makes an executor of worker threads, which ends with the scope.
 *
 * **When to use**
 *
 * Use for work that computes: parsing, hashing, compressing, images. Tasks come from a `Task.module` in a file of its own, which each
 * thread imports.
 *
 * **Details**
 *
 * A task that is cancelled or takes too long is stopped by escalation. Its fiber is interrupted, and its finalizers have
 * `grace` to run. If its thread does not answer, since it is busy in a loop or sleeps in `Atomics.wait`, the inspector cuts through its
 * JavaScript; the thread is at work again in about a millisecond, with its modules as they were. If that does not help, the thread
 * is terminated and replaced. `TaskTimeoutError.stuckAt` tells where it was.
 *
 * A task that takes its thread down (an uncaught error, `process.exit`, too little memory) fails with
 * `WorkerCrashedError`, and the others do not notice. What cannot cross is `TaskEncodingError`; a file that cannot be loaded
 * `TaskModuleError`.
 *
 * It is there when its `minWorkers` are ready for a task, and have loaded what `preload` names. If that cannot be loaded it fails with
 * `TaskModuleError`. If a thread cannot be started, which is no matter of its modules, it dies of a `WorkerCrashedError`, or of a
 * `TaskTimeoutError` after `startTimeout`: without `minWorkers` that is what the tasks fail with.
 *
 * A bad option is a defect, `InvalidOptionsError`. In a file that a worker is importing it dies of an
 * `ExecutorInTaskModuleError`, since each of its own workers would do the same again.
 *
 * @see {@link layer} for the same as a layer
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (options?: Options) => Effect.Effect<ThreadExecutor, TaskModuleError, Scope.Scope> =
  makeThreadExecutor

/**
 * A layer with an executor of worker threads, as `ThreadExecutor` and as the `Executor` of the application.
 *
 * @see {@link make} for what it does
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
