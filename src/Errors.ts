/**
 * The errors of this package.
 *
 * Each is a tagged error that `Effect.catchTag` can catch. The message says what
 * happened and what to do about it. The fields hold the same facts for a program
 * to read.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import { describedError } from "./internal/describedError.ts"
import { clause, show } from "./internal/show.ts"

/**
 * A frame of the JavaScript stack of a stuck task.
 *
 * **Details**
 *
 * A stack has 50 frames at most. If frames were left out, the last entry says how many: its `functionName` is `"(72 more)"`, or
 * `"(more)"` if the number is not known, and its `url` is empty.
 *
 * @since 0.1.0
 * @category models
 */
export interface StackFrame {
  /** The function's name, `"(anonymous)"` if it has none. */
  readonly functionName: string
  /** The URL or path of the file. */
  readonly url: string
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1. */
  readonly column: number
}

/**
 * A task exceeded a time limit and was stopped.
 *
 * **Details**
 *
 * When a future fails with this error, its task has ended and its finalizers have
 * run. `phase` says which limit was exceeded, and `duration` how long it was:
 *
 * - `"queued"`: the executor's `queueTimeout`, which counts from the submission. No worker was free in that time.
 * - `"starting"`: the `startTimeout` of an executor of threads or processes. In that time the worker did not start, or did not finish
 *   importing the task's file and building its layer.
 * - `"running"`: the task's `timeout`, which counts from the call of its function.
 *
 * In the phases `"queued"` and `"starting"` none of the task's code has run. `stuckAt` has the stack frames of a task that was
 * stopped by force in a worker with `preempt: "inspector"`. It is empty if the task ended when asked.
 *
 * **Example** (Falling back when a task is too slow)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   const future = yield* executor.submit(Effect.never, { timeout: "10 millis" })
 *   return yield* future.pipe(Effect.catchTag("TaskTimeoutError", (error) => Effect.succeed(error.phase)))
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => "running"
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class TaskTimeoutError extends describedError("TaskTimeoutError")<{
  /** The name of the task, as its future has it. */
  readonly task: string
  /** The limit that was exceeded. `Duration.toMillis` gives it in milliseconds. */
  readonly duration: Duration.Duration
  /** The part that the limit is for: the wait for a worker, the start of the worker, or the run of the task. */
  readonly phase: "queued" | "starting" | "running"
  /** Where the task was stuck, the innermost function first. Empty if the task ended when asked, or its worker is not `preempt: "inspector"`. */
  readonly stuckAt: ReadonlyArray<StackFrame>
}>((e) => {
  const limit = Duration.format(e.duration)
  if (e.phase === "queued") {
    return (
      `Task "${e.task}" waited ${limit} for a worker and got none, so it never ran. ` +
      `Raise queueTimeout or maxWorkers, or submit fewer tasks at a time.`
    )
  }
  if (e.phase === "starting") {
    return (
      `Task "${e.task}" never ran: its worker did not start, import the task's file and build its layer within ${limit}. ` +
      `Make the file and its layer do less when they load, load them earlier with preload and minWorkers, ` +
      `or raise startTimeout.`
    )
  }
  const where = e.stuckAt[0]
  const at =
    where === undefined ? "" : ` It was stuck at ${where.functionName} (${where.url}:${where.line}:${where.column}).`
  return (
    `Task "${e.task}" did not end within ${limit} of its start and was stopped.${at} ` +
    `Raise its timeout, or make the task do less.`
  )
}) {}

/**
 * You joined a future that was cancelled: by `Future.cancel`, by a shutdown,
 * or because its task interrupted itself.
 *
 * @since 0.1.0
 * @category errors
 */
export class TaskCancelledError extends describedError("TaskCancelledError")<{
  /** The name of the task, as its future has it. */
  readonly task: string
}>((e) => {
  return (
    `Task "${e.task}" was cancelled, so it has no result. ` +
    `Catch TaskCancelledError where you join it, or use Future.await, which gives its Exit.`
  )
}) {}

