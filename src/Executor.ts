/**
 * An `Executor` runs tasks on a bounded number of workers and gives a future for each.
 *
 * The functions of this module work with every executor. To make one, use the module of its kind: `FiberExecutor`, or
 * `ThreadExecutor` and `ProcessExecutor` in `effect-futures/node`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import type { Pipeable } from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import type { RateLimiter } from "effect/persistence/RateLimiter"
import type {
  AttemptsExhaustedError,
  ExecutorShutdownError,
  QueueFullError,
  StackFrame,
  TaskCancelledError,
  TaskEncodingError,
  TaskModuleError,
  TaskTimeoutError,
  UnknownTaskError,
  WorkerCrashedError
} from "./Errors.ts"
import type { Future } from "./Future.ts"
import { awaitQuiescence, isInside, whenever } from "./internal/executor/awaitQuiescence.ts"
import { dumpOf } from "./internal/executor/events/dump.ts"
import { eventsOf } from "./internal/executor/events/eventStream.ts"
import { forEachOn } from "./internal/executor/forEach.ts"
import { engineOf, enginesOf, isExecutorImpl, type TypeId } from "./internal/executor/ExecutorImpl.ts"
import { makeGroup } from "./internal/executor/group.ts"
import { observeMetrics } from "./internal/executor/events/metrics.ts"
import { makeKeyed } from "./internal/executor/keyed.ts"
import { mapOn } from "./internal/executor/map.ts"
import { limitMillis, positiveInteger } from "./internal/options.ts"
import { runOn, runPromiseOn } from "./internal/executor/run.ts"
import { streamOn } from "./internal/stream/streamOn.ts"
import { shutdownEngine } from "./internal/executor/shutdown.ts"
import { submit as submitTo } from "./internal/executor/submit.ts"
import { ownTask } from "./internal/future/blocking.ts"
import { ttlOn, type TtlResult } from "./internal/executor/ttl.ts"
import type { StreamTask, Task } from "./Task.ts"

/**
 * Runs tasks, at most `maxWorkers` at a time. `X` are the errors that the executor itself adds to those of a task.
 *
 * @since 0.1.0
 * @category models
 */
export interface Executor<out X = never> extends Pipeable {
  readonly [TypeId]: Variance<X>
  /** The name in messages, events and printing. */
  readonly name: string
  /** How many tasks run at a time, at most. `setMaxWorkers` changes it. */
  readonly maxWorkers: number
  /**
   * Hands a task to the executor and returns its future at once. See `submit` for the errors.
   */
  readonly submit: <A, E>(
    task: Task<A, E>,
    options?: SubmitOptions
  ) => Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError>
}

/**
 * Tells the compiler how `Executor<X>` depends on `X`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Variance<out X> {
  readonly _X: Types.Covariant<X>
}

/**
 * The type of a group on an executor of type `Ex`: a group is an executor of the same kind.
 *
 * @since 0.1.0
 * @category utility types
 */
export type Group<Ex> = Ex extends { readonly [TypeId]: Variance<infer X> }
  ? Ex extends EffectExecutor<unknown>
    ? EffectExecutor<X>
    : Executor<X>
  : never

/**
 * An executor in this thread, which takes any effect and not only tasks.
 *
 * **Details**
 *
 * Each effect has its own `Scope`, which closes when the effect ends, before its future is done.
 *
 * @since 0.1.0
 * @category models
 */
export interface EffectExecutor<out X = never> extends Executor<X> {
  readonly submit: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    options?: SubmitOptions
  ) => Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError, Exclude<R, Scope.Scope>>
}

/**
 * An executor of any kind, as the service `Executor.Executor` provides it. Use it for parameters of functions that accept any
 * executor.
 *
 * @since 0.2.0
 * @category models
 */
export interface Any extends Executor<Failure> {}

/**
 * The errors that executors of all kinds can add to those of a task.
 *
 * @since 0.1.0
 * @category models
 */
export type Failure =
  | TaskTimeoutError
  | WorkerCrashedError
  | TaskEncodingError
  | TaskModuleError
  | AttemptsExhaustedError
  | UnknownTaskError

/**
 * The service of an application's executor. A program asks for it, and a layer decides which kind it is.
 *
 * **Example** (A program that leaves the choice open)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor, Task } from "effect-futures"
 *
 * const Numbers = Task.module(import.meta.url, {
 *   square: (n: number) => n * n
 * })
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* Executor.Executor
 *   return yield* Executor.run(executor, Numbers.square(7))
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.provide(FiberExecutor.layer({ maxWorkers: 4 })))) // => 49
 * ```
 *
 * @since 0.1.0
 * @category services
 */
export const Executor: Context.Service<Any, Any> = Context.Service<Any>("effect-futures/Executor")

/**
 * Options for a single submission.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface SubmitOptions {
  /** The name in messages, events and printing. Defaults to the name of the task, or one made from the future's number. */
  readonly name?: string | undefined
  /**
   * How long the task may run, counted from the call of its function, not from its submission. After that it is stopped, and
   * when its finalizers have run its future fails with `TaskTimeoutError`. More than zero; `Infinity` means no limit. Defaults to the
   * executor's.
   */
  readonly timeout?: Duration.Input | undefined
  /** Tasks with a greater priority start first; equal ones in the order of submission. Any finite number. Defaults to 0. */
  readonly priority?: number | undefined
  /**
   * How much the task takes of each `rate` that applies to it: from 0, for nothing, to the `limit` of that rate. It has no effect
   * without a rate. Defaults to 1.
   *
   * @since 0.2.0
   */
  readonly cost?: number | undefined
}

/**
 * A limit to how many tasks may begin in a span of time, in addition to the limit of `maxWorkers`.
 *
 * **When to use**
 *
 * Use it for a service that allows a number of requests a second, or of tokens a minute. To limit how many tasks run at a time,
 * use `maxWorkers`.
 *
 * **Details**
 *
 * A task gets a worker when the rate allows it, and waits in the queue until then, so a waiting task holds no worker. A task that
 * is cancelled while it waits uses nothing of the rate. A group that must wait does not hold up other groups.
 *
 * There are two algorithms, with the names that they have in Effect's `RateLimiter`:
 *
 * - `"token-bucket"` spreads tasks out. In any span of `every`, at most `limit + burst` tasks begin. After a pause, at most `burst`
 *   begin at once, and then one each `every / limit`. A task with a `cost` takes that many tokens. A task that costs more than `burst`
 *   begins when the bucket is full, and later ones wait until it is paid for.
 * - `"fixed-window"` counts. A window begins with the first task that begins after the last window has ended, and lasts for `every`. In
 *   a window, `limit` tasks may begin, or tasks with that total `cost`, and all of them at once. So in any span of `every`, across two
 *   windows, fewer than `2 * limit` begin.
 *
 * Several rates can apply at once, such as those of the executor and of its group. A task begins when all of them allow it.
 *
 * **Gotchas**
 *
 * With a `limiter`, each task needs one request to its store, one after the other. If the store does not answer, a warning is logged
 * and the tasks wait. A `queueTimeout` ends their wait. Effect's fixed window is also shorter if it is not used up: it lasts for `every`
 * only after `limit` tasks, and for half of that after half as many.
 *
 * **Example** (Two a second)
 *
 * ```ts
 * import { Clock, Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 * import { TestClock } from "effect/testing"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 8, rate: { limit: 2, every: "1 second" } })
 *   const startedAt: Array<number> = []
 *   const call = Effect.map(Clock.currentTimeMillis, (time) => startedAt.push(time))
 *   yield* Effect.forEach([1, 2, 3, 4, 5], () => executor.submit(call))
 *   yield* TestClock.adjust("1 minute")
 *   return startedAt
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(TestClock.layer()))) // => [0, 500, 1000, 1500, 2000]
 * ```
 *
 * @since 0.2.0
 * @category models
 */
