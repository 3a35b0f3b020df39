/**
 * A `DurableExecutor` keeps its tasks in a database. They outlive the program that submitted them, and run on any number of
 * machines.
 *
 * It has two sides. A program that submits tasks makes an executor with `make`. A machine that runs tasks has a `worker`,
 * which takes them from the database and runs them on an executor of threads, processes or fibers. One program can be both.
 *
 * @since 0.2.0
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ExecutorShutdownError, NoSuchTaskError, QueueFullError, StorageError } from "../Errors.ts"
import * as Executor from "../Executor.ts"
import type { Future } from "../Future.ts"
import { attachTo, makeDurableExecutor } from "../internal/durable/client/makeDurableExecutor.ts"
import * as manage from "../internal/durable/manage.ts"
import { layerPostgres as postgres } from "../internal/durable/storage/postgres.ts"
import { makeWorker } from "../internal/durable/worker/makeWorker.ts"
import { makeSqliteClient } from "../internal/node/sqlite/makeSqliteClient.ts"
import type { Task } from "../Task.ts"

/**
 * An executor that keeps its tasks in a database. It works wherever an executor is expected.
 *
 * @since 0.2.0
 * @category models
 */
export interface DurableExecutor extends Executor.Executor<Executor.Failure> {
  /**
   * Writes the task to the database and returns its future. After that, the task survives this program.
   *
   * Inside `sql.withTransaction` it is part of that transaction: if the transaction is rolled back, the task never existed,
   * and its future is cancelled.
   *
   * Dies with `InvalidOptionsError` for a bad option or for a task whose module has no `id`, and with `StorageError` if the
   * database refuses. While the database cannot be reached, it waits.
   */
  readonly submit: <A, E>(
    task: Task<A, E>,
    options?: SubmitOptions
  ) => Effect.Effect<DurableFuture<A, E | Executor.Failure>, ExecutorShutdownError | QueueFullError>
}

/**
 * The service of an application's durable executor, for programs that need more than what every executor offers.
 *
 * @since 0.2.0
 * @category services
 */
export const DurableExecutor: Context.Service<DurableExecutor, DurableExecutor> = Context.Service<DurableExecutor>(
  "effect-futures/DurableExecutor"
)

/**
 * The future of a durable task.
 *
 * @since 0.2.0
 * @category models
 */
export interface DurableFuture<out A, out E = never> extends Future<A, E> {
  /** The name of the task in the database: the `key` from its submission, or a generated one. */
  readonly key: string
}

/**
 * How urgent a task is. Greater numbers go first. `"high"` is 100, `"normal"` is 0, `"low"` is -100.
 *
 * @since 0.2.0
 * @category models
 */
export type Priority = number | "high" | "normal" | "low"

/**
 * Options for a single submission.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds.
 *
 * @since 0.2.0
 * @category models
 */
export interface SubmitOptions extends Omit<Executor.SubmitOptions, "priority"> {
  /**
   * The name of the task. The same key means the same task until `retain` is over: `submit` returns its future, and nothing is
   * submitted twice. At most 512 characters. Defaults to a unique key.
   */
  readonly key?: string | undefined
  /** How urgent the task is: see {@link Priority}. Defaults to `"normal"`. */
  readonly priority?: Priority | undefined
  /** How long to wait before the task may begin. Zero or more, and finite. Defaults to no delay. */
  readonly delay?: Duration.Input | undefined
  /**
   * When to run the task again after it failed with its own error. The input of the schedule is the number of the failed attempt.
   * The pauses are computed at the submission and stored with the task. When the schedule has no more, the task fails with its own
   * error; when it would go on and `maxAttempts` are used up, with `AttemptsExhaustedError`. Defaults to the executor's.
   */
  readonly retry?: Schedule.Schedule<unknown, number> | undefined
  /** How often the task may begin, at most: from 1 to 1,000. Defaults to the executor's. */
  readonly maxAttempts?: number | undefined
}

/**
 * Options for `make` and `layer`.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds. It must be more than zero, unless its option says
 * otherwise.
 *
 * @since 0.2.0
 * @category models
 */
