/**
 * The errors of this package.
 *
 * Every one is a tagged error: catch it with `Effect.catchTag`. Its message says
 * what happened and what to do about it; its fields carry the same facts for a
 * program to read.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
/**
 * A frame of the JavaScript stack that a stuck task was running.
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
declare const TaskTimeoutError_base: new (fields: {
  readonly task: string
  readonly duration: Duration.Duration
  readonly phase: "queued" | "running"
  readonly stuckAt: ReadonlyArray<StackFrame>
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "TaskTimeoutError"
} & Readonly<{
    readonly task: string
    readonly duration: Duration.Duration
    readonly phase: "queued" | "running"
    readonly stuckAt: ReadonlyArray<StackFrame>
  }>
/**
 * A task did not end in its time and was stopped.
 *
 * **Details**
 *
 * By the time a future fails with this error its task has ended, finalizers and
 * all. `phase` tells which limit it was: `"running"` for the task's `timeout`,
 * which is counted from its start, `"queued"` for the executor's `queueTimeout`,
 * which is counted from its submission. `stuckAt` has the stack frames of a task
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
export declare class TaskTimeoutError extends TaskTimeoutError_base {}
declare const TaskCancelledError_base: new (fields: {
  readonly task: string
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "TaskCancelledError"
} & Readonly<{
    readonly task: string
  }>
/**
 * The future that was joined had been cancelled: by `Future.cancel`, by a shutdown,
 * or because its task interrupted itself.
 *
 * @since 0.1.0
 * @category errors
 */
export declare class TaskCancelledError extends TaskCancelledError_base {}
declare const WorkerCrashedError_base: new (fields: {
  readonly task: string
  readonly worker: string
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stderr: string
  readonly reason: unknown
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "WorkerCrashedError"
} & Readonly<{
    readonly task: string
    readonly worker: string
    readonly exitCode: number | undefined
    readonly signal: string | undefined
    readonly stderr: string
    readonly reason: unknown
  }>
/**
 * The worker that ran the task died under it.
 *
 * **Details**
 *
 * Either `exitCode` or `signal` says how a process ended; `stderr` has the last of
 * what it wrote; `reason` is the error that killed it, where there was one.
 *
 * @since 0.1.0
 * @category errors
 */
export declare class WorkerCrashedError extends WorkerCrashedError_base {}
declare const TaskEncodingError_base: new (fields: {
  readonly task: string
  /** `"argument 2"`, `"result"` or `"error"`. */
  readonly what: string
  readonly reason: unknown
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "TaskEncodingError"
} & Readonly<{
    readonly task: string
    /** `"argument 2"`, `"result"` or `"error"`. */
    readonly what: string
    readonly reason: unknown
  }>
/**
 * An argument or a result of a task cannot be sent to or from a worker.
 *
 * @since 0.1.0
 * @category errors
 */
export declare class TaskEncodingError extends TaskEncodingError_base {}
declare const ExecutorShutdownError_base: new (fields: {
  readonly executor: string
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "ExecutorShutdownError"
} & Readonly<{
    readonly executor: string
  }>
/**
 * The executor takes no more tasks: it was shut down, or its scope is closed.
 *
 * @since 0.1.0
 * @category errors
 */
export declare class ExecutorShutdownError extends ExecutorShutdownError_base {}
declare const QueueFullError_base: new (fields: {
  readonly executor: string
  readonly capacity: number
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "QueueFullError"
} & Readonly<{
    readonly executor: string
    readonly capacity: number
  }>
/**
 * As many tasks are waiting as the executor's `capacity` allows, and its `overflow` is `"fail"`.
 *
 * @since 0.1.0
 * @category errors
 */
export declare class QueueFullError extends QueueFullError_base {}
declare const InvalidStateError_base: new (fields: {
  readonly future: string
  readonly operation: string
  readonly reason: string
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "InvalidStateError"
} & Readonly<{
    readonly future: string
    readonly operation: string
    readonly reason: string
  }>
/**
 * A future was told to go to a state that it cannot reach from the one it is in.
 *
 * @since 0.1.0
 * @category errors
 */
export declare class InvalidStateError extends InvalidStateError_base {}
declare const InvalidOptionsError_base: new (fields: {
  readonly option: string
  readonly value: unknown
  readonly expected: string
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "InvalidOptionsError"
} & Readonly<{
    readonly option: string
    readonly value: unknown
    readonly expected: string
  }>
/**
 * An option or argument has a value that is not allowed.
 *
 * **Details**
 *
 * What is built from options (`make`, `layer`, `group`, `setTimeout`) fails with this error. An
 * operation whose declared errors do not include it dies with it: there a bad
 * option is a mistake in the program.
 *
 * @since 0.1.0
 * @category errors
 */
export declare class InvalidOptionsError extends InvalidOptionsError_base {}
declare const AlreadyRunningError_base: new (fields: {
  /** Seconds left, to a tenth. */
  readonly timeRemaining: number
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "AlreadyRunningError"
} & Readonly<{
    /** Seconds left, to a tenth. */
    readonly timeRemaining: number
  }>
/**
 * The kitchen timer was started while it ran.
 *
 * @since 0.1.0
 * @category errors
 */
export declare class AlreadyRunningError extends AlreadyRunningError_base {}
declare const NotRunningError_base: new (fields: {
  readonly state: "stopped" | "timeUp"
}) => import("effect/Cause").YieldableError & {
  readonly _tag: "NotRunningError"
} & Readonly<{
    readonly state: "stopped" | "timeUp"
  }>
/**
 * The kitchen timer was stopped while it did not run.
 *
 * @since 0.1.0
 * @category errors
 */
export declare class NotRunningError extends NotRunningError_base {}
export {}