export interface Rate {
  /** How many tasks may begin in `every`, or their total `cost`. A whole number of at least 1. */
  readonly limit: number
  /** The span of time, such as `"1 second"`; a number is in milliseconds. More than zero, and finite. */
  readonly every: Duration.Input
  /** Whether tasks are spread out, or counted in windows of time. Defaults to `"token-bucket"`. */
  readonly algorithm?: "token-bucket" | "fixed-window" | undefined
  /**
   * How many tasks may begin at once after a pause: a whole number of at least 1. Defaults to those of 50 milliseconds, and at least 1,
   * since timers may be late. Not allowed with a `"fixed-window"`, in which the whole `limit` may begin at once.
   */
  readonly burst?: number | undefined
  /**
   * Where to count. With Effect's `RateLimiter`, all programs with the same store and `name` share the limit. Defaults to a count in
   * the memory of this program.
   */
  readonly limiter?: RateLimiter | undefined
  /** The name of the limit in the store of the `limiter`. Defaults to the name of the executor or group, so set that. */
  readonly name?: string | undefined
}

/**
 * How a shutdown treats tasks: `"drain"` lets all of them finish, `"cancelPending"` only the running ones, `"interrupt"` none.
 *
 * @since 0.1.0
 * @category models
 */
export type ShutdownMode = "drain" | "cancelPending" | "interrupt"

/**
 * Counts of an executor: what it is doing, and what it has done.
 *
 * **Details**
 *
 * `pending + running + succeeded + failed + cancelled + timedOut` is the number of tasks that the executor has taken. A task
 * that waits for its own executor counts as running. `workers` counts the workers that exist, busy or idle; for a group, those
 * that it uses. `crashed` counts the threads or processes that died by themselves, or were killed because they stopped answering,
 * with or without a task; for a group, those of its executor. Fibers do not crash. `maxWorkers` is the current limit. `isPaused` says
 * whether the executor is paused, or for a group, also whether its executor is.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stats {
  readonly pending: number
  readonly running: number
  readonly succeeded: number
  readonly failed: number
  readonly cancelled: number
  readonly timedOut: number
  readonly workers: number
  readonly crashed: number
  /** @since 0.2.0 */
  readonly maxWorkers: number
  /** @since 0.2.0 */
  readonly isPaused: boolean
}

/**
 * Why a worker ended.
 *
 * **Details**
 *
 * - `"closed"`: its executor was shut down.
 * - `"idle"`: it was not used for `idleTimeToLive`.
 * - `"surplus"`: there were more workers than `setMaxWorkers` allows.
 * - `"memory"`: it had more memory than `maxMemoryPerWorker`.
 * - `"retired"`: it had run `maxTasksPerWorker` tasks.
 * - `"stopped"`: its task did not end when asked, and could not be stopped otherwise.
 * - `"crashed"`: it died by itself. A task that ran there fails with `WorkerCrashedError`.
 * - `"unresponsive"`: it stopped answering, or was not ready for a task within `startTimeout`.
 *
 * The workers of fibers have only the first three.
 *
 * @since 0.2.0
 * @category models
 */
export type WorkerEndReason =
  | "closed"
  | "idle"
  | "surplus"
  | "memory"
  | "retired"
  | "stopped"
  | "crashed"
  | "unresponsive"

/**
 * The fields that all events of a task have.
 *
 * **Details**
 *
 * `time` is in microseconds since 1970, of the clock that the executor was made with. With the real clock, times never go backwards
 * and can be compared with those of other executors, threads and processes on this machine. `group` is the name of the group that
 * the task was submitted to, if any. `key` is the key of a durable task, or the one whose executor from `keyed` has the task, as
 * text. `cost` is set for tasks that have one.
 *
 * @since 0.2.0
 * @category models
 */
export interface TaskEvent {
  readonly id: number
  readonly name: string
  readonly group: string | undefined
  readonly key: string | undefined
  readonly cost: number | undefined
  readonly time: number
}

/**
 * Something that happened in an executor.
 *
 * **Details**
 *
 * Each task has one `Submitted` and one `Ended`. `Submitted` comes when the executor has room for the task; `submittedAt` is when
 * `submit` was called. `Started` comes when the task gets a worker. That happens more than once if a thread or process dies before
 * the task begins there; `attempt` counts. `Phase` is optional. It says that the task's function was called (`"running"`), or that
 * the task was asked to stop, or that an effect has reached the finalizers of its `Scope` (`"cleaningUp"`).
 *
 * `Ended` has the whole history: how the task ended and in which phase, the `_tag` of its error or the name of its class, where it
 * was stuck if it was stopped by force, and when each phase began. A time is `undefined` if the task did not reach that phase, or
 * reached it before the reader began to listen. `parent` is the task whose code submitted this one. `after` is the task whose result the
 * submitting fiber got just before, which in a pipeline of `Executor.map` is the task of the previous stage.
 *
 * `error` of a `WorkerEnded` is what killed the worker, or `undefined`. `Lost` takes the place of events that a slow reader missed,
 * and says how many.
 *
 * @since 0.1.0
 * @category models
 */
export type Event =
  | (TaskEvent & {
      readonly _tag: "Submitted"
      readonly submittedAt: number
      readonly priority: number
      readonly parent: number | undefined
      readonly after: number | undefined
    })
  | (TaskEvent & { readonly _tag: "Started"; readonly worker: number; readonly attempt: number })
  | (TaskEvent & { readonly _tag: "Phase"; readonly phase: "running" | "cleaningUp" })
  | (TaskEvent & {
      readonly _tag: "Ended"
      readonly outcome: "succeeded" | "failed" | "cancelled" | "timedOut"
      /** The phase in which the task ended. */
      readonly phase: "queued" | "starting" | "running" | "cleaningUp"
      /** 0 if the task never had a worker. */
      readonly worker: number
      readonly attempt: number
      readonly error: string | undefined
      readonly stuckAt: ReadonlyArray<StackFrame>
      readonly submittedAt: number | undefined
      readonly admittedAt: number | undefined
      readonly startedAt: number | undefined
      readonly runningAt: number | undefined
      readonly cleaningUpAt: number | undefined
    })
  | { readonly _tag: "WorkerStarted"; readonly worker: number; readonly time: number }
  | {
      readonly _tag: "WorkerEnded"
      readonly worker: number
      readonly reason: WorkerEndReason
      readonly error: unknown
      readonly time: number
    }
  | { readonly _tag: "Lost"; readonly count: number; readonly time: number }

/**
 * Options of `events`.
 *
 * @since 0.2.0
 * @category models
 */
export interface EventOptions {
  /** How many events may wait for the reader, at least 1. Defaults to `Infinity`: all of them, however much memory they need. */
  readonly bufferSize?: number | undefined
  /** Which events are lost when there are more: the oldest (`"sliding"`, the default) or the newest (`"dropping"`). */
  readonly strategy?: "sliding" | "dropping" | undefined
  /** Whether to include `Phase` events. Defaults to `false`. */
  readonly phases?: boolean | undefined
}

