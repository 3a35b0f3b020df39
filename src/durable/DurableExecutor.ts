/**
 * A `DurableExecutor` keeps its tasks in a database. They outlive the program that has submitted them, and run on any number of
 * machines.
 *
 * @since 0.2.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Executor from "../Executor.ts"
import type {
  ExecutorShutdownError,
  InvalidOptionsError,
  NoSuchTaskError,
  QueueFullError,
  StorageError
} from "../Errors.ts"
import { attachTo, makeDurableExecutor } from "../internal/durable/client/makeDurableExecutor.ts"
import { layerPostgres as postgres } from "../internal/durable/storage/postgres.ts"
import { makeWorker } from "../internal/durable/worker/makeWorker.ts"
import { makeSqliteClient } from "../internal/node/sqlite/makeSqliteClient.ts"
import type { Future } from "../Future.ts"
import type { Task } from "../Task.ts"

/**
 * What a durable executor can fail a task with.
 *
 * @since 0.2.0
 * @category models
 */
export type Failure = Executor.Failure

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
 * An executor whose tasks are kept in a database.
 *
 * @since 0.2.0
 * @category models
 */
export interface DurableExecutor extends Executor.Executor<Failure> {
  readonly submit: <A, E>(
    task: Task<A, E>,
    options?: SubmitOptions
  ) => Effect.Effect<DurableFuture<A, E | Failure>, ExecutorShutdownError | QueueFullError>
}

/**
 * How urgent a task is: greater goes first. `"high"` is 100, `"normal"` is 0, `"low"` is -100.
 *
 * @since 0.2.0
 * @category models
 */
export type Priority = number | "high" | "normal" | "low"

export interface SubmitOptions extends Omit<Executor.SubmitOptions, "priority"> {
  readonly key?: string | undefined
  readonly priority?: Priority | undefined
  readonly delay?: Duration.Input | undefined
  readonly retry?: Schedule.Schedule<unknown, number> | undefined
  readonly maxAttempts?: number | undefined
}

export interface MakeOptions {
  readonly name: string
  readonly queue?: string | undefined
  readonly maxWorkers?: number | undefined
  readonly capacity?: number | undefined
  readonly overflow?: "suspend" | "fail" | undefined
  readonly timeout?: Duration.Input | undefined
  readonly queueTimeout?: Duration.Input | undefined
  readonly maxAttempts?: number | undefined
  readonly retry?: Schedule.Schedule<unknown, number> | undefined
  readonly retain?: Duration.Input | undefined
  readonly retainFailed?: Duration.Input | undefined
  readonly maxPayloadBytes?: number | undefined
  readonly pollInterval?: Duration.Input | undefined
  readonly onClose?: "detach" | "cancel" | undefined
}

export interface WorkerOptions {
  readonly name: string
  readonly modules: ReadonlyArray<object>
  readonly queues?: ReadonlyArray<string> | undefined
  readonly concurrency?: number | undefined
  readonly lease?: Duration.Input | undefined
  readonly drainTimeout?: Duration.Input | undefined
  readonly startTimeout?: Duration.Input | undefined
  readonly pollInterval?: Duration.Input | undefined
  readonly maxPayloadBytes?: number | undefined
  readonly machine?: string | undefined
}

export const make: (
  options: MakeOptions
) => Effect.Effect<DurableExecutor, InvalidOptionsError | StorageError, Scope.Scope | SqlClient> = makeDurableExecutor

export const layer = (
  options: MakeOptions
): Layer.Layer<Executor.Executor<Failure>, InvalidOptionsError | StorageError, SqlClient> =>
  Layer.effect(Executor.Executor, make(options))

export const worker: (
  options: WorkerOptions
) => Layer.Layer<never, InvalidOptionsError | StorageError, SqlClient | Executor.Executor<Failure>> = makeWorker

export const attach = <Args extends ReadonlyArray<never>, A, E>(
  executor: Executor.Executor<unknown>,
  fn: (...args: Args) => Task<A, E>,
  key: string
): Effect.Effect<DurableFuture<A, E | Failure>, NoSuchTaskError | StorageError | ExecutorShutdownError> =>
  attachTo(executor, fn as (...args: ReadonlyArray<never>) => Task<A, E>, key) as Effect.Effect<
    DurableFuture<A, E | Failure>,
    NoSuchTaskError | StorageError | ExecutorShutdownError
  >

export const layerSqlite = (options: {
  readonly filename: string
  readonly synchronous?: "normal" | "full" | undefined
}): Layer.Layer<SqlClient, SqlError> =>
  Layer.effect(
    SqlClient,
    makeSqliteClient({ filename: options.filename, synchronous: options.synchronous ?? "normal" })
  )

export const layerMemory: Layer.Layer<SqlClient, SqlError> = layerSqlite({ filename: ":memory:" })

export const layerPostgres = (options: {
  readonly url: string
  readonly maxConnections?: number | undefined
}): Layer.Layer<SqlClient, SqlError> => postgres({ url: options.url, maxConnections: options.maxConnections ?? 10 })
