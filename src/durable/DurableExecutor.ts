/**
 * A `DurableExecutor` keeps its tasks in a database. They outlive the program that has submitted them, and run on any
 * number of machines.
 *
 * There are two sides to it. A program that submits has an executor, which `make` gives. A machine that works has a
 * `worker`, which takes tasks from the database and has them run by an executor of threads, processes or fibers. One
 * program may be both.
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
 * An executor whose tasks are kept in a database. It is an executor like any other: what takes one takes this one too.
 *
 * @since 0.2.0
 * @category models
 */
export interface DurableExecutor extends Executor.Executor<Executor.Failure> {
  /**
   * Enters the task in the database, and gives its future. When it has returned, the task survives this program.
   *
   * Within `sql.withTransaction` it is a part of that transaction: a task that was rolled back never was, and its
   * future is cancelled.
   *
   * Dies with `InvalidOptionsError` for a bad option and for a task whose module has no `id`, and with `StorageError` if
   * the database refuses. While the database cannot be reached, it waits.
   */
  readonly submit: <A, E>(
    task: Task<A, E>,
    options?: SubmitOptions
  ) => Effect.Effect<DurableFuture<A, E | Executor.Failure>, ExecutorShutdownError | QueueFullError>
}

/**
 * The service of an application's durable executor, for a program that needs more of it than any executor has.
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
  /** What the task is known by in the database: the `key` that it was submitted with, or one that was made up. */
  readonly key: string
}

/**
 * How urgent a task is; greater goes first. `"high"` stands for 100, `"normal"` for 0, `"low"` for -100.
 *
 * @since 0.2.0
 * @category models
 */
export type Priority = number | "high" | "normal" | "low"

/**
 * What can be said of one submission.
 *
 * @since 0.2.0
 * @category models
 */
export interface SubmitOptions extends Omit<Executor.SubmitOptions, "priority"> {
  /**
   * What the task is known by. The same key is the same task, until `retain` is over: its future is given, and nothing is
   * submitted twice. Defaults to a key that nobody else has.
   */
  readonly key?: string | undefined
  /** Defaults to `"normal"`. */
  readonly priority?: Priority | undefined
  /** How long until it may begin. Defaults to no time. */
  readonly delay?: Duration.Input | undefined
  /**
   * When to run it again after it has failed with an error of its own. Its input is the number of the attempt that failed. The
   * pauses are worked out at the submission and kept with the task. Defaults to the executor's.
   */
  readonly retry?: Schedule.Schedule<unknown, number> | undefined
  /** How often it may begin, at most. Defaults to the executor's. */
  readonly maxAttempts?: number | undefined
}

/**
 * What can be said of a durable executor.
 *
 * @since 0.2.0
 * @category models
 */
export interface MakeOptions {
  /** What it is known by: programs and machines that say the same have the same tasks. */
  readonly name: string
  /** The queue that its tasks go to. Machines say which queues they serve. Defaults to `"default"`. */
  readonly queue?: string | undefined
  /** How many of this program's tasks run at a time, on all machines together. Defaults to no limit. */
  readonly maxWorkers?: number | undefined
  /** How many of this program's tasks may be pending. Defaults to `Infinity`. */
  readonly capacity?: number | undefined
  /** What `submit` does over `capacity`: `"suspend"`, the default, waits for room; `"fail"` is `QueueFullError`. */
  readonly overflow?: "suspend" | "fail" | undefined
  /**
   * How many of this program's tasks may begin in a time. A task is kept from the machines until the rate lets it. Several hold at once.
   * Defaults to no limit.
   */
  readonly rate?: Executor.Rate | ReadonlyArray<Executor.Rate> | undefined
  /** The default `timeout` of its tasks, counted from when their function is called. Defaults to none. */
  readonly timeout?: Duration.Input | undefined
  /**
   * Whether each task has a span of its own, from its submission to its end, with the wait for a worker as an event. What the task does
   * is in it. Defaults to `false`.
   *
   * @since 0.2.0
   */
  readonly traced?: boolean | undefined
  /** How long a task may wait before it fails with `TaskTimeoutError`, as long as this program lives. Defaults to no limit. */
  readonly queueTimeout?: Duration.Input | undefined
  /** How often a task may begin, at most: each machine that is lost with it costs one. Defaults to 3. */
  readonly maxAttempts?: number | undefined
  /** When to run a task again that has failed with an error of its own. Defaults to never. */
  readonly retry?: Schedule.Schedule<unknown, number> | undefined
  /** How long a task is kept that has succeeded or was cancelled, and so how long its key is taken. Defaults to 7 days. */
  readonly retain?: Duration.Input | undefined
  /** The same for one that has failed. Defaults to 30 days. */
  readonly retainFailed?: Duration.Input | undefined
  /** How large arguments and errors may be, as JSON, in bytes. Over it is a `TaskEncodingError`. Defaults to 1 MiB. */
  readonly maxPayloadBytes?: number | undefined
  /** How often it looks at the database although nobody has told it anything. Defaults to 1 second. */
  readonly pollInterval?: Duration.Input | undefined
  /**
   * What becomes of its tasks when its scope closes. `"detach"`, the default: they go on without this program, whose futures are
   * cancelled. `"cancel"`: they are cancelled, as by other executors.
   */
  readonly onClose?: "detach" | "cancel" | undefined
}

