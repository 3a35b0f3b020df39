/**
 * An `Executor` runs tasks on a bounded number of workers and gives a future for each.
 *
 * What is here applies to every executor. They are made by the modules of their kinds: `FiberExecutor` and, in
 * `effect-futures/node`, those for threads and processes.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
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
import { awaitQuiet, isInside, whenever } from "./internal/executor/awaitQuiet.ts"
import { eventsOf } from "./internal/executor/eventStream.ts"
import { forEachOn } from "./internal/executor/forEach.ts"
import { engineOf, isExecutorImpl, type TypeId } from "./internal/executor/ExecutorImpl.ts"
import { makeGroup } from "./internal/executor/group.ts"
import { mapOn } from "./internal/executor/map.ts"
import { limitMillis, positiveInteger } from "./internal/options.ts"
import { runOn } from "./internal/executor/run.ts"
import { runPromiseOn } from "./internal/executor/runPromise.ts"
import { streamOn } from "./internal/stream/streamOn.ts"
import { shutdownEngine } from "./internal/executor/shutdown.ts"
import { ownTask } from "./internal/executor/suspend.ts"
import { ttlOn, type TtlResult } from "./internal/executor/ttl.ts"
import type { StreamTask, Task } from "./Task.ts"

/**
 * Runs tasks, at most `maxWorkers` at a time. `X` is what the executor itself can fail a task with.
 *
 * @since 0.1.0
 * @category models
 */
export interface Executor<out X = never> extends Pipeable {
  readonly [TypeId]: Variance<X>
  readonly name: string
  readonly maxWorkers: number
  /**
   * Gives the task to the executor, and its future at once. See `SubmitOptions`, and `submit` for how it can fail.
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
 * The kind of executor that a group on an executor of type `Ex` is: the same kind.
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
 * An executor in this very thread, which takes any effect and not only tasks that can travel.
 *
 * **Details**
 *
 * Each effect gets a `Scope` of its own, which is closed when it ends, before its future is done.
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
 * An executor of any kind: what the service `Executor.Executor` provides. For the parameters of functions that take whichever
 * executor their caller has.
 *
 * @since 0.2.0
 * @category models
 */
export interface Any extends Executor<Failure> {}

/**
 * What executors of any kind can fail a task with.
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
 * The service of an application's executor. A program asks for it, a layer decides which it is.
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
 * @since 0.1.0
 * @category models
 */
export interface SubmitOptions {
  /** For messages, events and printing. Defaults to the name of the task, or one made from the future's number. */
  readonly name?: string | undefined
  /**
   * How long it may run, counted from the call of its function and not from its submission. Then it is stopped, and when it
   * has ended, finalizers and all, its future fails with `TaskTimeoutError`. Defaults to the executor's; `Infinity`
   * for none.
   */
  readonly timeout?: Duration.Input | undefined
  /** Greater goes first; first come, first served among equals. Defaults to 0. */
  readonly priority?: number | undefined
  /**
   * How much it takes of each `rate` that it is subject to, at most the `limit` of each; 0 for nothing. Without a rate it has no meaning.
   * Defaults to 1.
   *
   * @since 0.2.0
   */
  readonly cost?: number | undefined
}

/**
 * How many tasks may begin in a time, whatever workers there are.
 *
 * **When to use**
 *
 * Use for a service that allows so many requests a second, or so many tokens a minute. For how many tasks run at a time there is
 * `maxWorkers`.
 *
 * **Details**
 *
 * A task takes its worker when the rate lets it, and waits in line until then: no worker is held by a task that waits. A task that is
 * cancelled while it waits takes nothing of the rate. A group that has to wait holds up no other.
 *
 * It is a token bucket. In any time as long as `every`, at most `limit + burst` begin; after a pause at most `burst` begin at
 * once, and then one each `every / limit`. Tasks with a `cost` take so many tokens. One that costs more than `burst` begins when the bucket
 * is full, and the next ones wait until it is paid for.
 *
 * Several rates hold at once: a task begins when all of them let it, those of its executor and of its group among them.
 *
 * **Gotchas**
 *
 * With a `limiter` the count is asked for with each task, one after the other. If the store cannot be asked, that is logged as a warning,
 * and the tasks wait; a `queueTimeout` ends their wait.
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
  /** How many begin in `every`; with a `cost` each, how much they cost together. A whole number of at least 1. */
  readonly limit: number
  readonly every: Duration.Input
  /** How many begin at once after a pause, at most. Defaults to what comes in 50 milliseconds, and at least 1: timers may be late. */
  readonly burst?: number | undefined
  /**
   * Who counts. Effect's `RateLimiter` makes it one limit for all programs that have the same store and `name`. Defaults to this program
   * alone, in memory.
   */
  readonly limiter?: RateLimiter | undefined
  /** What it is called in the store of the `limiter`. Defaults to the name of the executor or group, so give that one. */
  readonly name?: string | undefined
}

