import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pool from "effect/Pool"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import { ImmediateScheduler } from "./ImmediateScheduler.ts"

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
  /** How many leases of one worker there may be at a time. */
  readonly concurrency: number
  /** Milliseconds; `Infinity` keeps idle workers until the end. */
  readonly idleTimeToLive: number
  readonly acquire: Effect.Effect<Worker, unknown, Scope.Scope>
}

/**
 * The workers of an executor: an Effect `Pool`, asked only for as many as can be used.
 *
 * Tasks do not wait here but in the executor's queue: a `Pool` wakes its waiters
 * one by one and is about ten times slower with a hundred thousand of them.
 */
export class Lanes {
  private readonly scheduler: ImmediateScheduler
  private readonly pool: Pool.Pool<Worker, unknown>
  private readonly context: Context.Context<never>
  private ownDispatcher: Scheduler.SchedulerDispatcher | undefined = undefined
  constructor(pool: Pool.Pool<Worker, unknown>, context: Context.Context<never>, scheduler: ImmediateScheduler) {
    this.scheduler = scheduler
    this.pool = pool
    this.context = context
  }

  /** Turns of the executor's own scheduler. */
  get dispatcher(): Scheduler.SchedulerDispatcher {
    return (this.ownDispatcher ??= Context.get(this.context, Scheduler.Scheduler).makeDispatcher())
  }

  /** How many workers there are, busy or idle. */
  get size(): number {
    return this.pool.state.items.size - this.pool.state.invalidated.size
  }

  /** Calls back with a worker: before it returns if one is there or can be made at once. With the reason if there is to be none. */
  acquire(onLease: (lease: Lease | Cause.Cause<unknown>) => void): void {
    const scope = Scope.makeUnsafe()
    const fiber = this.run(Scope.provide(Pool.get(this.pool), scope))
    fiber.addObserver((exit) => {
      onLease(exit._tag === "Success" ? { worker: exit.value, scope } : exit.cause)
    })
    this.scheduler.flush()
  }

  release(lease: Lease): void {
    this.run(Scope.close(lease.scope, Exit.void))
    this.scheduler.flush()
  }

  /** The worker is not to be used any more: it ends as soon as nobody holds it. */
  invalidate(worker: Worker): void {
    this.run(Pool.invalidate(this.pool, worker))
    this.scheduler.flush()
  }

  private run<A, E2>(effect: Effect.Effect<A, E2>) {
    return Effect.runForkWith(this.context)(effect, { scheduler: this.scheduler })
  }
}

/** Makes the pool in the scope of the context; it ends its workers when that is closed. */
export const makeLanes = (options: LanesOptions): Effect.Effect<Lanes, never, Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    const { concurrency } = options
    const bounds = { acquire: options.acquire, min: options.minWorkers, max: options.maxWorkers, concurrency }
    const scheduler = new ImmediateScheduler()
    const make: Effect.Effect<Pool.Pool<Worker, unknown>, never, Scope.Scope> = options.idleTimeToLive === Infinity
      ? Pool.makeWithStrategy({ ...bounds, strategy: keepForever })
      : Pool.makeWithTTL({ ...bounds, timeToLive: Duration.millis(options.idleTimeToLive) })
    // Also what the pool does of itself, such as to end idle workers, is done in one go: asked for a worker in the middle of that,
    // it may forget who asks (Effect 4.1.0).
    const pool = yield* Effect.provideService(make, Scheduler.Scheduler, scheduler)
    scheduler.flush()
    return new Lanes(pool, context, scheduler)
  })

const keepForever: Pool.Strategy<Worker, unknown> = {
  run: () => Effect.void,
  onAcquire: () => Effect.void,
  reclaim: () => Effect.undefined
}