export interface MakeOptions {
  /** The name of the executor. Programs and machines with the same name share the same tasks. */
  readonly name: string
  /** The queue for its tasks. Machines choose which queues they serve. Defaults to `"default"`. */
  readonly queue?: string | undefined
  /** How many of this program's tasks run at a time, on all machines together: at least 1. Defaults to `Infinity`: no limit. */
  readonly maxWorkers?: number | undefined
  /** How many of this program's tasks may be pending: a whole number. Defaults to `Infinity`. */
  readonly capacity?: number | undefined
  /** How `submit` treats a full `capacity`: `"suspend"`, the default, waits for room; `"fail"` fails with `QueueFullError`. */
  readonly overflow?: "suspend" | "fail" | undefined
  /**
   * How many of this program's tasks may begin in a span of time. The machines do not get a task until the rate allows it. Several
   * rates apply at once. Defaults to no limit.
   */
  readonly rate?: Executor.Rate | ReadonlyArray<Executor.Rate> | undefined
  /** The default `timeout` of its tasks, counted from the call of their function. Defaults to no limit. */
  readonly timeout?: Duration.Input | undefined
  /**
   * Whether each task has its own span, from its submission to its end, with the wait for a worker as an event. The spans that the task
   * makes are its children. Defaults to `false`.
   *
   * @since 0.2.0
   */
  readonly traced?: boolean | undefined
  /** How long a task may wait before it fails with `TaskTimeoutError`, while this program runs. Defaults to no limit. */
  readonly queueTimeout?: Duration.Input | undefined
  /** How often a task may begin, at most: from 1 to 1,000. Losing the machine that runs it uses up an attempt. Defaults to 3. */
  readonly maxAttempts?: number | undefined
  /** When to run a task again after it failed with its own error. Defaults to never. */
  readonly retry?: Schedule.Schedule<unknown, number> | undefined
  /** How long a task that succeeded or was cancelled is kept, and its key with it. Zero is allowed. Defaults to 7 days. */
  readonly retain?: Duration.Input | undefined
  /** How long a task that failed is kept. Zero is allowed. Defaults to 30 days. */
  readonly retainFailed?: Duration.Input | undefined
  /** How large arguments and errors may be, as JSON, in bytes. Larger ones are a `TaskEncodingError`. Defaults to 1,048,576 (1 MiB). */
  readonly maxPayloadBytes?: number | undefined
  /** How often to look at the database if there are no notifications. Finite. Defaults to 1 second. */
  readonly pollInterval?: Duration.Input | undefined
  /**
   * How its tasks end when its scope closes. `"detach"`, the default: they go on without this program, whose futures are
   * cancelled. `"cancel"`: they are cancelled, as with other executors.
   */
  readonly onClose?: "detach" | "cancel" | undefined
}

/**
 * Options for `worker`.
 *
 * **Details**
 *
 * A duration is a text such as `"5 seconds"`, or a number of milliseconds. It must be more than zero and finite, unless its option
 * says otherwise.
 *
 * @since 0.2.0
 * @category models
 */
export interface WorkerOptions {
  /** The `name` of the executor whose tasks the machine runs. */
  readonly name: string
  /** The task modules of the machine, each with an `id`. It leaves tasks of other modules to other machines. */
  readonly modules: ReadonlyArray<object>
  /** The queues that the machine serves, in turn. Defaults to `["default"]`. */
  readonly queues?: ReadonlyArray<string> | undefined
  /** How many tasks the machine runs at a time, at most: at least 1. Defaults to the `maxWorkers` of its host. */
  readonly concurrency?: number | undefined
  /**
   * How long the machine owns a task after its last sign of life. After that, others may run the task. The machine renews its leases
   * three times in that time. Defaults to 30 seconds.
   */
  readonly lease?: Duration.Input | undefined
  /**
   * How long the machine waits for running tasks when it ends. It stops and gives back the others, without counting an attempt. Zero and
   * `Infinity` are allowed. Defaults to 30 seconds.
   */
  readonly drainTimeout?: Duration.Input | undefined
  /** How long a task may wait if no machine has its function. After that it fails with `UnknownTaskError`. Defaults to 30 seconds. */
  readonly startTimeout?: Duration.Input | undefined
  /** How often to look for tasks if there are no notifications. Defaults to 1 second. */
  readonly pollInterval?: Duration.Input | undefined
  /**
   * How large a result, or an element of a stream, may be, as JSON, in bytes. A larger one is a `TaskEncodingError`. Defaults to 1,048,576
   * (1 MiB).
   */
  readonly maxPayloadBytes?: number | undefined
  /** The name of the machine in lists and messages. Defaults to `"worker-"` and a number. */
  readonly machine?: string | undefined
}