/**
 * What can be said of a machine.
 *
 * @since 0.2.0
 * @category models
 */
export interface WorkerOptions {
  /** The `name` of the executor that it works for. */
  readonly name: string
  /** The task modules that it has, each with an `id`. Tasks of others it leaves to others. */
  readonly modules: ReadonlyArray<object>
  /** The queues that it serves, in turn. Defaults to `["default"]`. */
  readonly queues?: ReadonlyArray<string> | undefined
  /** How many tasks it runs at a time, at most. Defaults to the `maxWorkers` of its host. */
  readonly concurrency?: number | undefined
  /**
   * For how long a task is its own after it was last heard of; then others may run it. It prolongs its leases three times in
   * that time. Defaults to 30 seconds.
   */
  readonly lease?: Duration.Input | undefined
  /** How long it waits, when it is to end, for what runs; the rest it stops and gives back uncounted. Defaults to 30 seconds. */
  readonly drainTimeout?: Duration.Input | undefined
  /** How long a task may wait whose function no machine has. Then it fails with `UnknownTaskError`. Defaults to 30 seconds. */
  readonly startTimeout?: Duration.Input | undefined
  /** How often it looks for tasks although nobody has told it of any. Defaults to 1 second. */
  readonly pollInterval?: Duration.Input | undefined
  /** How large a result may be, as JSON, in bytes. Over it is a `TaskEncodingError`. Defaults to 1 MiB. */
  readonly maxPayloadBytes?: number | undefined
  /** What it is called in lists and messages. Defaults to `"worker-"` and a number. */
  readonly machine?: string | undefined
}

/**
 * Makes a durable executor over the `SqlClient` of the context, and the tables that it needs.
 *
 * **When to use**
 *
 * For work that must be done although programs end and machines fail, or that is for other machines. What may get lost with
 * the program is done by an executor of fibers, threads or processes at a fraction of the cost.
 *
 * **Details**
 *
 * A task begins at least once, and may begin again when the machine that had it was lost. It is settled exactly once, and
 * all who look see the same. So what a task does should be safe to do twice; its `key` is there to make it so.
 *
 * Arguments, results and errors are kept as JSON: by the Schemas of `Task.fn` where there are some, else as they cross to
 * another thread.
 *
 * Fails with `StorageError` if the database does not let it make its tables, and with `InvalidOptionsError`.
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
 * A machine that works for a durable executor, as a layer: while it is there, it takes tasks from the database and has
 * them run by the `Executor.Executor` of the context, its host.
 *
 * **Details**
 *
 * It takes only what it has places free for, the most urgent first. While tasks run, it prolongs their leases. A machine
 * whose lease ran out, because it was stopped or lost the database, has its outcome refused, and stops the task.
 *
 * When it is interrupted, it takes nothing more and waits for what runs. What is not done after `drainTimeout` is stopped
 * and given back, without having lost an attempt.
 *
 * **Gotchas**
 *
 * With fibers as host, a task that computes for long keeps the machine from prolonging its leases, and another machine takes
 * the task as well. Such tasks want a host of threads or processes.
 *
 * **Example** (A program that is a machine, until somebody stops it)
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
 * The future of a task that is in the database already, whoever has submitted it: another program, another day.
 *
 * **Details**
 *
 * The function says which type the future has. Fails with `NoSuchTaskError` if there is no task with that key, or if it is
 * another function's. To cancel the future is to cancel the task.
 *
 * **Example** (The result of what another executor has submitted)
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
 * What is known of a task, but for its arguments and its result.
 *
 * @since 0.2.0
 * @category models
 */
export interface TaskInfo {
  readonly key: string
  /** The module's `id` and the function's name: `"images/thumbnail"`. */
  readonly task: string
  /** As in messages: the `name` of its submission, or the function's. */
  readonly name: string
  readonly queue: string
  readonly state: "pending" | "running" | "succeeded" | "failed" | "cancelled"
  /** Whether it was cancelled; one that runs still is being stopped. */
  readonly isCancelled: boolean
  readonly priority: number
  /** How often it has begun. */
  readonly attempt: number
  readonly maxAttempts: number
  /** The machine that has it, or that had it last. */
  readonly worker: string | undefined
  /** The tag of the error that it failed with. */
  readonly error: string | undefined
  readonly createdAt: DateTime.Utc
  /** When it may begin, or might. */
  readonly dueAt: DateTime.Utc
  readonly begunAt: DateTime.Utc | undefined
  readonly settledAt: DateTime.Utc | undefined
  /** When it is forgotten, and its key free. */
  readonly expiresAt: DateTime.Utc | undefined
}

