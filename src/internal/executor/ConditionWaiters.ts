import { LazySet } from "../LazySet.ts"
import * as trampoline from "../trampoline.ts"

interface Waiter {
  readonly condition: () => boolean
  readonly wake: () => void
}

/** Waiters for a condition on an executor's state. They are few, so all conditions are checked after each change. */
export class ConditionWaiters {
  private readonly waiters = new LazySet<Waiter>()
  private readonly early = new LazySet<Waiter>()

  /**
   * An early waiter is woken before the worker of the task that made the condition true goes to the next task. Its `wake` must be
   * bookkeeping alone.
   */
  add(condition: () => boolean, wake: () => void, isEarly = false): () => void {
    const waiter = { condition, wake }
    const waiters = isEarly ? this.early : this.waiters
    waiters.add(waiter)
    return () => waiters.delete(waiter)
  }

  check(): void {
    this.checkEarly()
    if (this.waiters.size === 0) return
    for (const waiter of this.waiters) {
      if (!waiter.condition()) continue
      this.waiters.delete(waiter)
      trampoline.run(waiter.wake)
    }
  }

  checkEarly(): void {
    if (this.early.size === 0) return
    for (const waiter of this.early) {
      if (!waiter.condition()) continue
      this.early.delete(waiter)
      waiter.wake()
    }
  }
}