/**
 * Makes a durable executor on the `SqlClient` of the context, and creates the tables that it needs.
 *
 * **When to use**
 *
 * Use it for work that must be done even if programs end and machines fail, or for work that other machines should do. If work may get
 * lost with the program, run it on fibers, threads or processes, which cost a fraction of that.
 *
 * **Details**
 *
 * A task begins at least once, and may begin again if its machine is lost. It is settled exactly once, and every program sees the same
 * outcome. So a task should be safe to run twice. Its `key` helps with that.
 *
 * `Executor.stream` works too. The elements go through the database, in batches. If a machine is lost, another machine runs the function
 * again, and skips the elements that are already stored. If the function makes different elements this time, the stream fails with
 * `WorkerCrashedError`.
 *
 * Arguments, results and errors are stored as JSON: through the Schemas of `Task.fn` if there are any, and otherwise as they
 * cross to another thread.
 *
 * Fails with `StorageError` if the database does not allow it to create its tables. A bad option is a defect,
 * `InvalidOptionsError`.
 *
 * **Example** (A program that is its own machine)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { FiberExecutor, Task } from "effect-futures"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const Numbers = Task.module(import.meta.url, { square: (n: number) => n * n }, { id: "numbers" })
 *
 * const program = Effect.gen(function*() {
 *   const durable = yield* DurableExecutor.make({ name: "app" })
 *   const future = yield* durable.submit(Numbers.square(7), { key: "seven" })
 *   const same = yield* durable.submit(Numbers.square(7), { key: "seven" })
 *   return [yield* future, yield* same, future.key]
 * })
 *
 * const machine = DurableExecutor.worker({ name: "app", modules: [Numbers] }).pipe(
 *   Layer.provide(FiberExecutor.layer({ maxWorkers: 2 })),
 *   Layer.provideMerge(DurableExecutor.layerMemory)
 * )
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(machine))) // => [49, 49, "seven"]
 * ```
 *
 * @since 0.2.0
 * @category constructors
 */
export const make: (options: MakeOptions) => Effect.Effect<DurableExecutor, StorageError, Scope.Scope | SqlClient> =
  makeDurableExecutor

/**
 * Provides a durable executor as `DurableExecutor.DurableExecutor`, and as `Executor.Executor` for programs that leave the
 * choice of the executor open.
 *
 * **Gotchas**
 *
 * A `worker` in the same program needs an `Executor.Executor` too, its host. Give each its own.
 *
 * **Example** (The choice is left to a layer)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Executor, FiberExecutor, Task } from "effect-futures"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const Numbers = Task.module(import.meta.url, { square: (n: number) => n * n }, { id: "numbers" })
 *
 * const program = Effect.gen(function*() {
 *   const executor = yield* Executor.Executor
 *   return yield* Executor.run(executor, Numbers.square(7))
 * })
 *
 * const machine = DurableExecutor.worker({ name: "app", modules: [Numbers] }).pipe(Layer.provide(FiberExecutor.layer()))
 * const durable = Layer.merge(DurableExecutor.layer({ name: "app" }), machine)
 *
 * await Effect.runPromise(program.pipe(Effect.provide(durable), Effect.provide(DurableExecutor.layerMemory))) // => 49
 * ```
 *
 * @since 0.2.0
 * @category layers
 */
