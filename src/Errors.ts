/**
 * The errors of this package.
 *
 * Every one is a tagged error: catch it with `Effect.catchTag`. Its message says
 * what happened and what to do about it; its fields carry the same facts for a
 * program to read.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import { describedError } from "./internal/describedError.ts"
import { show } from "./internal/show.ts"

/**
 * A frame of the JavaScript stack that a stuck task was running.
 *
 * **Details**
 *
 * A stack has 50 frames at most. If more were left out, the last of them says so: its `functionName` is `"(72 more)"`, or `"(more)"` if
 * nobody counted them, and its `url` is empty.
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
 * A task did not end in its time and was stopped.
 *
 * **Details**
 *
 * By the time a future fails with this error its task has ended, finalizers and
 * all. `phase` tells which limit it was, and `duration` how long that is:
 *
 * - `"queued"`: the executor's `queueTimeout`, counted from the submission. No worker was free in that time.
 * - `"starting"`: the `startTimeout` of an executor of threads or processes. A worker did not become ready in that time, or did not get
 *   so far as to call the task's function: it imported the task's file, or built its layer.
 * - `"running"`: the task's `timeout`, counted from the call of its function.
 *
 * In the first two none of the task's code has run. `stuckAt` has the stack frames of a task
 * that was stopped by force in a worker thread; it is empty for one that ended
 * when asked.
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
  readonly task: string
  readonly duration: Duration.Duration
  readonly phase: "queued" | "starting" | "running"
  readonly stuckAt: ReadonlyArray<StackFrame>
}>((e) => {
  const limit = Duration.format(e.duration)
  if (e.phase === "queued") {
    return (
      `Task "${e.task}" waited ${limit} for a worker and got none, so it never ran. ` +
      `Raise queueTimeout, raise maxWorkers, or submit less at a time.`
    )
  }
  if (e.phase === "starting") {
    return (
      `Task "${e.task}" never ran: in ${limit} its worker did not start, import the task's file and build its layer. ` +
      `Make the file and its layer do less when they are loaded, load them ahead with preload and minWorkers, ` +
      `or raise startTimeout.`
    )
  }
  const where = e.stuckAt[0]
  const at =
    where === undefined ? "" : ` It was stuck at ${where.functionName} (${where.url}:${where.line}:${where.column}).`
  return (
    `Task "${e.task}" did not end within ${limit} of its start and was stopped.${at} ` +
    `Raise its timeout, or make it do less.`
  )
}) {}

/**
 * The future that was joined had been cancelled: by `Future.cancel`, by a shutdown,
 * or because its task interrupted itself.
 *
 * @since 0.1.0
 * @category errors
 */
export class TaskCancelledError extends describedError("TaskCancelledError")<{
  readonly task: string
}>((e) => {
  return (
    `Task "${e.task}" was cancelled, so it has no result. ` +
    `Whoever joins it can catch TaskCancelledError; Future.await gives its Exit instead.`
  )
}) {}

/**
 * The worker that had the task died.
 *
 * **Details**
 *
 * The task had begun, so it may have done something, and is not run again. Or it had not, in any of the `maxAttempts` workers that it
 * was given to, which all died; `reason` says so then. Either `exitCode` or `signal` says how a process ended; `stderr` has the last of
 * what it wrote; `reason` is the error that killed it, where there was one.
 *
 * @since 0.1.0
 * @category errors
 */
export class WorkerCrashedError extends describedError("WorkerCrashedError")<{
  readonly task: string
  readonly worker: string
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stderr: string
  readonly reason: unknown
}>((e) => {
  const how =
    e.signal !== undefined
      ? `was killed by ${e.signal}`
      : e.exitCode !== undefined
        ? `exited with code ${e.exitCode}`
        : "died"
  const why = e.reason === undefined ? "" : ` Reason: ${show(e.reason)}.`
  const tail = e.stderr === "" ? "" : `\nIts last words:\n${e.stderr}`
  return (
    `Worker "${e.worker}" ${how} while it had task "${e.task}".${why} ` +
    `The other tasks are not affected; submit this one again if it is safe to repeat.${tail}`
  )
}) {}

/**
 * An argument, a result or an error of a task cannot be sent to or from a worker as what it is.
 *
 * **Details**
 *
 * `path` names the value with the way to it: `"argument 1.user.avatar"`, `"result[3].when"`, `"error.cause"`. `reason` says why it
 * cannot cross. If that was an error, it is the `cause` of the reason, as far as it can be told.
 *
 * @since 0.1.0
 * @category errors
 */
export class TaskEncodingError extends describedError("TaskEncodingError")<{
  readonly task: string
  /** `"argument 2"`, `"result"` or `"error"`. */
  readonly what: string
  /**
   * The way to what cannot cross: `"argument 2.users[3].avatar"`. It is `undefined` if that is not known.
   *
   * @since 0.2.0
   */
  readonly path?: string | undefined
  readonly reason: unknown
}>((e) => {
  const { advice, why } = adviceOf(e.reason)
  return `The ${e.path ?? e.what} of task "${e.task}" cannot cross to another thread or process: ${why}. ${advice}.`
}) {}