/**
 * The task's worker died.
 *
 * **Details**
 *
 * A task that had begun is not run again, because it may have done something. A task that had not begun gets another worker, and
 * fails with this error when `maxAttempts` workers have died; `reason` says so then. `exitCode` or `signal` says how a process
 * ended, `stderr` has the end of its output, and `reason` is the error that killed the worker, if there was one.
 *
 * @since 0.1.0
 * @category errors
 */
export class WorkerCrashedError extends describedError("WorkerCrashedError")<{
  /** The name of the task, as its future has it. */
  readonly task: string
  /** The name of the worker that died: `"processes-1/worker-2"`. That of its executor if it did not get ready. */
  readonly worker: string
  /** The exit code of the process or thread, `undefined` if it has none. */
  readonly exitCode: number | undefined
  /** The signal that killed the process: `"SIGKILL"`. It is `undefined` if none did. */
  readonly signal: string | undefined
  /** The end of what the worker wrote to stderr, empty if that was nothing or is not known. */
  readonly stderr: string
  /** The error that killed the worker, `undefined` if none is known. */
  readonly reason: unknown
}>((e) => {
  const how =
    e.signal !== undefined
      ? `was killed by ${e.signal}`
      : e.exitCode !== undefined
        ? `exited with code ${e.exitCode}`
        : "died"
  const why = e.reason === undefined ? "" : ` Reason: ${clause(e.reason)}.`
  const tail = e.stderr === "" ? "" : `\nIts last output:\n${e.stderr}`
  return (
    `Worker "${e.worker}" ${how} while it had task "${e.task}".${why} ` +
    `Other tasks are not affected. Submit this one again if it is safe to run it twice.${tail}`
  )
}) {}

/**
 * An argument, the result or the error of a task cannot cross to a worker or back without changing into something else.
 *
 * **Details**
 *
 * `path` names the value: `"argument 1.user.avatar"`, `"result[3].when"`, `"error.cause"`. `reason` says why it cannot cross. If
 * the task had failed with an error, that error is the `cause` of the reason, as far as it can be sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class TaskEncodingError extends describedError("TaskEncodingError")<{
  /** The name of the task, as its future has it. */
  readonly task: string
  /** The part of the call that does not cross: `"argument 2"`, `"result"`, `"error"`, or an element of a stream. */
  readonly what: string
  /**
   * The path to the value that cannot cross: `"argument 2.users[3].avatar"`. Defaults to `undefined`: it is not known.
   *
   * @since 0.2.0
   */
  readonly path?: string | undefined
  /** Why the value cannot cross: an error, or what an encoder threw. */
  readonly reason: unknown
}>((e) => {
  const { advice, why } = adviceOf(e.reason)
  return `The ${e.path ?? e.what} of task "${e.task}" cannot cross to another thread or process: ${why}. ${advice}.`
}) {}

const adviceOf = (reason: unknown): { readonly why: string; readonly advice: string } => {
  if (reason instanceof Error && "advice" in reason && typeof reason.advice === "string") {
    return { why: reason.message, advice: reason.advice }
  }
  return { why: clause(reason), advice: "Pass plain data, or give the function Schemas with Task.fn" }
}

/**
 * A worker could not load the task's function.
 *
 * **Details**
 *
 * The worker imports the file at `url` and looks for the function among its exports. `reason` is what was thrown: the file does
 * not exist, has a syntax error, throws when it is imported, starts an executor when it is imported, or does not export a task
 * module with this function. A worker imports a file only once. If that fails, all tasks of the file fail there at once, and the
 * worker goes on with other tasks.
 *
 * If an executor could not `preload` a module, `task` is `"preload"`. Then `reason` may also be that the layer could not be built,
 * that loading took longer than `startTimeout`, or that it ended the worker.
 *
 * @since 0.1.0
 * @category errors
 */