export const layer = (
  options: MakeOptions
): Layer.Layer<Context.Service.Identifier<typeof Executor.Executor> | DurableExecutor, StorageError, SqlClient> =>
  Layer.effectContext(
    Effect.map(make(options), (executor) =>
      Context.add(Context.make(DurableExecutor, executor), Executor.Executor, executor)
    )
  )

/**
 * A machine of a durable executor, as a layer. While the layer exists, the machine takes tasks from the database and runs them on
 * the `Executor.Executor` of the context, its host.
 *
 * **Details**
 *
 * A machine takes tasks only when it has room for them, the most urgent first. While tasks run, it renews their leases. If a lease
 * runs out, because the machine was stopped or lost the database, the outcome is refused, and the machine stops the task.
 *
 * When the layer is interrupted, the machine takes no more tasks and waits for the running ones. Tasks that are not done after
 * `drainTimeout` are stopped and given back without counting an attempt.
 *
 * **Gotchas**
 *
 * If the host is a fiber executor, a task that computes for a long time keeps the machine from renewing its leases, and another machine
 * takes the task too. Such tasks need a host of threads or processes.
 *
 * **Example** (A program that is a machine until it is stopped)
 *
 * ```ts no-run it runs until it is stopped
 * import { NodeRuntime } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import { Task } from "effect-futures"
 * import { DurableExecutor } from "effect-futures/durable"
 * import { ThreadExecutor } from "effect-futures/node"
 *
 * const Numbers = Task.module(import.meta.url, { square: (n: number) => n * n }, { id: "numbers" })
 *
 * const machine = DurableExecutor.worker({ name: "app", modules: [Numbers] }).pipe(
 *   Layer.provide(ThreadExecutor.layer({ maxWorkers: 4 })),
 *   Layer.provide(DurableExecutor.layerSqlite({ filename: "tasks.db" }))
 * )
 *
 * NodeRuntime.runMain(Layer.launch(machine))
 * ```
 *
 * @since 0.2.0
 * @category layers
 */
export const worker: (
  options: WorkerOptions
) => Layer.Layer<never, StorageError, SqlClient | Context.Service.Identifier<typeof Executor.Executor>> = makeWorker

/**
 * Returns the future of a task that is already in the database, even if another program submitted it on another day.
 *
 * **Details**
 *
 * The function determines the type of the future. Fails with `NoSuchTaskError` if there is no task with this key, or if the key
 * belongs to another function. Cancelling the future cancels the task.
 *
 * **Example** (The result of a task that another executor submitted)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { FiberExecutor, Task } from "effect-futures"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const Numbers = Task.module(import.meta.url, { square: (n: number) => n * n }, { id: "numbers" })
 *
 * const program = Effect.gen(function*() {
 *   const first = DurableExecutor.make({ name: "app" })
 *   yield* Effect.scoped(Effect.flatMap(first, (durable) => durable.submit(Numbers.square(7), { key: "seven" })))
 *
 *   const second = yield* DurableExecutor.make({ name: "app" })
 *   const future = yield* DurableExecutor.attach(second, Numbers.square, "seven")
 *   return yield* future
 * })
 *
 * const machine = DurableExecutor.worker({ name: "app", modules: [Numbers] }).pipe(
 *   Layer.provide(FiberExecutor.layer()),
 *   Layer.provideMerge(DurableExecutor.layerMemory)
 * )
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(machine))) // => 49
 * ```
 *
 * @since 0.2.0
 * @category running
 */
export const attach = <Args extends ReadonlyArray<never>, A, E>(
  executor: Executor.Executor<unknown>,
  fn: (...args: Args) => Task<A, E>,
  key: string
): Effect.Effect<DurableFuture<A, E | Executor.Failure>, NoSuchTaskError | StorageError | ExecutorShutdownError> =>
  attachTo<A, E>(executor, fn, key)

/**
 * Information about a task, without its arguments and its result.
 *
 * @since 0.2.0
 * @category models
 */
