import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pool from "effect/Pool"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import type { WorkerEndReason } from "../../../Executor.ts"
import { Alarm } from "../timeouts/Alarm.ts"
import { ImmediateScheduler } from "../ImmediateScheduler.ts"

/** A worker of an executor, as its users see it. */
export class Worker {
  /** The number of the worker, from 1 for each executor. */
  readonly id: number
  /** The name of its machine, if that is another one. */
  readonly machine: string | undefined
  protected reason: WorkerEndReason | undefined = undefined

  constructor(id: number, machine?: string) {
    this.id = id
    this.machine = machine
  }

  /** Why it will end, unless its executor ends. */
  get endReason(): WorkerEndReason | undefined {
    return this.reason
  }

  /** The worker will end. The first reason counts. */
  endsFor(reason: WorkerEndReason): void {
    this.reason ??= reason
  }
}

/** A worker that is held, until it is released. */
export interface Lease {
  readonly worker: Worker
  readonly scope: Scope.Closeable
}

interface WorkerPoolOptions {
  readonly minWorkers: number
  readonly maxWorkers: number
  /** How many leases a worker has at a time, at most. */
  readonly concurrency: number
  /** Milliseconds; `Infinity` keeps idle workers until the end. */
  readonly idleTimeToLive: number
  readonly acquire: Effect.Effect<Worker, unknown, Scope.Scope>
  /** Called for each new worker. */
  readonly onAcquired?: () => void
}

/**
 * The workers of an executor: an Effect `Pool`, which is asked only for as many as can be used. `TaskDispatcher` decides which task gets
 * which of them.
 *
 * Tasks wait in the executor's queue and not here, because a `Pool` wakes its waiters one by one, and is about ten times slower with a
 * hundred thousand of them.
 */
export class WorkerPool {
  private readonly scheduler: ImmediateScheduler
  private readonly pool: Pool.Pool<Worker, unknown>
  private readonly context: Context.Context<never>
  private readonly idleTimeToLive: number
  private readonly alarm: Alarm
  private ownDispatcher: Scheduler.SchedulerDispatcher | undefined = undefined
  constructor(
    pool: Pool.Pool<Worker, unknown>,
    context: Context.Context<never>,
    scheduler: ImmediateScheduler,
    idleTimeToLive: number
  ) {
    this.scheduler = scheduler
    this.pool = pool
    this.context = context
    this.idleTimeToLive = idleTimeToLive
    this.alarm = new Alarm(context, () => this.endIdle())
  }

  /** Turns of the executor's own scheduler. */
  get schedulerDispatcher(): Scheduler.SchedulerDispatcher {
    return (this.ownDispatcher ??= Context.get(this.context, Scheduler.Scheduler).makeDispatcher())
  }

  /** How many workers there are, busy or idle. */
  get size(): number {
    return this.pool.state.items.size - this.pool.state.invalidated.size
  }

  /**
   * Calls back with a worker, or with the reason if none can be had. If a worker is there or can be made at once, that happens before this
   * returns.
   */
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
    if (this.size > this.pool.config.maxSize) this.endSurplus()
    this.watchIdle()
  }

  /** Sets the limit. Surplus workers end now if they are idle, and otherwise when they are released. */
  setMaxWorkers(maxWorkers: number): void {
    // The pool reads its bounds whenever it might grow.
    Object.assign(this.pool.config, { maxSize: maxWorkers })
    this.endSurplus()
  }

  private endSurplus(): void {
    const { config, state } = this.pool
    for (const { exit, refCount } of Array.from(state.items)) {
      if (this.size <= config.maxSize) return
      if (exit._tag === "Failure" || refCount > 0) continue
      exit.value.endsFor("surplus")
      this.invalidate(exit.value)
    }
  }

  /** The worker gets no more work, and ends when its last lease is released. */
  invalidate(worker: Worker): void {
    this.run(Pool.invalidate(this.pool, worker))
    this.scheduler.flush()
  }

  /**
   * Ends idle workers in time. `Pool.makeWithTTL` would sleep in a timer as long as the pool lives, and so keep programs alive that have
   * not closed their executors.
   */
  watchIdle(): void {
    if (this.idleTimeToLive === Infinity || this.alarm.isSet) return
    const oldest = this.oldestIdle
    if (oldest === undefined) return
    const left = oldest.idleSince + this.idleTimeToLive - this.alarm.now()
    // The bounds hold even if the clock was adjusted in the meantime.
    this.alarm.set(Math.min(Math.max(left, 1), this.idleTimeToLive))
  }

  watchNoMore(): void {
    this.alarm.cancel()
  }

  private endIdle(): void {
    const since = this.alarm.now() - this.idleTimeToLive
    for (let item = this.oldestIdle; item !== undefined && item.idleSince <= since; item = this.oldestIdle) {
      item.worker.endsFor("idle")
      this.invalidate(item.worker)
    }
    this.watchIdle()
  }

  /** The worker that has been idle the longest, if there are more workers than needed. */
  private get oldestIdle(): { readonly worker: Worker; readonly idleSince: number } | undefined {
    const { config, state } = this.pool
    const needed = Math.max(config.minSize, Math.ceil(state.usage / config.concurrency))
    if (state.isShuttingDown || this.size <= needed) return undefined
    let oldest: { readonly worker: Worker; readonly idleSince: number } | undefined
    for (const { exit, idleSince, refCount } of state.items) {
      if (exit._tag === "Failure" || refCount > 0) continue
      if (oldest === undefined || idleSince < oldest.idleSince) oldest = { worker: exit.value, idleSince }
    }
    return oldest
  }

  private run<A, E2>(effect: Effect.Effect<A, E2>) {
    return Effect.runForkWith(this.context)(effect, { scheduler: this.scheduler })
  }
}

/** Makes the pool in the scope of the context; it ends its workers when that is closed. */
export const makeWorkerPool = (options: WorkerPoolOptions): Effect.Effect<WorkerPool, never, Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    const { concurrency } = options
    const { acquire, maxWorkers, minWorkers } = options
    // The maximum is above the minimum at first, because a pool whose bounds are the same never reads them again.
    const bounds = { acquire, min: minWorkers, max: Math.max(maxWorkers, minWorkers + 1), concurrency }
    const scheduler = new ImmediateScheduler()
    const made: { pool?: WorkerPool } = {}
    const strategy: Pool.Strategy<Worker, unknown> = {
      run: () => Effect.void,
      onAcquire: ({ exit }) =>
        Effect.sync(() => {
          // The worker may be ready when no task needs it any more.
          made.pool?.watchIdle()
          if (exit._tag === "Success") options.onAcquired?.()
        }),
      reclaim: () => Effect.undefined
    }
    const make = Pool.makeWithStrategy({ ...bounds, strategy })
    // The pool's own work, such as ending idle workers, is one step with this scheduler. If a worker is requested in the middle of that
    // work, the pool may forget the request (Effect 4.1.0).
    const pool = yield* Effect.provideService(make, Scheduler.Scheduler, scheduler)
    scheduler.flush()
    Object.assign(pool.config, { maxSize: maxWorkers })
    const workers = (made.pool = new WorkerPool(pool, context, scheduler, options.idleTimeToLive))
    yield* Effect.addFinalizer(() => Effect.sync(() => workers.watchNoMore()))
    return workers
  })