/**
 * Options for `group`.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface GroupOptions {
  /** The name in messages, events and printing. Defaults to the executor's name and a number. */
  readonly name?: string | undefined
  /** How many of the executor's workers the group may use at a time, at least 1. Defaults to all. */
  readonly maxWorkers?: number | undefined
  /**
   * The default `timeout` of its tasks. More than zero; `Infinity` means no limit. Defaults to the executor's when the group is made.
   */
  readonly timeout?: Duration.Input | undefined
  /**
   * `"isolate"`, the default: a failing task affects no other. `"cancelAll"`: the first task that fails or times out cancels the
   * others, and the group takes no more tasks.
   */
  readonly onFailure?: "isolate" | "cancelAll" | undefined
  /**
   * How many of its tasks may begin in a span of time, in addition to the rate of the executor. Several rates apply at once.
   * Defaults to no limit.
   *
   * @since 0.2.0
   */
  readonly rate?: Rate | ReadonlyArray<Rate> | undefined
}

/**
 * Options for `map`.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface MapOptions<in Run = never, out Each = unknown> {
  /**
   * A function that is applied to the run of each task, that is, to submitting and joining it: `Effect.retry(schedule)`,
   * `Effect.result`, `Effect.withSpan("page")`. The stream has the results and errors of the Effect that it returns. Running it again
   * submits the task again. Defaults to the plain run.
   *
   * @since 0.2.0
   */
  readonly each?: ((run: Run) => Each) | undefined
  /** How long each task may run. More than zero; `Infinity` means no limit. Defaults to the executor's. */
  readonly timeout?: Duration.Input | undefined
  /** How many items may be taken before their results are handed on, at least 1. Defaults to twice `maxWorkers`. */
  readonly buffer?: number | undefined
  /** Whether the results keep the order of the items (`true`, the default), or come as the tasks end. */
  readonly ordered?: boolean | undefined
}

/**
 * The run of a task on an executor that adds the errors `X`, as `map` passes it to `each`.
 *
 * @since 0.2.0
 * @category models
 */
export type MapRun<A, E, R, X> = Effect.Effect<A, E | MapError<X>, R>

/**
 * Options for `stream`.
 *
 * @since 0.2.0
 * @category models
 */
export interface StreamOptions extends SubmitOptions {
  /** How many elements may be ahead of the reader, at least 1. Defaults to 16. */
  readonly buffer?: number | undefined
}

/**
 * The errors that `map` adds to those of the items and of the tasks.
 *
 * @since 0.1.0
 * @category models
 */
export type MapError<X> = X | TaskCancelledError | ExecutorShutdownError

/** For `dual`: whether the executor is there. One of another copy of this library counts too, and is refused by the operation. */
const isDataFirst = (args: IArguments): boolean => args.length > 1 || Predicate.hasProperty(args[0], "submit")

/**
 * Whether a value is an executor of this library.
 *
 * **Example** (Telling executors from other values)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   return [executor, "executor"].map(Executor.isExecutor)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [true, false]
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isExecutor: (u: unknown) => u is Executor<unknown> = isExecutorImpl

/**
 * Hands a task to an executor and returns its future at once.
 *
 * **Details**
 *
 * The task starts when a worker is free and the tasks before it have started. It inherits the context of the fiber that
 * submits it: services, references, log annotations and the parent span. It may outlive that fiber, and ends with the
 * executor at the latest.
 *
 * When `capacity` tasks are pending, `submit` waits for room (`overflow: "suspend"`) or fails with `QueueFullError`
 * (`"fail"`). After a shutdown it fails with `ExecutorShutdownError`, even if it was already waiting. A bad option is a
 * defect, `InvalidOptionsError`.
 *
 * **Example** (Three tasks, two at a time)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
 *   const one = yield* Executor.submit(executor, Effect.succeed(1))
 *   const two = yield* Effect.succeed(2).pipe(Executor.submit(executor))
 *   const three = yield* executor.submit(Effect.succeed(3), { name: "three", timeout: "1 second" })
 *   return yield* Future.all([one, two, three])
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [1, 2, 3]
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export function submit<X, A, E, R>(
  executor: EffectExecutor<X>,
  effect: Effect.Effect<A, E, R>,
  options?: SubmitOptions
): Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError, Exclude<R, Scope.Scope>>
/** Hands a task to an executor of any kind and returns its future at once. */
export function submit<X, A, E>(
  executor: Executor<X>,
  task: Task<A, E>,
  options?: SubmitOptions
): Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError>
/** Hands the effect that comes from a pipe to the executor. */
export function submit<X>(
  executor: EffectExecutor<X>,
  options?: NoTask
): <A, E, R>(
  effect: Effect.Effect<A, E, R>
) => Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError, Exclude<R, Scope.Scope>>
/** Hands the task that comes from a pipe to an executor of any kind. */
export function submit<X>(
  executor: Executor<X>,
  options?: NoTask
): <A, E>(task: Task<A, E>) => Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError>
export function submit(executor: Executor<unknown>, ...rest: ReadonlyArray<unknown>): unknown {
  return withTask(rest, (effect, options) => Effect.suspend(() => submitTo(engineOf(executor), effect, options)))
}

/**
 * Options after which the task comes, from a pipe. A task has a `name`, and would pass for options: what an executor cannot take would
 * compile. The types of the properties are what the compiler says of an Effect, and of a stream.
 */
type NoTask = SubmitOptions & {
  readonly "~effect/Stream"?: "A stream is no task: Executor.stream runs it"
  readonly [Effect.TypeId]?: "Threads and processes take a Task that needs no services: call a function of Task.module, whose `layer` provides them"
}

type AnyEffect = Effect.Effect<unknown, unknown>

/** For operations whose task may come later, from a pipe. */
const withTask = (
  rest: ReadonlyArray<unknown>,
  use: (effect: AnyEffect, options: SubmitOptions | undefined) => AnyEffect
): unknown => {
  const [first, second] = rest
  // A callback is refused by the operation, which says what it takes.
  return rest.length > 1 || Effect.isEffect(first) || typeof first === "function"
    ? use(first as AnyEffect, second as SubmitOptions | undefined)
    : (effect: AnyEffect) => use(effect, first as SubmitOptions | undefined)
}

/**
 * Submits a task and joins it. Interrupting it cancels the task and waits until it is gone.
 *
 * **When to use**
 *
 * Use it if you need the result and nothing else. To go on while the task runs, use {@link submit}.
 *
 * **Details**
 *
 * Fails with the errors of the task, of the executor and of {@link submit}, and with `TaskCancelledError` if the task is cancelled by
 * other code.
 *
 * **Example** (A bounded call)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
 *   return yield* Effect.forEach([1, 2, 3], (n) => Executor.run(executor, Effect.succeed(n * n)), {
 *     concurrency: "unbounded"
 *   })
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [1, 4, 9]
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export function run<X, A, E, R>(
  executor: EffectExecutor<X>,
  effect: Effect.Effect<A, E, R>,
  options?: SubmitOptions
): Effect.Effect<A, E | X | TaskCancelledError | ExecutorShutdownError | QueueFullError, Exclude<R, Scope.Scope>>
/** Submits a task to an executor of any kind, and joins it. */
export function run<X, A, E>(
  executor: Executor<X>,
  task: Task<A, E>,
  options?: SubmitOptions
): Effect.Effect<A, E | X | TaskCancelledError | ExecutorShutdownError | QueueFullError>
/** Submits the effect that comes from a pipe, and joins it. */
export function run<X>(
  executor: EffectExecutor<X>,
  options?: NoTask
): <A, E, R>(
  effect: Effect.Effect<A, E, R>
) => Effect.Effect<A, E | X | TaskCancelledError | ExecutorShutdownError | QueueFullError, Exclude<R, Scope.Scope>>
/** Submits the task that comes from a pipe to an executor of any kind, and joins it. */
export function run<X>(
  executor: Executor<X>,
  options?: NoTask
): <A, E>(task: Task<A, E>) => Effect.Effect<A, E | X | TaskCancelledError | ExecutorShutdownError | QueueFullError>
export function run(executor: Executor<unknown>, ...rest: ReadonlyArray<unknown>): unknown {
  return withTask(rest, (effect, options) => Effect.suspend(() => runOn(engineOf(executor), effect, options)))
}

