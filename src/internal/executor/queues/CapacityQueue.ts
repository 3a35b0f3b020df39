/** A submitter that waits until its executor may have one more pending task. */
export interface CapacityWaiter {
  /** The executor or group that it submits to. */
  readonly submitsTo: object
  /** Whether there is capacity for a task that is submitted there. */
  readonly hasCapacity: () => boolean
  /** The submitter gets the free place: its task is accepted. */
  readonly admit: () => void
  /** The executor was shut down, and never has capacity again. */
  readonly refuse: () => void
}

/** The executor whose capacity the submitters wait for. */
interface Bounded {
  readonly pending: number
  readonly options: { readonly capacity: number }
  readonly admission: { readonly isFree: boolean }
}

/** Submitters that wait for capacity, first come, first served. A `Set` keeps that order and lets each leave in constant time. */
export class CapacityQueue {
  readonly waiters = new Set<CapacityWaiter>()
  private readonly executor: Bounded

  constructor(executor: Bounded) {
    this.executor = executor
  }

  get isEmpty(): boolean {
    return this.waiters.size === 0
  }

  add(waiter: CapacityWaiter): void {
    this.waiters.add(waiter)
  }

  remove(waiter: CapacityWaiter): void {
    this.waiters.delete(waiter)
  }

  /** Admits as many waiters as there is capacity for. */
  admit(): void {
    const { admission, options } = this.executor
    for (const waiter of this.waiters) {
      // Later waiters can only be admitted if there is capacity or a free worker. With a free worker they can, because the first waiter may
      // be of a group at its limit.
      if (this.executor.pending >= options.capacity && !admission.isFree) return
      if (!waiter.hasCapacity()) continue
      this.waiters.delete(waiter)
      waiter.admit()
    }
  }

  /** Refuses the waiters of executors and groups that are closed. */
  refuse(closed: ReadonlySet<object>): void {
    for (const waiter of this.waiters) {
      if (!closed.has(waiter.submitsTo)) continue
      this.waiters.delete(waiter)
      waiter.refuse()
    }
  }
}
