import type { Turns } from "./Turns.ts"
import { clearInterval, setInterval } from "../../timers.ts"

const tickMillis = 50
/** For so many ticks no call has been long. */
const calmTicks = 40

export interface LongRunsOwner {
  /** The number of the call that has been with the worker for longest, 0 if it has none. */
  readonly oldest: () => number
  /** Not while its file is being imported: others need that, so it is never cut. */
  readonly hasBegun: (seq: number) => boolean
  readonly turns: () => Turns
  readonly ping: (count: number) => void
  readonly prepare: () => void
  readonly unprepare: () => void
}

/**
 * Finds out while nobody is in a hurry whether a worker keeps its event loop waiting, as such a call may have to be cut.
 *
 * Being prepared makes a cut much faster, but all that awaits much slower; so it is for workers that do not await just now.
 */
export class LongRuns {
  private readonly owner: LongRunsOwner
  private timer: ReturnType<typeof setInterval> | undefined = undefined
  private last = 0
  private pings = 0
  private pongs = 0
  private calm = 0
  /** Since the last ping. */
  private turns: Turns | undefined = undefined
  /** Whether the worker keeps its event loop waiting, and has for a while. */
  isLate = false

  constructor(owner: LongRunsOwner) {
    this.owner = owner
  }

  /** There is a call. */
  watch(): void {
    if (this.timer !== undefined) return
    this.timer = setInterval(this.tick, tickMillis)
    this.timer.unref()
  }

  answered(count: number): void {
    this.pongs = count
    this.isLate = false
  }

  close(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  private readonly tick = (): void => {
    const oldest = this.owner.oldest()
    if (oldest === 0) {
      this.close()
      this.last = 0
    } else if (oldest !== this.last) {
      this.last = this.owner.hasBegun(oldest) ? oldest : 0
      this.isLate = false
      this.relax()
    } else if (this.pings === this.pongs) {
      this.turns = this.owner.turns()
      this.owner.ping(++this.pings)
      this.relax()
    } else if (this.turns?.hadEnough !== false) {
      this.calm = 0
      this.isLate = true
      this.owner.prepare()
    }
  }

  private relax(): void {
    if (++this.calm === calmTicks) this.owner.unprepare()
  }
}
