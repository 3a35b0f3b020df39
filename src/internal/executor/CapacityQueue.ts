/** A submitter that waits until its executor has room for one more pending task. */
export interface CapacityWaiter {
  /** Where it submits: the executor or a group on it. */
  readonly submitsTo: object
  /** Whether there is room for one that submits there. */
  readonly hasCapacity: () => boolean
  /** There is room, and it is this one's. */
  readonly admit: () => void
  /** There will be no room: the executor was shut down. */
  readonly refuse: () => void
}

/** Submitters that wait for room, first come first served. A `Set` keeps that order and lets one leave at once. */
export class CapacityQueue {
  readonly waiters = new Set<CapacityWaiter>()

  get isEmpty(): boolean {
    return this.waiters.size === 0
  }

  add(waiter: CapacityWaiter): void {
    this.waiters.add(waiter)
  }

  remove(waiter: CapacityWaiter): void {
    this.waiters.delete(waiter)
  }
}
