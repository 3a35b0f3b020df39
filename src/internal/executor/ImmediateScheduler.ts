import type * as Scheduler from "effect/Scheduler"

/**
 * Runs everything that fibers schedule as soon as `flush` is called, and not in a later turn of the event loop.
 *
 * The executor asks its pool for a worker with this scheduler. If a worker is there at once, as a lane for fibers is, the task is running
 * and not pending when `submit` returns.
 */
export class ImmediateScheduler implements Scheduler.Scheduler {
  readonly executionMode = "sync" as const
  private tasks: Array<() => void> = []
  private flushing = false
  private readonly dispatcher: Scheduler.SchedulerDispatcher = {
    scheduleTask: (task) => {
      this.tasks.push(task)
      // Code outside has resumed a fiber, so no `flush` will follow.
      if (this.tasks.length === 1 && !this.flushing) queueMicrotask(this.flush)
    },
    flush: () => this.flush()
  }

  readonly flush = (): void => {
    if (this.flushing) return
    this.flushing = true
    try {
      for (let i = 0; i < this.tasks.length; i++) this.tasks[i]!()
    } finally {
      this.tasks = []
      this.flushing = false
    }
  }

  shouldYield(): boolean {
    return false
  }

  makeDispatcher(): Scheduler.SchedulerDispatcher {
    return this.dispatcher
  }
}
