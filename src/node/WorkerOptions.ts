import type * as Duration from "effect/Duration"
import type { Rate } from "../Executor.ts"
import type { AnyModule } from "../Task.ts"

/**
 * The options that `ThreadExecutor.make` and `ProcessExecutor.make` have in common. A worker is a thread in one, and a process in the
 * other.
 *
 * **When to use**
 *
 * Use it as the parameter of a function that makes an executor of either kind.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds. It must be more than zero. `Infinity` means no limit.
 *
 * @since 0.2.0
 * @category options
 */
export interface WorkerOptions {
  /** The name in messages, events and printing. Defaults to `"threads-"` or `"processes-"`, and a number. */
  readonly name?: string | undefined
  /**
   * How many workers are kept ready from the beginning, at most `maxWorkers`: `make` returns when they are. Defaults to 0, where workers
   * start when they are needed, or to 1 with `preload`.
   */
  readonly minWorkers?: number | undefined
  /** How many workers there are, at most: at least 1. Defaults to the number of cores. */
  readonly maxWorkers?: number | undefined
  /**
   * The default `timeout` of its tasks, counted from the call of their function. Starting the worker, importing the task's file and
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
   * How long starting a worker may take, and how long importing a task's file and building its layer may take. After that the task
   * fails with `TaskTimeoutError`, whose `phase` is `"starting"`, and the worker is replaced. This is real time, even if the program uses
   * another clock. Defaults to 30 seconds.
   */
  readonly startTimeout?: Duration.Input | undefined
  /**
   * How many workers may die before a task begins in one, at least 1. After that the task fails with `WorkerCrashedError`. A task that
   * has begun is never run again. Defaults to 3.
   */
  readonly maxAttempts?: number | undefined
  /**
   * Task modules that each worker imports before its first task, building their layers. Tasks of other modules are accepted too.
   * Defaults to none: a worker imports a file when it gets the first of its tasks.
   */
  readonly preload?: ReadonlyArray<AnyModule> | undefined
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
   * How much memory a worker may hold, in bytes: of a process its resident set, as the system counts it, and of a thread its heap and the
   * buffers that the heap holds, including garbage. A worker that holds more when a task ends is replaced, and the result of the task is
   * kept. `WorkerEnded.reason` is then `"memory"`. Defaults to no limit.
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
  readonly rate?: Rate | ReadonlyArray<Rate> | undefined
  /** How long an unused worker is kept. Defaults to 1 minute; `Infinity` keeps all to the end. */
  readonly idleTimeToLive?: Duration.Input | undefined
  /**
   * How many workers are started in advance, to take the place of workers that must be replaced. They import the files whose tasks
   * have run in other workers, and build layers with their first task. Defaults to 0.
   */
  readonly spares?: number | undefined
  /** After how many tasks a worker is replaced by a new one: at least 1. Defaults to `Infinity`: never. */
  readonly maxTasksPerWorker?: number | undefined
  /**
   * How many tasks a worker may run at a time, at least 1. More helps tasks that wait, since a worker computes one thing at a time.
   * Defaults to 1.
   */
  readonly concurrency?: number | undefined
  /**
   * How long the finalizers of a task that was asked to stop may take before force is used. Zero is allowed. Defaults to 1 second.
   */
  readonly grace?: Duration.Input | undefined
  /**
   * Environment variables, in addition to those that the workers inherit from this process; `undefined` removes a variable. Defaults to
   * none.
   */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * Whether the workers inherit the environment variables of this process, including secrets. With `false` they have only those of
   * `env`. Defaults to `true`.
   *
   * @since 0.2.0
   */
  readonly inheritEnv?: boolean | undefined
  /** The flags that Node.js gets in the workers. Defaults to those of this process. */
  readonly execArgv?: ReadonlyArray<string> | undefined
}
