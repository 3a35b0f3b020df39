import type * as Clock from "effect/Clock"
import { monotonicMillis } from "../executor/events/clocks.ts"

/**
 * How long a task that writes a stream has waited for its reader, which does not count for the task.
 *
 * The deadline of the task does not move in the meantime. When it is over, the task gets the recorded time in addition.
 */
export class ReaderWaits {
  private readonly clock: Clock.Clock
  private since: number | undefined = undefined
  private total = 0
  private whenOver: ((waited: number) => void) | undefined = undefined

  constructor(clock: Clock.Clock) {
    this.clock = clock
  }

  private now(): number {
    return monotonicMillis(this.clock)
  }

  readonly changed = (isWaiting: boolean): void => {
    if (isWaiting) this.since = this.now()
    else if (this.since !== undefined) {
      this.total += this.now() - this.since
      this.since = undefined
      const { total, whenOver } = this
      if (whenOver === undefined) return
      this.whenOver = undefined
      this.total = 0
      whenOver(total)
    }
  }

  /**
   * The deadline is over. Calls `again` with the time that the task has left, now or when it no longer waits. `false` if it has none left.
   */
  prolong(again: (left: number) => void): boolean {
    const isWaiting = this.since !== undefined
    const left = this.total + (isWaiting ? this.now() - this.since! : 0)
    if (left < 1) return false
    this.total = 0
    if (!isWaiting) again(left)
    else {
      this.since = this.now()
      this.whenOver = () => again(left)
    }
    return true
  }
}

const known = new WeakMap<object, ReaderWaits>()

/** Keeps the waits of a task that writes a stream. Few tasks do, so there is no field for it. */
export const keepReaderWaits = (future: object, waits: ReaderWaits): void => {
  known.set(future, waits)
}

export const readerWaitsOf = (future: object): ReaderWaits | undefined => known.get(future)