/**
 * What a shutdown does with tasks: `"drain"` lets all finish, `"cancelPending"` only those that run, `"interrupt"` none.
 *
 * @since 0.1.0
 * @category models
 */
export type ShutdownMode = "drain" | "cancelPending" | "interrupt"

/**
 * What an executor is doing and has done.
 *
 * **Details**
 *
 * `pending + running + succeeded + failed + cancelled + timedOut` is the number of tasks that it has taken. A task
 * that waits for its own executor counts as running. `workers` are those that exist, busy or idle; of a group, those
 * that it uses. `crashed` is the number of threads or processes that have died of themselves, or had to be killed as they did not
 * answer any more, whether a task ran there or not; of a group, those of its executor. Fibers do not crash: 0. `maxWorkers` is the limit
 * as it is now, and `isPaused` whether it was paused, or what it is a group of.
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
 * Why a worker has ended.
 *
 * **Details**
 *
 * - `"closed"`: its executor was shut down.
 * - `"idle"`: nothing has used it for `idleTimeToLive`.
 * - `"surplus"`: it was one more than `setMaxWorkers` allows.
 * - `"retired"`: it has done `maxTasksPerWorker` tasks.
 * - `"stopped"`: it was ended to stop a task that did not end when asked.
 * - `"crashed"`: it died of itself. A task that ran there fails with `WorkerCrashedError`.
 * - `"unresponsive"`: it was ended as it did not answer any more, or did not get ready for a task within `startTimeout`.
 *
 * Of fibers there are the first three.
 *
 * @since 0.2.0
 * @category models
 */
export type WorkerEndReason = "closed" | "idle" | "surplus" | "retired" | "stopped" | "crashed" | "unresponsive"

/**
 * What all events of a task have.
 *
 * **Details**
 *
 * `time` is in microseconds of the clock of whoever made the executor, counted from 1970. Of the real clock it is monotonic, and
 * compares with that of other executors, threads and processes of this machine. `group` is the name of the group that the task was
 * submitted to, if it was one. `key` and `cost` are there for tasks that have such.
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
 * A task is `Submitted` and `Ended` once. `Submitted` is told when there is room for it; `submittedAt` is when that was asked for. A task is
 * `Started` when it gets a worker: more than once if a thread or process dies before the task has begun there, which `attempt`
 * counts. `Phase`, which you have to ask for, tells that its function has been called (`"running"`), and that it was asked to stop or has
 * come to its finalizers (`"cleaningUp"`).
 *
 * `Ended` has it all: how the task ended and in which phase, the `_tag` of its error or the name of its class, where it was stuck if it
 * had to be stopped by force, and when it came to each phase; `undefined` for a phase that it has not come to, or that was before
 * anybody listened. `parent` is the task whose code has submitted it, `after` the one whose result the submitting fiber had got just before: in a pipeline of
 * `Executor.map`, the task of the stage before.
 *
 * `error` of a worker's end is what killed it; `undefined` where nothing did. `Lost` says how many events a reader has missed that was
 * too slow, in the place of these.
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
      /** In which it was. */
      readonly phase: "queued" | "starting" | "running" | "cleaningUp"
      /** 0 if it has had none. */
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
  /** How many events wait for the reader, at most. Defaults to `Infinity`: all of them, whatever memory they take. */
  readonly bufferSize?: number | undefined
  /** What is lost when there are more: the oldest (`"sliding"`, the default) or the newest (`"dropping"`). */
  readonly strategy?: "sliding" | "dropping" | undefined
  /** Whether there are `Phase` events too. Defaults to `false`. */
  readonly phases?: boolean | undefined
}