export interface TaskInfo {
  readonly key: string
  /** The module's `id` and the function's name: `"images/thumbnail"`. */
  readonly task: string
  /** The name in messages: the `name` of its submission, or that of the function. */
  readonly name: string
  readonly queue: string
  readonly state: "pending" | "running" | "succeeded" | "failed" | "cancelled"
  /** Whether it was cancelled. If it is still running, it is being stopped. */
  readonly isCancelled: boolean
  readonly priority: number
  /** How often it has begun. */
  readonly attempt: number
  readonly maxAttempts: number
  /** The machine that has the task, or had it last. */
  readonly worker: string | undefined
  /** The tag of the error that it failed with. */
  readonly error: string | undefined
  readonly createdAt: DateTime.Utc
  /** The earliest time at which it may begin, or could have begun. */
  readonly dueAt: DateTime.Utc
  readonly begunAt: DateTime.Utc | undefined
  readonly settledAt: DateTime.Utc | undefined
  /** When it will be removed, and its key free again. */
  readonly expiresAt: DateTime.Utc | undefined
}

/**
 * Selects tasks: those that match all of the given fields.
 *
 * @since 0.2.0
 * @category models
 */
export interface Filter {
  /** The key of the task, or several. Defaults to all. */
  readonly key?: string | ReadonlyArray<string> | undefined
  /** The state of the task, or several. Defaults to all. */
  readonly state?: TaskInfo["state"] | ReadonlyArray<TaskInfo["state"]> | undefined
  /** The queue of the task. Defaults to all. */
  readonly queue?: string | undefined
  /** The module's `id` and the function's name: `"images/thumbnail"`. Defaults to all. */
  readonly task?: string | undefined
  /** How long ago it was submitted, at least: a text such as `"1 hour"`, or a number of milliseconds. Defaults to zero. */
  readonly olderThan?: Duration.Input | undefined
  /** How many tasks are listed, at most: at least 1. Only `list` uses it. Defaults to 100. */
  readonly limit?: number | undefined
}

/**
 * Lists the tasks of an executor, the oldest first, from all programs.
 *
 * **Example** (What has failed)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { FiberExecutor, Future, Task } from "effect-futures"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const Numbers = Task.module(import.meta.url, {
 *   half: (n: number) => n % 2 === 0 ? Effect.succeed(n / 2) : Effect.fail("odd")
 * }, { id: "numbers" })
 *
 * const program = Effect.gen(function*() {
 *   const durable = yield* DurableExecutor.make({ name: "app" })
 *   yield* Future.wait([
 *     yield* durable.submit(Numbers.half(8), { key: "eight" }),
 *     yield* durable.submit(Numbers.half(9), { key: "nine" })
 *   ])
 *   const failed = yield* DurableExecutor.list(durable, { state: "failed" })
 *   return failed.map(({ key, task, attempt }) => [key, task, attempt])
 * })
 *
 * const machine = DurableExecutor.worker({ name: "app", modules: [Numbers] }).pipe(
 *   Layer.provide(FiberExecutor.layer()),
 *   Layer.provideMerge(DurableExecutor.layerMemory)
 * )
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(machine))) // => [["nine", "numbers/half", 1]]
 * ```
 *
 * @since 0.2.0
 * @category operating
 */
export const list: (
  executor: Executor.Executor<unknown>,
  filter?: Filter
) => Effect.Effect<ReadonlyArray<TaskInfo>, StorageError> = manage.list

/**
 * Returns information about the task with a key.
 *
 * **Example** (How often it has begun)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { FiberExecutor, Task } from "effect-futures"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const Numbers = Task.module(import.meta.url, { square: (n: number) => n * n }, { id: "numbers" })
 *
 * const program = Effect.gen(function*() {
 *   const durable = yield* DurableExecutor.make({ name: "app" })
 *   yield* yield* durable.submit(Numbers.square(7), { key: "seven" })
 *   const { attempt, state } = yield* DurableExecutor.inspect(durable, "seven")
 *   return [state, attempt]
 * })
 *
 * const machine = DurableExecutor.worker({ name: "app", modules: [Numbers] }).pipe(
 *   Layer.provide(FiberExecutor.layer()),
 *   Layer.provideMerge(DurableExecutor.layerMemory)
 * )
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(machine))) // => ["succeeded", 1]
 * ```
 *
 * @since 0.2.0
 * @category operating
 */