/**
 * Runs a task for each item and streams the results. Pipelines are built from it.
 *
 * **When to use**
 *
 * Use it for many items, for an endless source, or if results are needed as they come. For an array of results, use {@link forEach}.
 *
 * **Details**
 *
 * `items` is an `Iterable` or a `Stream`, and may be infinite: at most `buffer` items are taken ahead of the consumer.
 * Results keep the order of the items, or with `ordered: false` come as the tasks end. A failure ends the stream after the
 * results before it, and the remaining tasks are cancelled. They are also cancelled when the consumer stops. If the executor
 * has a `capacity`, `map` waits for room, whatever `overflow` says.
 *
 * **Example** (A pipeline of two stages)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const read = yield* FiberExecutor.make({ name: "read", maxWorkers: 8 })
 *   const count = yield* FiberExecutor.make({ name: "count", maxWorkers: 2 })
 *   return yield* Stream.make("a", "bb", "ccc").pipe(
 *     Executor.map(read, (name) => Effect.succeed(`contents of ${name}`)),
 *     Executor.map(count, (text) => Effect.succeed(text.length)),
 *     Stream.runCollect
 *   )
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [13, 14, 15]
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export function map<X, B, A, E, R, A1 = A, E1 = E | MapError<X>, R1 = Exclude<R, Scope.Scope>>(
  executor: EffectExecutor<X>,
  f: (item: B) => Effect.Effect<A, E, R>,
  options?: MapOptions<MapRun<A, E, Exclude<R, Scope.Scope>, X>, Effect.Effect<A1, E1, R1>>
): <E2 = never, R2 = never>(items: Stream.Stream<B, E2, R2> | Iterable<B>) => Stream.Stream<A1, E1 | E2, R1 | R2>
/** Runs a task for each of the items that come from a pipe, on an executor of any kind. */
export function map<X, B, A, E, A1 = A, E1 = E | MapError<X>, R1 = never>(
  executor: Executor<X>,
  f: (item: B) => Task<A, E>,
  options?: MapOptions<MapRun<A, E, never, X>, Effect.Effect<A1, E1, R1>>
): <E2 = never, R2 = never>(items: Stream.Stream<B, E2, R2> | Iterable<B>) => Stream.Stream<A1, E1 | E2, R1 | R2>
/** Runs an effect for each item of a stream. The errors of the stream are among those of the result. */
export function map<X, B, E2, R2, A, E, R, A1 = A, E1 = E | MapError<X>, R1 = Exclude<R, Scope.Scope>>(
  executor: EffectExecutor<X>,
  items: Stream.Stream<B, E2, R2>,
  f: (item: B) => Effect.Effect<A, E, R>,
  options?: MapOptions<MapRun<A, E, Exclude<R, Scope.Scope>, X>, Effect.Effect<A1, E1, R1>>
): Stream.Stream<A1, E1 | E2, R1 | R2>
/** Runs an effect for each item, and streams the results. */
export function map<X, B, A, E, R, A1 = A, E1 = E | MapError<X>, R1 = Exclude<R, Scope.Scope>>(
  executor: EffectExecutor<X>,
  items: Iterable<B>,
  f: (item: B) => Effect.Effect<A, E, R>,
  options?: MapOptions<MapRun<A, E, Exclude<R, Scope.Scope>, X>, Effect.Effect<A1, E1, R1>>
): Stream.Stream<A1, E1, R1>
/** Runs a task for each item of a stream, on an executor of any kind. The errors of the stream are among those of the result. */
export function map<X, B, E2, R2, A, E, A1 = A, E1 = E | MapError<X>, R1 = never>(
  executor: Executor<X>,
  items: Stream.Stream<B, E2, R2>,
  f: (item: B) => Task<A, E>,
  options?: MapOptions<MapRun<A, E, never, X>, Effect.Effect<A1, E1, R1>>
): Stream.Stream<A1, E1 | E2, R1 | R2>
/** Runs a task for each item on an executor of any kind, and streams the results. */
export function map<X, B, A, E, A1 = A, E1 = E | MapError<X>, R1 = never>(
  executor: Executor<X>,
  items: Iterable<B>,
  f: (item: B) => Task<A, E>,
  options?: MapOptions<MapRun<A, E, never, X>, Effect.Effect<A1, E1, R1>>
): Stream.Stream<A1, E1, R1>
export function map(executor: Executor<unknown>, ...rest: ReadonlyArray<unknown>): unknown {
  const [first, second, third] = rest
  return typeof first === "function"
    ? (items: unknown) => mapOn(executor, items, first, second)
    : mapOn(executor, first, second, third)
}

/**
 * Runs a task for each item and returns the results as an array, in the order of the items.
 *
 * **When to use**
 *
 * Use it in place of `Effect.forEach` with a `concurrency`, if the work should share the workers, limits and timeouts of an
 * executor with other tasks. To get results as they come, or for an endless source, use {@link map}.
 *
 * **Details**
 *
 * The first task to fail cancels the others, and `forEach` fails with its error when they are gone. Interrupting it cancels all
 * tasks. At most `buffer` tasks are submitted at a time. If the executor has a `capacity`, `forEach` waits for room, whatever
 * `overflow` says.
 *
 * **Example** (Squares, two at a time)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
 *   const squares = yield* Executor.forEach(executor, [1, 2, 3], (n) => Effect.succeed(n * n))
 *   return squares
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [1, 4, 9]
 * ```
 *
 * @since 0.2.0
 * @category running
 */
export function forEach<X, B, A, E, R, A1 = A, E1 = E | MapError<X>, R1 = Exclude<R, Scope.Scope>>(
  executor: EffectExecutor<X>,
  items: Iterable<B>,
  f: (item: B, index: number) => Effect.Effect<A, E, R>,
  options?: ForEachOptions<MapRun<A, E, Exclude<R, Scope.Scope>, X>, Effect.Effect<A1, E1, R1>>
): Effect.Effect<Array<A1>, E1, R1>
/** Runs a task for each item on an executor of any kind, and gives the results as an array, in the order of the items. */
export function forEach<X, B, A, E, A1 = A, E1 = E | MapError<X>, R1 = never>(
  executor: Executor<X>,
  items: Iterable<B>,
  f: (item: B, index: number) => Task<A, E>,
  options?: ForEachOptions<MapRun<A, E, never, X>, Effect.Effect<A1, E1, R1>>
): Effect.Effect<Array<A1>, E1, R1>
/** Runs an effect for each of the items that come from a pipe. */
export function forEach<X, B, A, E, R, A1 = A, E1 = E | MapError<X>, R1 = Exclude<R, Scope.Scope>>(
  executor: EffectExecutor<X>,
  f: (item: B, index: number) => Effect.Effect<A, E, R>,
  options?: ForEachOptions<MapRun<A, E, Exclude<R, Scope.Scope>, X>, Effect.Effect<A1, E1, R1>>
): (items: Iterable<B>) => Effect.Effect<Array<A1>, E1, R1>
/** Runs a task for each of the items that come from a pipe, on an executor of any kind. */
export function forEach<X, B, A, E, A1 = A, E1 = E | MapError<X>, R1 = never>(
  executor: Executor<X>,
  f: (item: B, index: number) => Task<A, E>,
  options?: ForEachOptions<MapRun<A, E, never, X>, Effect.Effect<A1, E1, R1>>
): (items: Iterable<B>) => Effect.Effect<Array<A1>, E1, R1>
export function forEach(executor: Executor<unknown>, ...rest: ReadonlyArray<unknown>): unknown {
  const [first, second, third] = rest
  return typeof first === "function"
    ? (items: unknown) => forEachOn(executor, items, first, second)
    : forEachOn(executor, first, second, third)
}

