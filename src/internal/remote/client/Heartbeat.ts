import { clearInterval, performance, setInterval } from "../../timers.ts"
import type { CallEntry } from "./Transport.ts"

const tickMillis = 50
/** The number of ticks without a long call. */
const calmTicks = 40
/** How much longer than writing calls down it may take to read them. */
const slowerToRead = 20

export interface HeartbeatOwner {
  /** The call that has been with the worker for longest. */
  readonly oldest: () => CallEntry | undefined
  /** Whether the call runs. A call whose file is being imported does not: others need that file, so it is never cut. */
  readonly hasBegun: (call: CallEntry) => boolean
  /** Whether any of the calls has been taken up, be it by loading its file. */
  readonly isWorking: () => boolean
  readonly watchShare: (isPatient: boolean) => { readonly hadEnough: boolean }
  readonly ping: (count: number) => void
  readonly prepare: (on: boolean) => void
  /** The worker does not answer though it has nothing to do but that. */
  readonly silent: () => void
}

/**
 * Asks a worker that has calls, from time to time, for a sign of life. What its silence means depends on what goes on there.
 *
 * While a task runs, the worker keeps its event loop waiting, as that task may do for an hour. It may have to be cut off some time. Being
 * prepared makes a cut much faster, but all that awaits much slower; so it is for workers that do not await just now.
 *
 * While all calls wait, nobody has any business to keep the event loop from them: what a task has left behind spins, or the
 * process was stopped, or cannot hear any more.
 */
export class Heartbeat {
  private readonly owner: HeartbeatOwner
  private timer: ReturnType<typeof setInterval> | undefined = undefined
  private last: CallEntry | undefined = undefined
  private pings = 0
  private pongs = 0
  private pingedAt = 0
  private calm = 0
  /** The share of the processor since the last ping. */
  private share: { readonly hadEnough: boolean } | undefined = undefined
  private patience: { readonly hadEnough: boolean } | undefined = undefined
  /** The longest time that it took to write down what the worker has to read before it can answer, in milliseconds. */
  private effort = 0
  /** Whether the worker had time enough to answer at the last tick, and had not. */
  private isSuspect = false
  /** Whether the worker keeps its event loop waiting, and has for a while. */
  isLate = false

  constructor(owner: HeartbeatOwner) {
    this.owner = owner
  }

  /** Watches calls that were sent. To write them has taken so long. */
  watch(effort: number): void {
    if (effort > this.effort) this.effort = effort
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
    this.timer = this.last = undefined
    this.effort = 0
  }

  private readonly tick = (): void => {
    const { owner } = this
    const oldest = owner.oldest()
    if (oldest === undefined) return this.close()
    if (oldest !== this.last) {
      this.last = oldest
      this.isLate = false
      this.relax()
    } else if (this.pings === this.pongs) {
      this.share = owner.watchShare(false)
      this.patience = owner.watchShare(true)
      this.pingedAt = performance.now()
      this.isSuspect = false
      owner.ping(++this.pings)
      this.relax()
    } else if (owner.hasBegun(oldest)) {
      if (this.share?.hadEnough === false) return
      this.calm = 0
      this.isLate = true
      owner.prepare(true)
    } else if (!owner.isWorking() && this.patience?.hadEnough !== false && this.hadTimeToRead) {
      // The answer may have come and not been read before this tick, as timers come first and this side may have been busy.
      if (this.isSuspect) owner.silent()
      this.isSuspect = true
    }
  }

  private get hadTimeToRead(): boolean {
    return performance.now() - this.pingedAt >= this.effort * slowerToRead
  }

  private relax(): void {
    if (++this.calm === calmTicks) this.owner.prepare(false)
  }
}