export const inspect: (
  executor: Executor.Executor<unknown>,
  key: string
) => Effect.Effect<TaskInfo, NoSuchTaskError | StorageError> = manage.inspect

/**
 * Cancels the task with a key, or all tasks that match a filter, and returns their number.
 *
 * **Details**
 *
 * Pending tasks never begin. Running tasks are stopped by their machine within a second; this does not wait for that. Their futures
 * are cancelled in every program.
 *
 * **Example** (All tasks that wait)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { FiberExecutor, Task } from "effect-futures"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const Numbers = Task.module(import.meta.url, { square: (n: number) => n * n }, { id: "numbers" })
 *
 * const program = Effect.gen(function*() {
 *   const durable = yield* DurableExecutor.make({ name: "app" })
 *   yield* durable.submit(Numbers.square(7), { delay: "1 hour" })
 *   yield* durable.submit(Numbers.square(8), { delay: "1 hour" })
 *   return yield* DurableExecutor.cancel(durable, { state: "pending" })
 * })
 *
 * const machine = DurableExecutor.worker({ name: "app", modules: [Numbers] }).pipe(
 *   Layer.provide(FiberExecutor.layer()),
 *   Layer.provideMerge(DurableExecutor.layerMemory)
 * )
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(machine))) // => 2
 * ```
 *
 * @since 0.2.0
 * @category operating
 */
export const cancel: (
  executor: Executor.Executor<unknown>,
  which: string | Filter
) => Effect.Effect<number, StorageError> = manage.cancel

/**
 * Queues the task with a key again, or all tasks that match a filter, and returns their number. It affects only tasks that failed or
 * were cancelled. They get all of their attempts again.
 *
 * **Details**
 *
 * Futures that are done stay as they are. `attach` returns a future that waits for the new outcome. Streams are not queued again,
 * because they ended with their readers.
 *
 * **Example** (A second try)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { FiberExecutor, Task } from "effect-futures"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const Numbers = Task.module(import.meta.url, { square: (n: number) => n * n }, { id: "numbers" })
 *
 * const program = Effect.gen(function*() {
 *   const durable = yield* DurableExecutor.make({ name: "app" })
 *   yield* durable.submit(Numbers.square(7), { key: "seven", delay: "1 hour" })
 *   yield* DurableExecutor.cancel(durable, "seven")
 *   const queued = yield* DurableExecutor.requeue(durable, "seven")
 *   const future = yield* DurableExecutor.attach(durable, Numbers.square, "seven")
 *   return [queued, yield* future]
 * })
 *
 * const machine = DurableExecutor.worker({ name: "app", modules: [Numbers] }).pipe(
 *   Layer.provide(FiberExecutor.layer()),
 *   Layer.provideMerge(DurableExecutor.layerMemory)
 * )
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(machine))) // => [1, 49]
 * ```
 *
 * @since 0.2.0
 * @category operating
 */
export const requeue: (
  executor: Executor.Executor<unknown>,
  which: string | Filter
) => Effect.Effect<number, StorageError> = manage.requeue

/**
 * How much work is waiting in a queue.
 *
 * @since 0.2.0
 * @category models
 */
export interface Depth {
  readonly queue: string
  /** Tasks that could begin. */
  readonly pending: number
  /** Tasks that wait for their `delay` or for the pause before another attempt. */
  readonly scheduled: number
  readonly running: number
  /** How long the oldest task that could begin has been waiting. */
  readonly oldestAge: Duration.Duration
}