/**
 * Options for `forEach`.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds.
 *
 * @since 0.2.0
 * @category models
 */
export interface ForEachOptions<in Run = never, out Each = unknown> {
  /**
   * A function that is applied to the run of each task, as in `MapOptions`: `Effect.retry(schedule)`, `Effect.result`. Defaults to the
   * plain run.
   */
  readonly each?: ((run: Run) => Each) | undefined
  /** How long each task may run. More than zero; `Infinity` means no limit. Defaults to the executor's. */
  readonly timeout?: Duration.Input | undefined
  /** How many tasks may be submitted at a time, at least 1. Defaults to twice `maxWorkers`. */
  readonly buffer?: number | undefined
}

/**
 * Runs a task for code with promises: the promise resolves with its result or rejects with its error.
 *
 * **When to use**
 *
 * Use it at the boundary to code without Effect: handlers of a web framework, callbacks of a library. Inside Effects use {@link run}.
 *
 * **Details**
 *
 * Aborting `signal` cancels the task. When the task is gone and its finalizers have run, the promise rejects with the signal's
 * `reason`. Otherwise it rejects with the errors of {@link run}, such as `TaskTimeoutError`, or with the task's defect. A bad
 * option, or a value that is not a task, rejects it with `InvalidOptionsError`.
 *
 * **Gotchas**
 *
 * The task gets no services from the program. It may need nothing but its `Scope`.
 *
 * **Example** (A request that its client gives up)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
 *   return yield* Effect.promise(async () => {
 *     const run = Executor.runPromise(executor)
 *     const request = new AbortController()
 *     const never = run(Effect.never, { signal: request.signal })
 *     request.abort("the client is gone")
 *     return [await run(Effect.succeed("hello")), await never.catch((reason) => reason)]
 *   })
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => ["hello", "the client is gone"]
 * ```
 *
 * @since 0.2.0
 * @category running
 */
export function runPromise<X>(
  executor: EffectExecutor<X>
): <A, E>(effect: Effect.Effect<A, E, Scope.Scope>, options?: RunPromiseOptions) => Promise<A>
/** Runs a task on an executor of any kind, for code with promises. An abort of `signal` cancels it. */
export function runPromise<X>(
  executor: Executor<X>
): <A, E>(task: Task<A, E>, options?: RunPromiseOptions) => Promise<A>
export function runPromise(executor: Executor<unknown>): unknown {
  return (effect: unknown, options?: unknown): Promise<unknown> => runPromiseOn(executor, effect, options)
}

/**
 * Options for the function that `runPromise` returns.
 *
 * @since 0.2.0
 * @category models
 */