const adviceOf = (reason: unknown): { readonly why: string; readonly advice: string } => {
  if (reason instanceof Error && "advice" in reason && typeof reason.advice === "string") {
    return { why: reason.message, advice: reason.advice }
  }
  return { why: show(reason), advice: "Pass plain data, or give the function Schemas with Task.fn" }
}

/**
 * A worker could not get at the function that a task is a call of.
 *
 * **Details**
 *
 * It imports the file by its `url` and looks for the function among what the file
 * exports. `reason` is what was thrown: the file is not there, has a mistake in its syntax, throws while it is imported,
 * starts an executor while it is imported, or does not export a task module with such a function. A worker tries to
 * import a file once: what failed fails all tasks of that file, at once, and the worker goes on with others.
 *
 * Of a module that an executor is to `preload`, `task` is `"preload"`, and `reason` may also be that its layer could not be built, that it
 * took longer than `startTimeout`, or that it was the end of the worker.
 *
 * @since 0.1.0
 * @category errors
 */
export class TaskModuleError extends describedError("TaskModuleError")<{
  readonly task: string
  readonly url: string
  readonly reason: unknown
}>((e) => {
  return (
    `Task "${e.task}" cannot run, as its worker could not load it from ${e.url}: ${show(e.reason)}. ` +
    `Make sure that this file can be imported on its own and exports its task module.`
  )
}) {}

/**
 * A file that defines tasks starts an executor while a worker imports it.
 *
 * **Details**
 *
 * Each worker of that executor would import the file as well and start an executor
 * of its own, and so on for ever. So it is refused, and the tasks of the file fail with a `TaskModuleError`
 * whose `reason` is this error, also if the file catches it.
 *
 * @since 0.1.0
 * @category errors
 */
export class ExecutorInTaskModuleError extends describedError("ExecutorInTaskModuleError")<{
  /** What was called: `"ThreadExecutor.make"`. */
  readonly operation: string
  /** The file that a worker was importing. */
  readonly url: string
}>((e) => {
  return (
    `${e.operation} was called while a worker imported ${e.url}, so every worker would start workers of its own. ` +
    `Move the tasks to a file of their own, which starts no executor when it is imported.`
  )
}) {}

/**
 * The files that workers are started with are not where they should be: the library is part of a bundle, or was not
 * deployed whole.
 *
 * **Details**
 *
 * In a bundle the library cannot tell its own files from the program. A worker would run the program again, which starts an
 * executor, which starts a worker. So `ThreadExecutor.make` and `ProcessExecutor.make` die of this error before anything is
 * started. Mark `effect-futures` as external, and keep each file with tasks an entry of its own.
 *
 * `reason` is `"bundled"`, and then `file` is the file that the library runs from; or `"missing"`, and then `file` is the one that
 * is not there.
 *
 * @since 0.2.0
 * @category errors
 */
export class WorkerFileError extends describedError("WorkerFileError")<{
  /** What was called: `"ThreadExecutor.make"`. */
  readonly operation: string
  readonly reason: "bundled" | "missing"
  /** A URL. */
  readonly file: string
}>((e) => {
  return e.reason === "bundled"
    ? `${e.operation} cannot start workers, as effect-futures is bundled into ${e.file}: a worker would run your program ` +
        `again. Mark "effect-futures" as external in your bundler, and make each file with tasks an entry of its own ` +
        `(docs/deployment.md has the settings for esbuild, Vite, rolldown and webpack).`
    : `${e.operation} cannot start workers, as ${e.file} is not there or may not be read. ` +
        `Deploy the whole package effect-futures, as npm installs it.`
}) {}

/**
 * The runtime lacks something that the operation needs.
 *
 * **Details**
 *
 * Bun has no `v8.Serializer`, by which values get to processes and back: `ProcessExecutor.make` dies of this error there, and threads
 * work.
 *
 * @since 0.2.0
 * @category errors
 */
export class UnsupportedRuntimeError extends describedError("UnsupportedRuntimeError")<{
  /** What was called: `"ProcessExecutor.make"`. */
  readonly operation: string
  /** `"Bun 1.4.5"`. */
  readonly runtime: string
  readonly missing: string
  readonly instead: string
}>((e) => `${e.operation} needs ${e.missing}, which ${e.runtime} does not have. ${e.instead}`) {}

/**
 * A task is in the file that the program was started with, which a worker would run again.
 *
 * **Details**
 *
 * Executors of threads and processes refuse it before a worker imports the file: the task fails with a `TaskModuleError` whose
 * `reason` is this error. In a bundle it says that tasks and program have become one file: make each file with tasks an entry of
 * its own.
 *
 * @since 0.2.0
 * @category errors
 */
export class TaskInMainModuleError extends describedError("TaskInMainModuleError")<{
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
  readonly executor: string
}>((e) => {
  return (
    `Executor "${e.executor}" was shut down and takes no more tasks. ` +
    `Submit before the shutdown, or keep the executor's scope open for longer.`
  )
}) {}

/**
 * As many tasks are waiting as the executor's `capacity` allows, and its `overflow` is `"fail"`.
 *
 * @since 0.1.0
 * @category errors
 */
