import { performance } from "../../timers.ts"

/** How often the memory is measured, in milliseconds. A measurement takes some microseconds. */
const askedEvery = 10

/** Measures the memory of a worker between its tasks. */
export class MemoryWatch {
  private readonly bytes: () => number
  private readonly limit: number
  private askedAt = -Infinity
  private isTold = false

  constructor(limit: number, bytes: () => number) {
    this.limit = limit
    this.bytes = bytes
  }

  /** Whether the memory is above the limit, for the first time. */
  isOver(): boolean {
    const now = performance.now()
    if (this.isTold || now - this.askedAt < askedEvery) return false
    this.askedAt = now
    this.isTold = this.bytes() > this.limit
    return this.isTold
  }
}