export interface RunPromiseOptions extends SubmitOptions {
  /** Cancels the task when it aborts. Defaults to none. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a stream on an executor, such as in a thread or a process, and reads it from there.
 *
 * **When to use**
 *
 * Use it for a task with many results that should not get far ahead of their reader: the frames of a video, the lines of a file.
 * For progress messages of a task, use `Task.report`.
 *
 * **Details**
 *
 * The stream is a call of a task module's function that returns a stream. A fiber executor takes any stream. Each reader has its own
 * task, which is submitted when the reading begins. If the executor has a `capacity`, it waits for room, whatever `overflow` says.
 *
 * At most `buffer` elements are ahead of the reader. Then the task waits for the reader, which does not count towards its `timeout`. If
 * the function makes a chunk of elements at once, they are sent as there is room.
 *
 * When the reader ends, fails or is interrupted, it stops the task and waits until its finalizers have run. The reader gets all elements
 * before the task's failure: a typed error, `WorkerCrashedError`, `TaskTimeoutError`, or a `TaskEncodingError` for an element
 * that cannot cross. If the executor is shut down, the stream fails with `ExecutorShutdownError`.
 *
 * Elements are sent in batches, as copies. `Task.transfer` moves the buffers of an element to a reader in the same process.
 *
 * On a `DurableExecutor`, elements go through the database, and the task is cancelled when its reader has ended. If the machine is lost,
 * another machine runs the function again. The reader gets no element twice.
 *
 * **Gotchas**
 *
 * - A stream occupies its thread, its process or its place on a machine until it ends, even while it waits for the reader. If the
 *   reader waits for other tasks of the same executor, there must be more workers than open streams. A fiber executor lends the worker
 *   in the meantime.
 * - A shutdown that drains also waits for streams. An endless one goes on until the `timeout` of the shutdown.
 *
 * **Example** (Reading what a task finds)
 *
 * ```ts
 * import { Effect, Stream } from "effect"
 * import { Executor, FiberExecutor, Task } from "effect-futures"
 *
 * const Primes = Task.module(import.meta.url, {
 *   from: (start: number) =>
 *     Stream.iterate(start, (n) => n + 1).pipe(
 *       Stream.filter((n) => {
 *         for (let i = 2; i * i <= n; i++) if (n % i === 0) return false
 *         return true
 *       })
 *     )
 * })
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   return yield* Executor.stream(executor, Primes.from(1000)).pipe(Stream.take(3), Stream.runCollect)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [1009, 1013, 1019]
 * ```
 *
 * @since 0.2.0
 * @category running
 */
export function stream<X, A, E, R>(
  executor: EffectExecutor<X>,
  stream: Stream.Stream<A, E, R>,
  options?: StreamOptions
): Stream.Stream<A, E | MapError<X>, Exclude<R, Scope.Scope>>
/** Runs a stream that can travel on an executor of any kind, and reads it from there. */
export function stream<X, A, E>(
  executor: Executor<X>,
  stream: StreamTask<A, E>,
  options?: StreamOptions
): Stream.Stream<A, E | MapError<X>>
/** Runs the stream that comes from a pipe on an executor, and reads it from there. */
export function stream<X>(
  executor: EffectExecutor<X>,
  options?: NoStream
): <A, E, R>(stream: Stream.Stream<A, E, R>) => Stream.Stream<A, E | MapError<X>, Exclude<R, Scope.Scope>>
/** Runs the stream that comes from a pipe on an executor of any kind, and reads it from there. */
export function stream<X>(
  executor: Executor<X>,
  options?: NoStream
): <A, E>(stream: StreamTask<A, E>) => Stream.Stream<A, E | MapError<X>>
export function stream(executor: Executor<unknown>, ...rest: ReadonlyArray<unknown>): unknown {
  const [first, second] = rest
  // Other values are refused by `streamOn`, which says what it takes.
  return rest.length > 1 || isStream(first)
    ? streamOn(executor, first, second as StreamOptions | undefined)
    : (stream: unknown) => streamOn(executor, stream, first as StreamOptions | undefined)
}

// A task has a `name`, and would pass for options.
type NoStream = StreamOptions & { readonly "~effect/Stream"?: never; readonly [Effect.TypeId]?: never }

const isStream = (u: unknown): boolean => Predicate.hasProperty(u, "~effect/Stream")

/**
 * The TTL decorator: wraps a function so that each call is submitted as a task with a time limit, counted from its start.
 *
 * **When to use**
 *
 * Use it for a function that is called in many places, each with the same limit. For a single call, pass a `timeout` to {@link run}.
 *
 * **Details**
 *
 * A call that ends early returns early. `onTimeout` is called when a call took too long and was stopped, or waited for a worker
 * for longer than the executor's `queueTimeout`. If it returns an Effect, the call continues with that. If it returns anything
 * else, the call fails with that value. Without `onTimeout` the call fails with `TaskTimeoutError`. Interrupting a call cancels
 * its task.
 *
 * **Example** (Something else after a timeout)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   const wait = Executor.ttl(executor, (millis: number) => Effect.as(Effect.sleep(millis), "done"), {
 *     timeout: "50 millis",
 *     onTimeout: (error) => Effect.succeed(`gave up on ${error.task}`)
 *   })
 *   return [yield* wait(1), yield* wait(60_000).pipe(Effect.map((_) => _.slice(0, 7)))]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => ["done", "gave up"]
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export function ttl<X, Args extends ReadonlyArray<unknown>, A, E, R, const B = never>(
  executor: EffectExecutor<X>,
  f: (...args: Args) => Effect.Effect<A, E, R>,
  options: TtlOptions<B>
): (...args: Args) => TtlResult<A, E, X, Exclude<R, Scope.Scope>, B>
/** Wraps a function so that each call is submitted as a task with a time limit, on an executor of any kind. */
export function ttl<X, Args extends ReadonlyArray<unknown>, A, E, const B = never>(
  executor: Executor<X>,
  f: (...args: Args) => Task<A, E>,
  options: TtlOptions<B>
): (...args: Args) => TtlResult<A, E, X, never, B>
/** Decorates the function of effects that comes from a pipe. */
export function ttl<X, const B = never>(
  executor: EffectExecutor<X>,
  options: TtlOptions<B>
): <Args extends ReadonlyArray<unknown>, A, E, R>(
  f: (...args: Args) => Effect.Effect<A, E, R>
) => (...args: Args) => TtlResult<A, E, X, Exclude<R, Scope.Scope>, B>
/** Decorates the function of tasks that comes from a pipe, for an executor of any kind. */
export function ttl<X, const B = never>(
  executor: Executor<X>,
  options: TtlOptions<B>
): <Args extends ReadonlyArray<unknown>, A, E>(
  f: (...args: Args) => Task<A, E>
) => (...args: Args) => TtlResult<A, E, X, never, B>
export function ttl(executor: Executor<unknown>, ...rest: ReadonlyArray<unknown>): unknown {
  const [first, second] = rest
  return typeof first === "function" || rest.length > 1
    ? ttlOn(executor, first, second)
    : (f: unknown) => ttlOn(executor, f, first)
}

/**
 * Options for `ttl`.
 *
 * @since 0.1.0
 * @category models
 */
export interface TtlOptions<out B = never> {
  /**
   * How long each call may run, from when it starts: a text such as `"5 seconds"`, or a number of milliseconds. More than zero; `Infinity`
   * means no limit. Defaults to the executor's.
   */
  readonly timeout?: Duration.Input | undefined
  /** Returns the error to fail with, or an Effect to run instead. By default the call fails with the `TaskTimeoutError`. */
  readonly onTimeout?: ((error: TaskTimeoutError) => B) | undefined
}

/**
 * Sets the default `timeout` of later submissions; `undefined` or `Infinity` means no limit. Tasks that were submitted before
 * keep theirs. A duration that is not more than zero is a defect, `InvalidOptionsError`.
 *
 * **Example** (A limit for later tasks)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   yield* Executor.setTimeout(executor, "5 millis")
 *   const late = yield* Effect.flip(Executor.run(executor, Effect.never))
 *   return late._tag
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => "TaskTimeoutError"
 * ```
 *
 * @since 0.1.0
 * @category configuring
 */
export const setTimeout: {
  /** Sets the default timeout of the executor that comes from a pipe. */
  (timeout: Duration.Input | undefined): (executor: Executor<unknown>) => Effect.Effect<void>
  /** Sets the default timeout of later submissions to the executor. */
  (executor: Executor<unknown>, timeout: Duration.Input | undefined): Effect.Effect<void>
} = dual(isDataFirst, (executor: Executor<unknown>, timeout: Duration.Input | undefined): Effect.Effect<void> =>
  Effect.sync(() => {
    engineOf(executor).setTimeout(limitMillis("timeout", timeout))
  })
)

/**
 * Changes how many workers an executor may have, or how many tasks of a group may run.
 *
 * **Details**
 *
 * A higher limit starts waiting tasks at once. A lower limit stops nothing: no task begins until there is room below the new limit,
 * and surplus workers end when their current tasks do. Tasks that were prefetched to such a worker return to the queue. So the number
 * of running tasks never exceeds the greater of both limits. For a durable executor it is the number of tasks that this program hands
 * to the machines. A value that is not a whole number of at least 1 is a defect, `InvalidOptionsError`.
 *
 * **Example** (More at night)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   yield* executor.submit(Effect.never)
 *   const waiting = yield* executor.submit(Effect.succeed("runs next to it"))
 *   yield* Executor.setMaxWorkers(executor, 2)
 *   return [executor.maxWorkers, yield* waiting]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [2, "runs next to it"]
 * ```
 *
 * @since 0.2.0
 * @category configuring
 */
export const setMaxWorkers: {
  /** Changes the limit of the executor that comes from a pipe. */
  (maxWorkers: number): (executor: Executor<unknown>) => Effect.Effect<void>
  /** Changes the limit of the executor. */
  (executor: Executor<unknown>, maxWorkers: number): Effect.Effect<void>
} = dual(isDataFirst, (executor: Executor<unknown>, maxWorkers: number): Effect.Effect<void> =>
  Effect.sync(() => engineOf(executor).setMaxWorkers(positiveInteger("maxWorkers", maxWorkers)))
)

/**
 * Stops an executor or a group from beginning tasks until `resume`. Running tasks go on.
 *
 * **Details**
 *
 * New tasks are accepted and wait. Tasks that were prefetched to a worker return to the queue. `queueTimeout` keeps counting. Pausing
 * an executor also pauses its groups. A `shutdown` that drains ends the pause, because it would wait for ever otherwise.
 *
 * **Example** (One task, and then a break)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   yield* Executor.pause(executor)
 *   const future = yield* executor.submit(Effect.succeed("done"))
 *   const { isPaused, pending } = yield* Executor.stats(executor)
 *   yield* Executor.resume(executor)
 *   return [isPaused, pending, yield* future]
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [true, 1, "done"]
 * ```
 *
 * @see {@link resume} to end it
 *
 * @since 0.2.0
 * @category configuring
 */
export const pause = (executor: Executor<unknown>): Effect.Effect<void> =>
  Effect.sync(() => engineOf(executor).setPaused(true))

/**
 * Ends the pause of an executor or a group. Does nothing without one. A group keeps waiting if its executor is paused.
 *
 * **Example** (The tasks that waited begin)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make()
 *   yield* Executor.pause(executor)
 *   const future = yield* executor.submit(Effect.succeed("begins"))
 *   yield* Executor.resume(executor)
 *   return yield* future
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => "begins"
 * ```
 *
 * @see {@link pause} to begin a pause
 *
 * @since 0.2.0
 * @category configuring
 */
export const resume = (executor: Executor<unknown>): Effect.Effect<void> =>
  Effect.sync(() => engineOf(executor).setPaused(false))

/**
 * Returns the default `timeout` of later submissions, which is infinite if there is none.
 *
 * **Example** (In seconds)
 *
 * ```ts
 * import { Duration, Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ timeout: "1 minute" })
 *   return Duration.toSeconds(yield* Executor.getTimeout(executor))
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => 60
 * ```
 *
 * @since 0.1.0
 * @category configuring
 */
export const getTimeout = (executor: Executor<unknown>): Effect.Effect<Duration.Duration> =>
  Effect.sync(() => Duration.millis(engineOf(executor).timeout))

/**
 * Ends an executor or a group: it takes no more tasks, and `shutdown` returns when the last one has ended.
 *
 * **Details**
 *
 * `mode` decides what happens to the tasks that are there: `"drain"` (the default) lets all of them finish,
 * `"cancelPending"` only the running ones, `"interrupt"` none. After `timeout`, the shutdown turns into `"interrupt"`. Fibers
 * that wait for room fail with `ExecutorShutdownError`.
 *
 * You can call it many times and from several fibers at once. All calls wait for the same end, and the strictest mode counts.
 * Interrupting a call ends its wait, not the shutdown. Closing the executor's scope is a shutdown with `"interrupt"`.
 *
 * Inside one of the executor's own tasks, it does not wait for that task, nor for tasks that wait for it.
 *
 * **Example** (Letting all finish, for a second)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   yield* executor.submit(Effect.sleep("5 millis"))
 *   yield* executor.submit(Effect.sleep("5 millis"))
 *   yield* Executor.shutdown(executor, { mode: "drain", timeout: "1 second" })
 *   const { succeeded, workers } = yield* Executor.stats(executor)
 *   return { succeeded, workers }
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => { succeeded: 2, workers: 0 }
 * ```
 *
 * @since 0.1.0
 * @category ending
 */
export const shutdown: {
  /** Ends the executor that comes from a pipe. */
  (options?: ShutdownOptions): (executor: Executor<unknown>) => Effect.Effect<void>
  /** Ends the executor, and waits until its last task has ended. */
  (executor: Executor<unknown>, options?: ShutdownOptions): Effect.Effect<void>
} = dual(isDataFirst, (executor: Executor<unknown>, options?: ShutdownOptions): Effect.Effect<void> =>
  Effect.suspend(() => shutdownEngine(engineOf(executor), options))
)

/**
 * Options for `shutdown`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ShutdownOptions {
  /** How the tasks that are there end: see {@link ShutdownMode}. Defaults to `"drain"`. */
  readonly mode?: ShutdownMode | undefined
  /**
   * After how long it turns into `"interrupt"`: a text such as `"5 seconds"`, or a number of milliseconds. Zero is allowed. Defaults to
   * never.
   */
  readonly timeout?: Duration.Input | undefined
}