/**
 * Returns how much work is waiting in each queue of an executor. Machines report the same as metrics, every five seconds at most:
 * `effect_futures_durable_tasks` and `effect_futures_durable_oldest_age_seconds`.
 *
 * **Example** (What waits for its time)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { FiberExecutor, Task } from "effect-futures"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const Numbers = Task.module(import.meta.url, { square: (n: number) => n * n }, { id: "numbers" })
 *
 * const program = Effect.gen(function*() {
 *   const durable = yield* DurableExecutor.make({ name: "app" })
 *   yield* durable.submit(Numbers.square(7), { delay: "1 hour" })
 *   const depths = yield* DurableExecutor.depth(durable)
 *   return depths.map(({ pending, queue, scheduled }) => [queue, pending, scheduled])
 * })
 *
 * const machine = DurableExecutor.worker({ name: "app", modules: [Numbers] }).pipe(
 *   Layer.provide(FiberExecutor.layer()),
 *   Layer.provideMerge(DurableExecutor.layerMemory)
 * )
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(machine))) // => [["default", 0, 1]]
 * ```
 *
 * @since 0.2.0
 * @category operating
 */
export const depth: (executor: Executor.Executor<unknown>) => Effect.Effect<ReadonlyArray<Depth>, StorageError> =
  manage.depth

/**
 * Options for `layerSqlite`.
 *
 * @since 0.2.0
 * @category models
 */
export interface SqliteOptions {
  /** The file is created if it does not exist. Its folder must exist. */
  readonly filename: string
  /**
   * `"normal"`, the default: tasks survive a process that dies, but a power failure may lose the last moments. `"full"` waits for the
   * disk each time.
   */
  readonly synchronous?: "normal" | "full" | undefined
}

/**
 * A `SqlClient` for `node:sqlite`: a database in a file that all processes of one machine can share. It needs no server and no
 * package.
 *
 * **Gotchas**
 *
 * The file must be on a disk of the machine: network file systems break the locks that SQLite relies on.
 *
 * **Example** (A program that uses the file)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { DurableExecutor } from "effect-futures/durable"
 * import * as fs from "node:fs"
 * import * as os from "node:os"
 * import * as path from "node:path"
 *
 * const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tasks-"))
 * const database = DurableExecutor.layerSqlite({ filename: path.join(folder, "tasks.db") })
 *
 * const program = Effect.gen(function*() {
 *   const durable = yield* DurableExecutor.make({ name: "app" })
 *   return yield* DurableExecutor.list(durable)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(database))) // => []
 * fs.rmSync(folder, { recursive: true })
 * ```
 *
 * @since 0.2.0
 * @category databases
 */
export const layerSqlite = ({ filename, synchronous = "normal" }: SqliteOptions): Layer.Layer<SqlClient, SqlError> =>
  Layer.effect(SqlClient, makeSqliteClient({ filename, synchronous }))

/**
 * A SQLite database in memory, for tests. Its contents end with the layer.
 *
 * **Example** (Empty each time)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const program = Effect.gen(function*() {
 *   const durable = yield* DurableExecutor.make({ name: "app" })
 *   return yield* DurableExecutor.list(durable)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(DurableExecutor.layerMemory))) // => []
 * ```
 *
 * @since 0.2.0
 * @category databases
 */
export const layerMemory: Layer.Layer<SqlClient, SqlError> = layerSqlite({ filename: ":memory:" })

/**
 * A `SqlClient` for Postgres at a URL. It needs the package `@effect/sql-pg` and uses its `PgClient.layer`. Use that layer yourself
 * to set more options of the connection.
 *
 * **Example** (A program that uses the server)
 *
 * ```ts no-run it needs a Postgres
 * import { Effect } from "effect"
 * import { DurableExecutor } from "effect-futures/durable"
 *
 * const database = DurableExecutor.layerPostgres({ url: "postgres://app@db.internal/app" })
 *
 * const program = Effect.gen(function*() {
 *   const durable = yield* DurableExecutor.make({ name: "app" })
 *   return yield* DurableExecutor.list(durable)
 * })
 *
 * await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(database)))
 * ```
 *
 * @since 0.2.0
 * @category databases
 */
export const layerPostgres = ({
  maxConnections = 10,
  url
}: {
  /** The URL of the server and the database: `"postgres://user:password@host:5432/database"`. */
  readonly url: string
  /**
   * How many connections there are, at most. One of them listens for notifications. With a single connection none does, and tasks wait
   * for the next poll. Defaults to 10.
   */
  readonly maxConnections?: number | undefined
}): Layer.Layer<SqlClient, SqlError> => postgres({ url, maxConnections })