export class TaskModuleError extends describedError("TaskModuleError")<{
  /** The name of the task, as its future has it. For `preload` it is `"preload"`. */
  readonly task: string
  /** The URL of the file that the worker imported. */
  readonly url: string
  /** The error that was thrown when the worker loaded the function. */
  readonly reason: unknown
}>((e) => {
  return (
    `Task "${e.task}" cannot run, because its worker could not load it from ${e.url}: ${clause(e.reason)}. ` +
    `Make sure that this file can be imported on its own and exports its task module.`
  )
}) {}

/**
 * A file that defines tasks starts an executor when a worker imports it.
 *
 * **Details**
 *
 * Each worker of that executor would import the file too and start an executor of its own, and so on for ever. So the executor is
 * refused, and the tasks of the file fail with a `TaskModuleError` whose `reason` is this error, even if the file catches it.
 *
 * @since 0.1.0
 * @category errors
 */
export class ExecutorInTaskModuleError extends describedError("ExecutorInTaskModuleError")<{
  /** The function that was called: `"ThreadExecutor.make"`. */
  readonly operation: string
  /** The file that a worker was importing. */
  readonly url: string
}>((e) => {
  return (
    `${e.operation} was called while a worker imported ${e.url}, so every worker would start workers of its own. ` +
    `Move the tasks to a file of their own that starts no executor when it is imported.`
  )
}) {}

/**
 * A module that Node.js loads before the program, because of `--import` or `--require`, starts an executor.
 *
 * **Details**
 *
 * Workers inherit these flags, so each worker would load the module first, start an executor of its own, and so on for ever. So in a
 * worker that has not begun its first task, `ThreadExecutor.make` and `ProcessExecutor.make` die with this error.
 *
 * @since 0.2.0
 * @category errors
 */
export class ExecutorInPreloadError extends describedError("ExecutorInPreloadError")<{
  /** The function that was called: `"ThreadExecutor.make"`. */
  readonly operation: string
  /** The flags that name modules: `"--import ./main.js"`. */
  readonly flags: string
}>((e) => {
  return (
    `${e.operation} was called in a worker before its first task. Workers load the modules of the flags that this program was ` +
    `started with (${e.flags}), and so every worker would start workers of its own. Start the executor in the program's main file.`
  )
}) {}

/**
 * The files that workers start from are not where they should be, because the library is part of a bundle or was not deployed
 * completely.
 *
 * **Details**
 *
 * In a bundle the library cannot distinguish its own files from the program. A worker would run the program again, which would
 * start an executor, which would start a worker. So `ThreadExecutor.make` and `ProcessExecutor.make` die with this error before
 * they start anything. Mark `effect-futures` as external, and make each file with tasks an entry of its own.
 *
 * If `reason` is `"bundled"`, `file` is the file that the library runs from. If it is `"missing"`, `file` is the missing file.
 *
 * @since 0.2.0
 * @category errors
 */
export class WorkerFileError extends describedError("WorkerFileError")<{
  /** The function that was called: `"ThreadExecutor.make"`. */
  readonly operation: string
  /** Whether the library is part of a bundle, or a file of it is missing. */
  readonly reason: "bundled" | "missing"
  /** The URL of the file that the library runs from, or of the missing one. */
  readonly file: string
}>((e) => {
  return e.reason === "bundled"
    ? `${e.operation} cannot start workers, because effect-futures is bundled into ${e.file}: a worker would run your program ` +
        `again. Mark "effect-futures" as external in your bundler, and make each file with tasks an entry of its own ` +
        `(docs/deployment.md has the settings for esbuild, Vite, rolldown and webpack).`
    : `${e.operation} cannot start workers, because ${e.file} does not exist or cannot be read. ` +
        `Deploy the whole package effect-futures, as npm installs it.`
}) {}

/**
 * The runtime lacks something that the operation needs.
 *
 * **Details**
 *
 * Bun has no `v8.Serializer`, which sends values to processes and back. So `ProcessExecutor.make` dies with this error there.
 * Threads work.
 *
 * @since 0.2.0
 * @category errors
 */