/**
 * Makes a group: an executor that uses the workers of another, with its own limits, statistics and lifetime.
 *
 * **When to use**
 *
 * Use one pool for an application and one group for each request. The tasks of a request then end with it, and a request with many
 * tasks does not push aside the others.
 *
 * **Details**
 *
 * Closing the scope ends the group's tasks and no others, like a shutdown with `"interrupt"`. At most `maxWorkers` of its tasks
 * stand in the executor's queue at a time, and the others in the group's own queue, so that groups take turns. A bad option is a
 * defect, `InvalidOptionsError`.
 *
 * **Example** (A nursery)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 8 })
 *   const sibling = yield* Effect.scoped(Effect.gen(function*() {
 *     const group = yield* Executor.group(executor, { maxWorkers: 2, onFailure: "cancelAll" })
 *     const sibling = yield* group.submit(Effect.never)
 *     const failing = yield* group.submit(Effect.fail("no"))
 *     yield* Future.wait([sibling, failing])
 *     return sibling
 *   }))
 *   return sibling.state
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => "cancelled"
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const group: {
  /** Makes a group on the executor that comes from a pipe. */
  (options?: GroupOptions): <Ex extends Executor<unknown>>(executor: Ex) => Effect.Effect<Group<Ex>, never, Scope.Scope>
  /** Makes a group on the executor. It ends with its scope. */
  <Ex extends Executor<unknown>>(executor: Ex, options?: GroupOptions): Effect.Effect<Group<Ex>, never, Scope.Scope>
} = dual(isDataFirst, makeGroup)

/**
 * Makes a group for each key, such as a tenant, a user or a file, with limits and order for each, on the workers of one executor.
 *
 * **When to use**
 *
 * Use it to run one task at a time for each account, in order, or to keep a busy tenant from holding up the others.
 *
 * **Details**
 *
 * Closing the scope ends the tasks of all keys, like a shutdown with `"interrupt"`. `keyed.get(key)` returns a group, the same one for
 * equal keys. It is made when needed. After it was idle for `idleTimeToLive` it is forgotten, with its statistics. Code that still has
 * it can go on using it.
 *
 * Keys take turns: when a task of a key gets a worker, the next task of that key goes behind those of all other keys. With
 * `maxWorkers: 1`, the default, the tasks of a key run one at a time and in the order of their submission, even in threads and
 * processes.
 *
 * Effect's `Equal` decides whether keys are equal: strings and numbers, but also instances of `Data.Class` and plain objects.
 *
 * **Gotchas**
 *
 * A task that waits for another task of its own key lends its place to that task. Priorities count across all keys.
 *
 * **Example** (In order for each account)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor, Future } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 8 })
 *   const accounts = yield* Executor.keyed(executor, { maxWorkers: 1 })
 *   const log: Array<string> = []
 *   const book = (text: string) => Effect.andThen(Effect.yieldNow, Effect.sync(() => log.push(text)))
 *   yield* Future.all([
 *     yield* accounts.get("ada").submit(book("ada 1")),
 *     yield* accounts.get("ada").submit(book("ada 2")),
 *     yield* accounts.get("bob").submit(book("bob 1"))
 *   ])
 *   return log
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => ["ada 1", "bob 1", "ada 2"]
 * ```
 *
 * @since 0.2.0
 * @category constructors
 */
export const keyed: {
  /** Makes groups by key on the executor that comes from a pipe. */
  (
    options?: KeyedOptions
  ): <Ex extends Executor<unknown>>(executor: Ex) => Effect.Effect<Keyed<Group<Ex>>, never, Scope.Scope>
  /** Makes groups by key on the executor. They end with the scope. */
  <Ex extends Executor<unknown>>(
    executor: Ex,
    options?: KeyedOptions
  ): Effect.Effect<Keyed<Group<Ex>>, never, Scope.Scope>
} = dual(isDataFirst, makeKeyed)

/**
 * Executors by key, as `keyed` makes them. `Ex` is the kind of executor.
 *
 * @since 0.2.0
 * @category models
 */
export interface Keyed<out Ex> {
  /** The beginning of the names of its executors. */
  readonly name: string
  /** The executor of a key. */
  readonly get: (key: unknown) => Ex
  /** The number of keys that have tasks, or had some lately. */
  readonly size: number
  /** The statistics of each key. */
  readonly stats: Effect.Effect<ReadonlyArray<readonly [key: unknown, stats: Stats]>>
}

/**
 * Options for `keyed`.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds.
 *
 * @since 0.2.0
 * @category models
 */
export interface KeyedOptions {
  /** The beginning of the names of the groups. Defaults to the executor's name and a number. */
  readonly name?: string | undefined
  /** How many tasks of a key run at a time, at most: at least 1. Defaults to 1: one after the other, in order. */
  readonly maxWorkers?: number | undefined
  /** How long an idle key is remembered, at least. Zero is allowed. Defaults to 1 second. */
  readonly idleTimeToLive?: Duration.Input | undefined
  /** How many tasks of a key may begin in a span of time. A key is remembered as long as its rate matters. Defaults to no limit. */
  readonly rate?: Rate | ReadonlyArray<Rate> | undefined
  /**
   * The default `timeout` of tasks. More than zero; `Infinity` means no limit. Defaults to that of the executor when this is made.
   */
  readonly timeout?: Duration.Input | undefined
}

/**
 * Waits until the executor has nothing to do: no task is pending or running.
 *
 * **Details**
 *
 * Inside one of the executor's own tasks, it does not wait for that task, nor for tasks that wait for it.
 *
 * **Example** (After the last task)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   const futures = [yield* executor.submit(Effect.sleep("1 millis")), yield* executor.submit(Effect.void)]
 *   yield* Executor.awaitIdle(executor)
 *   return futures.map((future) => future.state)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => ["finished", "finished"]
 * ```
 *
 * @since 0.1.0
 * @category inspecting
 */
