import type * as Scheduler from "effect/Scheduler"
/**
 * Runs what fibers schedule as soon as `flush` is called, all of it, instead of in a later turn of the event loop.
 *
 * The executor asks its pool for a worker with this, so that where a worker is
 * there at once, as a lane for fibers is, `submit` has it at once: the task is
 * running and not pending when `submit` returns.
 */
export declare class ImmediateScheduler implements Scheduler.Scheduler {
  readonly executionMode: "sync"
  private tasks
  private flushing
  private readonly dispatcher
  readonly flush: () => void
  shouldYield(): boolean
  makeDispatcher(): Scheduler.SchedulerDispatcher
}