export class UnsupportedRuntimeError extends describedError("UnsupportedRuntimeError")<{
  /** The function that was called: `"ProcessExecutor.make"`. */
  readonly operation: string
  /** The runtime and its version: `"Bun 1.4.5"`. */
  readonly runtime: string
  /** The feature that the runtime lacks: `"v8.Serializer"`. */
  readonly missing: string
  /** The way out, as a sentence. */
  readonly instead: string
}>((e) => `${e.operation} needs ${e.missing}, which ${e.runtime} does not have. ${e.instead}`) {}

/**
 * A task is in the file that the program was started with. A worker that imported it would run the program again.
 *
 * **Details**
 *
 * Executors of threads and processes refuse the task before a worker imports the file: it fails with a `TaskModuleError` whose
 * `reason` is this error. In a bundle it means that tasks and program have become one file: make each file with tasks an entry of
 * its own.
 *
 * @since 0.2.0
 * @category errors
 */
export class TaskInMainModuleError extends describedError("TaskInMainModuleError")<{
  /** The URL of the program's main file. */
  readonly url: string
}>((e) => {
  return (
    `${e.url} is the program's main file, and a worker that imported it would run the program again. ` +
    `Move the tasks to a file of their own; in a bundle, make that file an entry of its own.`
  )
}) {}

/**
 * The executor takes no more tasks: it was shut down, or its scope is closed.
 *
 * @since 0.1.0
 * @category errors
 */
export class ExecutorShutdownError extends describedError("ExecutorShutdownError")<{
  /** The name of the executor. */
  readonly executor: string
}>((e) => {
  return (
    `Executor "${e.executor}" was shut down and takes no more tasks. ` +
    `Submit before the shutdown, or keep the executor's scope open longer.`
  )
}) {}

/**
 * The queue is full: as many tasks are pending as the executor's `capacity` allows, and its `overflow` is `"fail"`.
 *
 * @since 0.1.0
 * @category errors
 */
export class QueueFullError extends describedError("QueueFullError")<{
  /** The name of the executor. */
  readonly executor: string
  /** The number of tasks that may wait: the option `capacity`. */
  readonly capacity: number
}>((e) => {
  return (
    `The queue of executor "${e.executor}" is full: ${e.capacity} tasks are waiting, its capacity. ` +
    `Try again later, raise capacity, or use overflow: "suspend" to wait for room.`
  )
}) {}

/**
 * An operation does not apply to the state that the future is in, such as settling a future that is done.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidStateError extends describedError("InvalidStateError")<{
  /** The future, as it prints itself. */
  readonly future: string
  /** The function of `Future` that was called: `"succeed"`. */
  readonly operation: string
  /** Why it does not apply, in words. */
  readonly reason: string
}>((e) => {
  return `Future.${e.operation} does not apply to ${e.future}: ${e.reason}.`
}) {}

/**
 * An option or argument has a value that is not allowed.
 *
 * **Details**
 *
 * A bad option is a mistake in the program, so effects and layers die with this error: none has it in its type. `Task.module` and
 * other plain functions throw it.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidOptionsError extends describedError("InvalidOptionsError")<{
  /** The name of the option or argument: `"maxWorkers"`. */
  readonly option: string
  /** The value that was given. */
  readonly value: unknown
  /** The values that are allowed, in words, with their unit if they have one. */
  readonly expected: string
}>((e) => {
  return `Invalid option ${e.option}: got ${show(e.value)}, expected ${e.expected}.`
}) {}

/**
 * The kitchen timer was started while it was running.
 *
 * @since 0.1.0
 * @category errors
 */
export class AlreadyRunningError extends describedError("AlreadyRunningError")<{
  /** Seconds left, to a tenth. */
  readonly timeRemaining: number
}>((e) => {
  return `The timer is already running, with ${e.timeRemaining} s left. Stop it first, or use startIfStopped.`
}) {}