export const awaitIdle = (executor: Executor<unknown>): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const engine = engineOf(executor)
    return isInside(fiber, engine)
      ? awaitQuiescence(fiber, engine)
      : whenever(ownTask(fiber, engine), engine, () => engine.isIdle)
  })

/**
 * Returns what the executor is doing and has done, at this moment.
 *
 * **Example** (One task runs, and one waits)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   yield* executor.submit(Effect.never)
 *   yield* executor.submit(Effect.never)
 *   const { pending, running } = yield* Executor.stats(executor)
 *   return { pending, running }
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => { pending: 1, running: 1 }
 * ```
 *
 * @since 0.1.0
 * @category inspecting
 */
export const stats = (executor: Executor<unknown>): Effect.Effect<Stats> => Effect.sync(() => engineOf(executor).stats)

/**
 * Streams what happens in the executor from now on, for progress bars and timelines.
 *
 * **Details**
 *
 * The events of a group are also events of its executor. The stream ends when the executor has ended. Events wait in memory until they
 * are read, at most `bufferSize` of them. A reader that is too slow loses events, and gets a `Lost` that says how many. If there is no
 * reader, no events are made.
 *
 * **Example** (Following a task)
 *
 * ```ts
 * import { Effect, Fiber, Stream } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
 *   const listener = yield* Executor.events(executor).pipe(
 *     Stream.map((event) => event._tag),
 *     Stream.runCollect,
 *     Effect.forkChild({ startImmediately: true })
 *   )
 *   yield* Executor.run(executor, Effect.void)
 *   yield* Executor.shutdown(executor)
 *   return yield* Fiber.join(listener)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program)) // => ["Submitted", "WorkerStarted", "Started", "Ended", "WorkerEnded"]
 * ```
 *
 * @since 0.1.0
 * @category inspecting
 */
export const events = (executor: Executor<unknown>, options?: EventOptions): Stream.Stream<Event> =>
  eventsOf(() => engineOf(executor), options)

/**
 * Options of `dump`.
 *
 * @since 0.2.0
 * @category models
 */
export interface DumpOptions {
  /** How many of the waiting tasks are listed: a whole number, or `Infinity`. Defaults to 10. */
  readonly waiting?: number | undefined
}

/**
 * Describes what the executor is doing at this moment, as a tree of text: the task of each worker, for how long it has been running, and
 * where it is stuck; the tasks that wait for a worker, and for how long; and the groups.
 *
 * **When to use**
 *
 * Use it when something hangs, or takes longer than you can explain. `Trace.dumpOnSignal` of `effect-futures/trace` prints it when the
 * process gets a signal.
 *
 * **Details**
 *
 * Threads are asked for their stack without stopping them. That takes about a millisecond, and at most 60 if a thread does not answer.
 * A process is asked, too, if its executor has `preempt: "inspector"`. Otherwise the dump says whether it computes, as far as the
 * system knows. For a fiber, it lists the traced functions (`Effect.fn`)
 * that the fiber is in. Durations are accurate to some twenty milliseconds. They are real time, whatever `Clock` the program uses.
 *
 * The dump of a durable executor shows the tasks of this program, and the machines that have them.
 *
 * **Example** (What a worker is doing)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ name: "pages", maxWorkers: 1 })
 *   yield* executor.submit(Effect.never, { name: "hangs" })
 *   yield* executor.submit(Effect.void, { name: "waits" })
 *   const dump = yield* Executor.dump(executor)
 *   return dump.split("\n").map((line) => line.replace(/ for \d+ ms/, "").replace(/#\d+ /, ""))
 * })
 *
 * await Effect.runPromise(Effect.scoped(program))
 * // => [
 * //      '"pages": 1 running, 1 waiting, 0 succeeded; 1 of 1 workers',
 * //      '├─ worker 1',
 * //      '│  └─ "hangs" about to begin',
 * //      '└─ waiting for a worker: 1',
 * //      '   └─ "waits"'
 * //    ]
 * ```
 *
 * @since 0.2.0
 * @category inspecting
 */
export const dump = (executor: Executor<unknown>, options?: DumpOptions): Effect.Effect<string> =>
  Effect.suspend(() => dumpOf(engineOf(executor), options))

/**
 * Options of `metrics`.
 *
 * @since 0.2.0
 * @category models
 */
export interface MetricsOptions {
  /**
   * For how many names of tasks each executor has series of their own, at least 1. Tasks with other names are counted as `"others"`.
   * Names that are made at run time could otherwise be too many for the metrics store. Defaults to 50.
   */
  readonly maxTasks?: number | undefined
}

/**
 * A layer that keeps Effect `Metric`s of the executors that you pass, or of the service `Executor`.
 *
 * **Details**
 *
 * | metric | type | attributes |
 * | --- | --- | --- |
 * | `effect_futures_tasks_total` | counter | `executor`, `task`, `outcome` |
 * | `effect_futures_task_wait_seconds` | histogram: from the submission until the task got a worker | `executor`, `task` |
 * | `effect_futures_task_run_seconds` | histogram: how long the task had its worker | `executor`, `task` |
 * | `effect_futures_tasks_waiting`, `effect_futures_tasks_running` | gauges | `executor` |
 * | `effect_futures_workers` | gauge | `executor` |
 * | `effect_futures_utilization` | gauge: the share of `maxWorkers` that is busy, from 0 to 1 | `executor` |
 * | `effect_futures_busy_seconds_total` | counter | `executor` |
 * | `effect_futures_workers_crashed_total` | counter | `executor` |
 *
 * `task` is the name of the task, or `"unnamed"`. Timeouts are tasks with the outcome `"timedOut"`. The tasks of a group count for its
 * executor.
 *
 * The numbers are not pushed. They are read when a snapshot of the metrics is taken, as Effect's exporters for Prometheus and OTLP do.
 * Keeping them costs a few additions per task. The metrics disappear when the layer's scope closes.
 *
 * **Example** (Reading them)
 *
 * ```ts
 * import { Effect, Layer, Metric } from "effect"
 * import { Executor, FiberExecutor } from "effect-futures"
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* FiberExecutor.make({ name: "pages" })
 *   yield* Layer.build(Executor.metrics(executor))
 *   yield* Executor.run(executor, Effect.void, { name: "render" })
 *   const all = yield* Metric.snapshot
 *   return all.flatMap(({ attributes, id, state }) =>
 *     id === "effect_futures_tasks_total" && attributes?.outcome === "succeeded" ? [[attributes.task, state]] : [])
 * }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
 *
 * await Effect.runPromise(Effect.scoped(program)) // => [["render", { count: 1, incremental: true }]]
 * ```
 *
 * @since 0.2.0
 * @category inspecting
 */
export function metrics(): Layer.Layer<never, never, Executor<Failure>>
/** The metrics of these executors. */
export function metrics(
  executors: Executor<unknown> | Iterable<Executor<unknown>>,
  options?: MetricsOptions
): Layer.Layer<never>
/** The metrics of the service `Executor`. */
export function metrics(executors: undefined, options?: MetricsOptions): Layer.Layer<never, never, Executor<Failure>>
export function metrics(
  executors?: Executor<unknown> | Iterable<Executor<unknown>>,
  options?: MetricsOptions
): Layer.Layer<never, never, Executor<Failure>> {
  return Layer.effectDiscard(
    Effect.gen(function* () {
      yield* observeMetrics(enginesOf(executors ?? (yield* Executor)), options)
    })
  )
}