/**
 * Which tasks: those for which all holds that is said.
 *
 * @since 0.2.0
 * @category models
 */
export interface Filter {
  readonly key?: string | ReadonlyArray<string> | undefined
  readonly state?: TaskInfo["state"] | ReadonlyArray<TaskInfo["state"]> | undefined
  readonly queue?: string | undefined
  /** The module's `id` and the function's name: `"images/thumbnail"`. */
  readonly task?: string | undefined
  /** How long ago it was submitted, at least. */
  readonly olderThan?: Duration.Input | undefined
  /** How many are listed, at most. Defaults to 100. */
  readonly limit?: number | undefined
}

/**
 * The tasks of an executor, the oldest first, whoever has submitted them.
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
 * What is known of the task with a key.
 *
 * @since 0.2.0
 * @category operating
 */
export const inspect: (
  executor: Executor.Executor<unknown>,
  key: string
) => Effect.Effect<TaskInfo, NoSuchTaskError | StorageError> = manage.inspect

/**
 * Cancels the task with a key, or all that a filter finds, and gives how many that were.
 *
 * **Details**
 *
 * What is pending never begins. What runs is stopped by its machine, within a second; this does not wait for that. The
 * futures of all of them are cancelled, in whatever program they are.
 *
 * @since 0.2.0
 * @category operating
 */
export const cancel: (
  executor: Executor.Executor<unknown>,
  which: string | Filter
) => Effect.Effect<number, StorageError> = manage.cancel

/**
 * Lets the task with a key begin anew, or all that a filter finds, and gives how many that were. Only tasks that have failed or
 * were cancelled do; they have all of their attempts again.
 *
 * **Details**
 *
 * Futures that are done stay as they are. `attach` gives one that waits for the new outcome.
 *
 * @since 0.2.0
 * @category operating
 */
export const requeue: (
  executor: Executor.Executor<unknown>,
  which: string | Filter
) => Effect.Effect<number, StorageError> = manage.requeue

/**
 * How much there is to do in a queue.
 *
 * @since 0.2.0
 * @category models
 */
export interface Depth {
  readonly queue: string
  /** Those that could begin. */
  readonly pending: number
  /** Those whose `delay`, or whose pause before another attempt, is not over. */
  readonly scheduled: number
  readonly running: number
  /** For how long the first of those has waited that could begin. */
  readonly oldestAge: Duration.Duration
}

/**
 * How much there is to do in each queue of an executor. Machines tell the same as metrics, every five seconds:
 * `effect_futures_durable_tasks` and `effect_futures_durable_oldest_age_seconds`.
 *
 * @since 0.2.0
 * @category operating
 */
export const depth: (executor: Executor.Executor<unknown>) => Effect.Effect<ReadonlyArray<Depth>, StorageError> =
  manage.depth

/**
 * What can be said of a database in a file.
 *
 * @since 0.2.0
 * @category models
 */
export interface SqliteOptions {
  /** Made if it is not there. Its folder must be. */
  readonly filename: string
  /**
   * `"normal"`, the default: what was entered survives a process that dies, and the last moments may be lost with the machine's
   * power. `"full"` waits for the disk each time.
   */
  readonly synchronous?: "normal" | "full" | undefined
}

/**
 * A `SqlClient` over `node:sqlite`: a database in a file, which any number of processes of one machine have in common. It needs
 * no server and no package.
 *
 * **Gotchas**
 *
 * The file must be on a disk of the machine: network file systems break the locks that SQLite relies on.
 *
 * @since 0.2.0
 * @category databases
 */
export const layerSqlite = ({ filename, synchronous = "normal" }: SqliteOptions): Layer.Layer<SqlClient, SqlError> =>
  Layer.effect(SqlClient, makeSqliteClient({ filename, synchronous }))

/**
 * The same in memory, for tests: what is in it ends with the layer.
 *
 * @since 0.2.0
 * @category databases
 */
export const layerMemory: Layer.Layer<SqlClient, SqlError> = layerSqlite({ filename: ":memory:" })

/**
 * A `SqlClient` for Postgres, at a URL. It needs the package `@effect/sql-pg`, and is its `PgClient.layer` with that URL:
 * use that one where there is more to be said of the connection.
 *
 * @since 0.2.0
 * @category databases
 */
export const layerPostgres = ({
  maxConnections = 10,
  url
}: {
  readonly url: string
  /** One of them listens for news; with a single one nothing does, and tasks wait for the next look. Defaults to 10. */
  readonly maxConnections?: number | undefined
}): Layer.Layer<SqlClient, SqlError> => postgres({ url, maxConnections })