/**
 * Options for `group`.
 *
 * @since 0.1.0
 * @category models
 */
export interface GroupOptions {
  /** Defaults to the executor's name and a number. */
  readonly name?: string | undefined
  /** How many of the executor's workers it uses at a time, at most. Defaults to all. */
  readonly maxWorkers?: number | undefined
  /** The default `timeout` of its tasks. Defaults to the executor's at this moment; `Infinity` for none. */
  readonly timeout?: Duration.Input | undefined
  /**
   * `"isolate"`, the default: a task that fails takes nothing else down. `"cancelAll"`: the first that fails, or
   * times out, cancels the others, and the group takes no more.
   */
  readonly onFailure?: "isolate" | "cancelAll" | undefined
  /**
   * How many of its tasks may begin in a time, besides what the executor says of that. Several hold at once. Defaults to no limit.
   *
   * @since 0.2.0
   */
  readonly rate?: Rate | ReadonlyArray<Rate> | undefined
}

/**
 * Options for `map`.
 *
 * @since 0.1.0
 * @category models
 */
export interface MapOptions<in Run = never, out Each = unknown> {
  /**
   * What to make of the run of each task, which is to submit and to join it: `Effect.retry(schedule)`, `Effect.result`,
   * `Effect.withSpan("page")`. The results and the errors of the stream are those of what it gives. A run that runs again submits the
   * task again. Defaults to the run as it is.
   *
   * @since 0.2.0
   */
  readonly each?: ((run: Run) => Each) | undefined
  /** How long each task may run. Defaults to the executor's. */
  readonly timeout?: Duration.Input | undefined
  /** How many items are taken whose results have not been handed on, at most. Defaults to twice `maxWorkers`. */
  readonly buffer?: number | undefined
  /** Results in the order of the items (`true`, the default), or as they come. */
  readonly ordered?: boolean | undefined
}

/**
 * The run of a task on an executor that fails tasks with `X`, as `map` hands it to `each`.
 *
 * @since 0.2.0
 * @category models
 */
export type MapRun<A, E, R, X> = Effect.Effect<A, E | MapError<X>, R>

/**
 * What can be said of `stream`.
 *
 * @since 0.2.0
 * @category models
 */
export interface StreamOptions extends SubmitOptions {
  /** How many elements are ahead of the reader, at most. Defaults to 16. */
  readonly buffer?: number | undefined
}

/**
 * What `map` can fail with besides the errors of the items and of the tasks.
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
 * @since 0.1.0
 * @category guards
 */
export const isExecutor: (u: unknown) => u is Executor<unknown> = isExecutorImpl

/**
 * Gives a task to an executor, and its future at once.
 *
 * **Details**
 *
 * The task starts when a worker is free and those before it have started. It inherits the context of whoever
 * submits it: services, references, log annotations and the parent span. It outlives the fiber that submits it
 * and ends with the executor.
 *
 * With a `capacity`, and that many tasks pending, it waits for room (`overflow: "suspend"`) or fails with
 * `QueueFullError` (`"fail"`). After a shutdown it fails with `ExecutorShutdownError`, at once, also while it waits.
 * A bad option is a defect, `InvalidOptionsError`.
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
/** Gives a task to an executor of any kind, and its future at once. */
export function submit<X, A, E>(
  executor: Executor<X>,
  task: Task<A, E>,
  options?: SubmitOptions
): Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError>
/** Gives the effect that comes from a pipe to the executor. */
export function submit<X>(
  executor: EffectExecutor<X>,
  options?: NoTask
): <A, E, R>(
  effect: Effect.Effect<A, E, R>
) => Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError, Exclude<R, Scope.Scope>>
/** Gives the task that comes from a pipe to an executor of any kind. */
export function submit<X>(
  executor: Executor<X>,
  options?: NoTask
): <A, E>(task: Task<A, E>) => Effect.Effect<Future<A, E | X>, ExecutorShutdownError | QueueFullError>
export function submit(executor: Executor<unknown>, ...rest: ReadonlyArray<unknown>): unknown {
  return withTask(rest, (effect, options) => Effect.suspend(() => engineOf(executor).submit(effect, options)))
}