/**
 * The kitchen timer was stopped while it was not running.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotRunningError extends describedError("NotRunningError")<{
  /** The state in which the timer was. */
  readonly state: "stopped" | "timeUp"
}>((e) => {
  return `The timer is not running: its state is "${e.state}". Start it first, or use stopIfRunning.`
}) {}

/**
 * A durable task used up all of its attempts without a result.
 *
 * **Details**
 *
 * An attempt is used up when the machine that runs the task is lost, or when the task fails and its `retry` allows another
 * attempt. `cause` says how the last one ended: with a `WorkerCrashedError` if the machine was lost, or with the task's failure.
 *
 * @since 0.2.0
 * @category errors
 */
export class AttemptsExhaustedError extends describedError("AttemptsExhaustedError")<{
  /** The `id` of the module and the name of the function: `"images/thumbnail"`. */
  readonly task: string
  /** The key of the task. */
  readonly key: string
  /** The number of attempts that were used up. */
  readonly attempts: number
  /** How the last attempt ended. */
  readonly cause: Cause.Cause<unknown>
}>((e) => {
  return (
    `Task "${e.task}" (key ${show(e.key)}) used up its ${e.attempts} attempts without a result. ` +
    `The last one ended with ${clause(lastWord(e.cause))}. ` +
    `Fix the cause and requeue the task, or allow more attempts with maxAttempts.`
  )
}) {}

/** The first reason of a cause. This avoids `effect/Cause`, which a worker with plain tasks does not load. */
const lastWord = ({ reasons: [reason] }: Cause.Cause<unknown>): unknown => {
  if (reason === undefined) return "nothing"
  return reason._tag === "Fail" ? reason.error : reason._tag === "Die" ? reason.defect : "an interruption"
}

/**
 * No machine of the executor has the function of a durable task.
 *
 * @since 0.2.0
 * @category errors
 */
export class UnknownTaskError extends describedError("UnknownTaskError")<{
  /** The `id` of the module and the name of the function: `"images/thumbnail"`. */
  readonly task: string
  /** The key of the task. */
  readonly key: string
  /** The name of the queue that the task is in. */
  readonly queue: string
}>((e) => {
  return (
    `No machine that serves the queue "${e.queue}" has the function ${show(e.task)}, so the task with the key ${show(e.key)} ` +
    `cannot run. Start a machine with DurableExecutor.worker whose modules include that module, then requeue the task.`
  )
}) {}

/**
 * There is no durable task with this key, or the key belongs to a task of another function.
 *
 * @since 0.2.0
 * @category errors
 */
export class NoSuchTaskError extends describedError("NoSuchTaskError")<{
  /** The name of the executor. */
  readonly executor: string
  /** The key that no task has, or that belongs to a task of another function. */
  readonly key: string
  /** The function that you asked for. */
  readonly task: string | undefined
  /** The function that the key belongs to. */
  readonly found: string | undefined
}>((e) => {
  return e.found === undefined
    ? `Executor "${e.executor}" has no task with the key ${show(e.key)}. ` +
        `Either it was never submitted, or it was removed after the time that retain allows.`
    : `The task with the key ${show(e.key)} of executor "${e.executor}" is a call of ${show(e.found)}, ` +
        `not of ${show(e.task)}. Attach with the function that it was submitted with.`
}) {}

/**
 * The database of a durable executor refused an operation, and waiting will not help.
 *
 * **Details**
 *
 * While a database cannot be reached, operations wait. This error is for what a database refuses: tables that its user may not
 * create or write, or a transaction that has already failed.
 *
 * @since 0.2.0
 * @category errors
 */
export class StorageError extends describedError("StorageError")<{
  /** The name of the executor. */
  readonly executor: string
  /** The operation that was refused: `"create its tables"`. */
  readonly operation: string
  /** The error of the database, or of its client. */
  readonly cause: unknown
}>((e) => {
  return (
    `The database of executor "${e.executor}" refused to ${e.operation}: ${clause(e.cause)}. ` +
    `Give its user the necessary rights, or let another user create the tables first.`
  )
}) {}
