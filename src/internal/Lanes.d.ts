import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Pool from "effect/Pool"
import * as Scope from "effect/Scope"
/** A worker of an executor, as its users see it. */
export interface Worker {
  /** Counted from 1 for each executor. */
  readonly id: number
}
/** A worker that is held, until it is released. */
export interface Lease {
  readonly worker: Worker
  readonly scope: Scope.Closeable
}
export interface LanesOptions {
  readonly minWorkers: number
  readonly maxWorkers: number
  /** Milliseconds; `Infinity` keeps idle workers until the end. */
  readonly idleTimeToLive: number
  readonly acquire: Effect.Effect<Worker, never, Scope.Scope>
}
/**
 * The workers of an executor: an Effect `Pool`, asked only for as many as can be used.
 *
 * Tasks do not wait here but in the executor's queue: a `Pool` wakes its waiters
 * one by one and is about ten times slower with a hundred thousand of them.
 */
export declare class Lanes {
  private readonly scheduler
  private readonly pool
  private readonly context
  constructor(pool: Pool.Pool<Worker>, context: Context.Context<never>)
  /** How many workers there are, busy or idle. */
  get size(): number
  /** Calls back with a worker: before it returns if one is there or can be made at once. With none if there never will be one. */
  acquire(onLease: (lease: Lease | undefined) => void): void
  release(lease: Lease): void
  private run
}
/** Makes the pool in the scope of the context; it ends its workers when that is closed. */
export declare const makeLanes: (options: LanesOptions) => Effect.Effect<Lanes, never, Scope.Scope>