/**
 * Options after which the task comes, from a pipe. A task has a `name`, and would pass for options: what an executor cannot take would
 * compile. The type of the property is what the compiler says of an Effect.
 */
type NoTask = SubmitOptions & {
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
 * Runs a task for each item, and streams the results. It is the operator that pipelines are made of.
 *
 * **Details**
 *
 * `items` is an `Iterable` or a `Stream`, and may be infinite: at most `buffer` of them are taken ahead of the
 * consumer. Results come in the order of the items, or with `ordered: false` as they are there. A failure ends
 * the stream after the results before it; what is left is then cancelled, as it is when the consumer stops. Where
 * the executor has a `capacity`, this waits for room, whatever its `overflow` says.
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
 * Runs a task for each item, and gives the results as an array, in the order of the items.
 *
 * **When to use**
 *
 * Use it where `Effect.forEach` with a `concurrency` would do, and the work is to share an executor's workers, limits and
 * timeouts with all other tasks. For results as they come, or items without end, use {@link map}.
 *
 * **Details**
 *
 * The first task that fails, by time and not by position, cancels the others, and this fails with its error when they are gone.
 * Interrupting it cancels all. At most `buffer` tasks are with the executor at a time. Where the executor has a
 * `capacity`, this waits for room, whatever its `overflow` says.
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
export function forEach<X, B, A, E, R>(
  executor: EffectExecutor<X>,
  items: Iterable<B>,
  f: (item: B, index: number) => Effect.Effect<A, E, R>,
  options?: ForEachOptions
): Effect.Effect<Array<A>, E | MapError<X>, Exclude<R, Scope.Scope>>
/** Runs a task for each item on an executor of any kind, and gives the results as an array, in the order of the items. */
export function forEach<X, B, A, E>(
  executor: Executor<X>,
  items: Iterable<B>,
  f: (item: B, index: number) => Task<A, E>,
  options?: ForEachOptions
): Effect.Effect<Array<A>, E | MapError<X>>
/** Runs an effect for each of the items that come from a pipe. */
export function forEach<X, B, A, E, R>(
  executor: EffectExecutor<X>,
  f: (item: B, index: number) => Effect.Effect<A, E, R>,
  options?: ForEachOptions
): (items: Iterable<B>) => Effect.Effect<Array<A>, E | MapError<X>, Exclude<R, Scope.Scope>>
/** Runs a task for each of the items that come from a pipe, on an executor of any kind. */
export function forEach<X, B, A, E>(
  executor: Executor<X>,
  f: (item: B, index: number) => Task<A, E>,
  options?: ForEachOptions
): (items: Iterable<B>) => Effect.Effect<Array<A>, E | MapError<X>>
export function forEach(executor: Executor<unknown>, ...rest: ReadonlyArray<unknown>): unknown {
  const [first, second, third] = rest
  return typeof first === "function"
    ? (items: unknown) => forEachOn(executor, items, first, second)
    : forEachOn(executor, first, second, third)
}

/**
 * Options for `forEach`.
 *
 * @since 0.2.0
 * @category models
 */
export interface ForEachOptions {
  /** How long each task may run. Defaults to the executor's. */
  readonly timeout?: Duration.Input | undefined
  /** How many tasks are with the executor at a time, at most. Defaults to twice `maxWorkers`. */
  readonly buffer?: number | undefined
}

/**
 * Runs a task for code with promises: the promise has its result, or is rejected with its error.
 *
 * **When to use**
 *
 * Use it at the border to code without Effect: handlers of a web framework, callbacks of a library. Inside Effects use {@link run}.
 *
 * **Details**
 *
 * An abort of `signal` cancels the task. The promise is rejected with the signal's `reason` when the task is gone, finalizers
 * and all. Otherwise it is rejected with what {@link run} fails with, such as `TaskTimeoutError`, or with what the task died
 * of. A bad option, and what is no task, rejects it with `InvalidOptionsError`.
 *
 * **Gotchas**
 *
 * The task gets no services of the program: it may need nothing but its `Scope`.
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
 * Options for what `runPromise` gives.
 *
 * @since 0.2.0
 * @category models
 */
export interface RunPromiseOptions extends SubmitOptions {
  /** Cancels the task when it aborts. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Has an executor make a stream, and reads it from there: in a thread or a process if it has those.
 *
 * **When to use**
 *
 * Use for a task whose results come one after the other, and that is not to be ahead of who reads them: the frames of a video, the
 * lines of a file. What a task merely says of itself while it runs is a matter of `Task.report`.
 *
 * **Details**
 *
 * The stream is a call of a function of a `Task.module` that returns one. An executor in this thread takes any stream. Each reader
 * has a task of its own, which is submitted when the reading begins, and waits for room where the executor has a `capacity`,
 * whatever its `overflow` says.
 *
 * At most `buffer` elements are ahead of the reader. Then the task waits for the reader, and that is no part of its `timeout`. A chunk
 * that the function makes at once is made whole, and its elements come as there is room for them.
 *
 * A reader that ends, fails or is interrupted stops the task, and waits until its finalizers have run. How the task ends comes after
 * all elements before that: a typed error, `WorkerCrashedError`, `TaskTimeoutError`, or a `TaskEncodingError` for an element
 * that cannot cross. If the executor is shut down, the stream ends with `ExecutorShutdownError`.
 *
 * Elements cross many at a time, as copies. `Task.transfer` moves what an element holds to a reader in the same process.
 *
 * **Gotchas**
 *
 * - A thread or a process is the stream's until that has ended, also while it waits for the reader. If the reader waits for other
 *   tasks of the same executor, that needs more workers than it has open streams. A fiber executor lends the worker meanwhile.
 * - A shutdown that drains waits for the streams too. One that has no end goes on until the `timeout` of the shutdown.
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
/** Has an executor of any kind make a stream that can travel, and reads it from there. */
export function stream<X, A, E>(
  executor: Executor<X>,
  stream: StreamTask<A, E>,
  options?: StreamOptions
): Stream.Stream<A, E | MapError<X>>
/** Has an executor make the stream that comes from a pipe, and reads it from there. */
export function stream<X>(
  executor: EffectExecutor<X>,
  options?: NoStream
): <A, E, R>(stream: Stream.Stream<A, E, R>) => Stream.Stream<A, E | MapError<X>, Exclude<R, Scope.Scope>>
/** Has an executor of any kind make the stream that comes from a pipe, and reads it from there. */
export function stream<X>(
  executor: Executor<X>,
  options?: NoStream
): <A, E>(stream: StreamTask<A, E>) => Stream.Stream<A, E | MapError<X>>
export function stream(executor: Executor<unknown>, ...rest: ReadonlyArray<unknown>): unknown {
  const [first, second] = rest
  // What is no stream is refused by `streamOn`, which says what it takes.
  return rest.length > 1 || isStream(first)
    ? streamOn(executor, first, second as StreamOptions | undefined)
    : (stream: unknown) => streamOn(executor, stream, first as StreamOptions | undefined)
}

// A task has a `name`, and would pass for options.
type NoStream = StreamOptions & { readonly "~effect/Stream"?: never; readonly [Effect.TypeId]?: never }

const isStream = (u: unknown): boolean => Predicate.hasProperty(u, "~effect/Stream")

/**
 * The TTL decorator: gives a function whose every call is submitted and has `timeout` to end in, counted from when
 * it starts.
 *
 * **Details**
 *
 * A call that returns early returns early: nothing waits for the rest of its time. `onTimeout` is called when a
 * call took too long and was stopped, or waited for a worker for longer than the executor's `queueTimeout`; if it gives an Effect, that is what the call does instead, and if it gives
 * anything else, the call fails with it. Without it the call fails with `TaskTimeoutError`. Interrupting a call
 * cancels its task.
 *
 * **Example** (An error of one's own)
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
/** Gives a function whose every call is a task on an executor of any kind, with `timeout` to end in. */
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
  /** How long each call may run, from when it starts. Defaults to the executor's. */
  readonly timeout?: Duration.Input | undefined
  /** Makes the error, or the Effect to run instead. Defaults to failing with the `TaskTimeoutError`. */
  readonly onTimeout?: ((error: TaskTimeoutError) => B) | undefined
}

/**
 * Sets the default `timeout` of later submissions; `undefined` or `Infinity` for none. Tasks that were submitted
 * keep theirs. A duration that is not more than zero is a defect, `InvalidOptionsError`.
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
    engineOf(executor).timeout = limitMillis("timeout", timeout)
  })
)

/**
 * Changes how many workers an executor has, or how many tasks of a group run, at most.
 *
 * **Details**
 *
 * With more, what waits begins at once. With fewer, nothing is stopped: no task begins until there is room below the new limit, and
 * workers end that are too many, each with the last of its tasks. What such a worker had been given ahead of need goes back into the line. So
 * there are never more at work than the greater of both limits allows. Of a durable executor it is how many tasks this program
 * hands to the machines. What is no whole number of at least 1 is a defect, `InvalidOptionsError`.
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
 * Lets no more tasks of an executor or a group begin, until `resume`. Those that run go on.
 *
 * **Details**
 *
 * Tasks are taken as before, and wait. What a worker had been given ahead of need goes back into the line. The time in which a task may
 * wait, `queueTimeout`, goes on. A pause of an executor is one of its groups too. To drain it ends the pause: `shutdown` would
 * wait for ever.
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
 * Ends the pause of an executor or a group; without one it does nothing. A group waits on if what it is a group of is paused.
 *
 * @see {@link pause} to begin one
 *
 * @since 0.2.0
 * @category configuring
 */
export const resume = (executor: Executor<unknown>): Effect.Effect<void> =>
  Effect.sync(() => engineOf(executor).setPaused(false))

/**
 * The default `timeout` of submissions; infinite if there is none.
 *
 * @since 0.1.0
 * @category configuring
 */
export const getTimeout = (executor: Executor<unknown>): Effect.Effect<Duration.Duration> =>
  Effect.sync(() => Duration.millis(engineOf(executor).timeout))

/**
 * Ends an executor, or a group: it takes no more tasks, and this waits until the last has ended.
 *
 * **Details**
 *
 * `mode` says what happens to those it has: `"drain"` (the default) lets all of them finish, `"cancelPending"`
 * only those that run, `"interrupt"` none. After `timeout` it turns into `"interrupt"`. Submitters that wait for
 * room fail with `ExecutorShutdownError`.
 *
 * It may be called many times and by several fibers at once: each waits for the same end, and the strictest mode
 * asked for counts. Interrupting it gives up the wait, not the shutdown. Closing the executor's scope is a
 * shutdown with `"interrupt"`.
 *
 * Inside one of the executor's own tasks it does not wait for that task, nor for tasks that wait for it.
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
  /** Defaults to `"drain"`. */
  readonly mode?: ShutdownMode | undefined
  /** How long until it turns into `"interrupt"`. Defaults to never. */
  readonly timeout?: Duration.Input | undefined
}

