/**
 * The executor for tasks in child processes.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { TaskModuleError } from "../Errors.ts"
import * as Core from "../Executor.ts"
import { makeProcessExecutor } from "../internal/node/process/makeProcessExecutor.ts"
import type { WorkerOptions } from "./WorkerOptions.ts"

/**
 * Runs tasks in at most `maxWorkers` child processes. Each leads a process group of its own.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProcessExecutor extends Core.Executor<Core.Failure> {}

/**
 * The service of an application's process executor.
 *
 * **When to use**
 *
 * Use it in a program that needs processes. A program that runs on any executor asks for `Executor.Executor`.
 *
 * @see {@link layer} for a layer that provides it
 *
 * @since 0.1.0
 * @category services
 */
export const ProcessExecutor: Context.Service<ProcessExecutor, ProcessExecutor> = Context.Service<ProcessExecutor>(
  "effect-futures/ProcessExecutor"
)

/**
 * The options of `make` and `layer`.
 *
 * @since 0.1.0
 * @category options
 */
export interface Options extends WorkerOptions {
  /**
   * How to stop a task whose process does not answer. `"terminate"`, the default, kills the process group, with everything that the task
   * has started, and starts another process.
   *
   * `"inspector"` interrupts the task's JavaScript and keeps the process, as with threads. It is working again in a few milliseconds, and
   * errors say where the task was (`stuckAt`). But its modules stay as they were, and processes that the task has started go on. Each
   * process has one more thread, which takes some 10 MB. A process that is stuck in native code is killed. So is a process that is stuck
   * in its first 50 milliseconds, unless a task was stuck before.
   *
   * @since 0.2.0
   */
  readonly preempt?: "inspector" | "terminate" | undefined
  /**
   * The number of the user that the processes run as, for programs that run as root. They lose root's supplementary groups, but keep its
   * primary group unless there is a `gid`, too. That user must be able to read Node, the program and its packages. If this process may
   * not change the user (it is not root, or it runs on Windows), each task fails with a `WorkerCrashedError` that says so. Defaults to
   * the user of this process.
   *
   * @since 0.2.0
   */
  readonly uid?: number | undefined
  /**
   * The number of the group that the processes run as; see `uid`. Defaults to the group of this process.
   *
   * @since 0.2.0
   */
  readonly gid?: number | undefined
  /**
   * How many bytes the arguments or the result of a task may take when they are sent. If they take more, the task fails with
   * `TaskEncodingError`. If a process sends more nevertheless, it is killed, and its task fails with `WorkerCrashedError`. Reading a large
   * result blocks the event loop of this process: for some milliseconds per megabyte, if it has many small parts. Defaults to 268,435,456
   * (256 MiB); at least 1024.
   *
   * @since 0.2.0
   */
  readonly maxFrameBytes?: number | undefined
  /** The working directory of the processes. Defaults to that of this process. */
  readonly cwd?: string | undefined
  /**
   * Where their output goes: `"inherit"`, the default, prints it where this process prints; `"ignore"` drops it; a function
   * receives it.
   */
  readonly output?: "inherit" | "ignore" | ((from: "stdout" | "stderr", text: string) => void) | undefined
}

/**
 * Makes an executor of child processes, which ends with the scope.
 *
 * **When to use**
 *
 * Use it for work that may crash its process or that starts other processes: native code, converters, code from others. For work that
 * only computes, threads start faster and exchange values faster.
 *
 * **Details**
 *
 * A task that is cancelled or takes too long is stopped in steps. First its fiber is interrupted, and its finalizers may take as
 * long as `grace`. If the process does not answer, or the finalizers take longer, the whole process group is killed, with everything
 * that the task has started, and a new process replaces it (unless `preempt` says otherwise). When this process dies, even by SIGKILL,
 * its workers are gone within two seconds.
 *
 * A task that brings its process down (an uncaught error, `process.exit`, a signal, out of memory) fails with `WorkerCrashedError`,
 * and other tasks are not affected. A value that cannot cross is a `TaskEncodingError`, and a file that cannot be loaded a
 * `TaskModuleError`.
 *
 * `make` returns when `minWorkers` processes are ready and have loaded the modules in `preload`. If a module cannot be loaded, it fails
 * with `TaskModuleError`. If a process cannot be started at all, it dies with a `WorkerCrashedError`, or with a `TaskTimeoutError`
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
 * import { ProcessExecutor } from "effect-futures/node"
 * import { Primes } from "./primes.ts"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* ProcessExecutor.make({ maxWorkers: 2, timeout: "10 seconds" })
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
export const make: (options?: Options) => Effect.Effect<ProcessExecutor, TaskModuleError, Scope.Scope> =
  makeProcessExecutor

/**
 * Provides an executor of child processes as `ProcessExecutor.ProcessExecutor`, and as `Executor.Executor` for programs that leave
 * the choice of the executor open.
 *
 * **Example** (One for the application)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor } from "effect-futures"
 * import { ProcessExecutor } from "effect-futures/node"
 * import { Primes } from "./primes.ts"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* Executor.Executor
 *   return yield* Executor.run(executor, Primes.count(100))
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.provide(ProcessExecutor.layer({ maxWorkers: 2 })))) // => 25
 * ```
 *
 * @see {@link make} for the details
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options?: Options
): Layer.Layer<Context.Service.Identifier<typeof Core.Executor> | ProcessExecutor, TaskModuleError> =>
  Layer.effectContext(
    Effect.map(make(options), (executor) =>
      Context.add(Context.make(ProcessExecutor, executor), Core.Executor, executor)
    )
  )