export class QueueFullError extends describedError("QueueFullError")<{
  readonly executor: string
  readonly capacity: number
}>((e) => {
  return (
    `The queue of executor "${e.executor}" is full: ${e.capacity} tasks are waiting, its capacity. ` +
    `Try again later, raise capacity, or use overflow: "suspend" to wait for room.`
  )
}) {}

/**
 * A future was told to go to a state that it cannot reach from the one it is in.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidStateError extends describedError("InvalidStateError")<{
  readonly future: string
  readonly operation: string
  readonly reason: string
}>((e) => {
  return `Future.${e.operation} does not apply to ${e.future}: ${e.reason}.`
}) {}

/**
 * An option or argument has a value that is not allowed.
 *
 * **Details**
 *
 * A bad option is a mistake in the program, so this is a defect of every effect and layer: none has it among its errors.
 * `Task.module` and other plain functions throw it.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidOptionsError extends describedError("InvalidOptionsError")<{
  readonly option: string
  readonly value: unknown
  readonly expected: string
}>((e) => {
  return `Invalid option ${e.option}: got ${show(e.value)}, expected ${e.expected}.`
}) {}

/**
 * The kitchen timer was started while it ran.
 *
 * @since 0.1.0
 * @category errors
 */
export class AlreadyRunningError extends describedError("AlreadyRunningError")<{
  /** Seconds left, to a tenth. */
  readonly timeRemaining: number
}>((e) => {
  return `The timer is already running, with ${e.timeRemaining} s to go. ` + `Stop it first, or use startIfStopped.`
}) {}

/**
 * The kitchen timer was stopped while it did not run.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotRunningError extends describedError("NotRunningError")<{
  readonly state: "stopped" | "timeUp"
}>((e) => {
  return `The timer is not running: its state is "${e.state}". Start it first, or use stopIfRunning.`
}) {}

/**
 * A durable task has had all of its attempts, and none of them gave a result.
 *
 * **Details**
 *
 * An attempt is used up when the worker that had the task was lost, or when the task failed and its `retry` had
 * another one in store. `cause` says how the last one ended: a `WorkerCrashedError` if the worker was lost, or what
 * the task failed with.
 *
 * @since 0.2.0
 * @category errors
 */
export class AttemptsExhaustedError extends describedError("AttemptsExhaustedError")<{
  readonly task: string
  readonly key: string
  readonly attempts: number
  readonly cause: Cause.Cause<unknown>
}>((e) => {
  return (
    `Task "${e.task}" (key ${show(e.key)}) has had ${e.attempts} attempts, and none of them gave a result. ` +
    `The last one ended with ${show(lastWord(e.cause))}. ` +
    `Mend what made it fail and requeue it, or allow more with maxAttempts.`
  )
}) {}

/** What a cause comes down to. Without `effect/Cause`, which a worker with plain tasks does not load. */
const lastWord = ({ reasons: [reason] }: Cause.Cause<unknown>): unknown => {
  if (reason === undefined) return "nothing"
  return reason._tag === "Fail" ? reason.error : reason._tag === "Die" ? reason.defect : "an interruption"
}

/**
 * No machine that works for the executor has the function of a durable task.
 *
 * @since 0.2.0
 * @category errors
 */
export class UnknownTaskError extends describedError("UnknownTaskError")<{
  /** The `id` of the module and the name of the function: `"images/thumbnail"`. */
  readonly task: string
  readonly key: string
  readonly queue: string
}>((e) => {
  return (
    `None of the workers of queue "${e.queue}" has the function ${show(e.task)}, so the task with the key ${show(e.key)} ` +
    `cannot run. Start a worker with that module in its modules, then requeue the task.`
  )
}) {}

/**
 * There is no durable task with this key, or it is another function's.
 *
 * @since 0.2.0
 * @category errors
 */
export class NoSuchTaskError extends describedError("NoSuchTaskError")<{
  readonly executor: string
  readonly key: string
  /** The function that was asked for. */
  readonly task: string | undefined
  /** The function that the key belongs to. */
  readonly found: string | undefined
}>((e) => {
  return e.found === undefined
    ? `Executor "${e.executor}" has no task with the key ${show(e.key)}. ` +
        `It was never submitted, or it was kept for as long as retain says and then forgotten.`
    : `The task with the key ${show(e.key)} of executor "${e.executor}" is a call of ${show(e.found)}, ` +
        `and not of ${show(e.task)}. Attach with the function that it was submitted with.`
}) {}

/**
 * The database of a durable executor has refused what it was asked to do, and waiting will not change that.
 *
 * **Details**
 *
 * While a database cannot be reached, operations wait. This is for what it refuses: tables that its user may not make or write, or
 * a transaction that has failed already.
 *
 * @since 0.2.0
 * @category errors
 */
export class StorageError extends describedError("StorageError")<{
  readonly executor: string
  /** What was to be done: `"make its tables"`. */
  readonly operation: string
  readonly cause: unknown
}>((e) => {
  return (
    `The database of executor "${e.executor}" refused to ${e.operation}: ${show(e.cause)}. ` +
    `Give its user the rights to do so, or let another user make the tables first.`
  )
}) {}