/**
 * An executor that borrows the workers of another, with limits, statistics and a lifetime of its own.
 *
 * **When to use**
 *
 * One pool for an application, one group for each request: what a request has started ends with it, and a request
 * that starts much does not push out the others.
 *
 * **Details**
 *
 * Scoped: closing the scope ends the group's tasks, and no others, as a shutdown with `"interrupt"`. At most
 * `maxWorkers` of its tasks stand in the executor's line at a time, the others behind them in its own, so groups
 * get their turns. A bad option is a defect, `InvalidOptionsError`.
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
 * Waits until the executor has nothing to do: no task is pending or runs.
 *
 * **Details**
 *
 * Inside one of its own tasks it waits neither for that task nor for tasks that wait for it.
 *
 * @since 0.1.0
 * @category inspecting
 */
export const awaitIdle = (executor: Executor<unknown>): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const engine = engineOf(executor)
    return isInside(fiber, engine)
      ? awaitQuiet(fiber, engine)
      : whenever(ownTask(fiber, engine), engine, () => engine.isIdle)
  })

/**
 * What the executor is doing and has done, at this moment.
 *
 * @since 0.1.0
 * @category inspecting
 */
export const stats = (executor: Executor<unknown>): Effect.Effect<Stats> => Effect.sync(() => engineOf(executor).stats)

/**
 * What happens in the executor from now on: what progress bars and timelines are made of.
 *
 * **Details**
 *
 * A group's events are its executor's too. The stream ends when the executor has ended. Events wait in memory until they are
 * taken, as many as `bufferSize` says. A reader that is slower loses events, and gets a `Lost` that says how many. Where nobody listens no
 * event is made, and no time is taken.
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
