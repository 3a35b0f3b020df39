import { clearInterval, performance, setInterval } from "../../timers.ts"
import type { CallEntry } from "./Transport.ts"

const tickMillis = 50
/** After so many ticks without a long call, the heartbeat stops. */
const calmTicks = 40
/** How much longer reading calls may take than writing them. */
const slowerToRead = 20

interface HeartbeatOwner {
  /** The call that the worker has had for the longest time. */
  readonly oldest: () => CallEntry | undefined
  /** Whether the call runs. A call whose file is being imported does not, and is never cut, because other calls need the file. */
  readonly hasBegun: (call: CallEntry) => boolean
  /** Whether the worker has come to any of its calls, even if it only loads a file. */
  readonly isWorking: () => boolean
  readonly watchShare: (isPatient: boolean) => { readonly hadEnough: boolean }
  readonly ping: (count: number) => void
  readonly prepare: (on: boolean) => void
  /** The worker does not answer although no task runs there. */
  readonly silent: () => void
}

/**
 * Pings a worker that has calls. The meaning of its silence depends on what it does.
 *
 * A running task may block the event loop for an hour, and may have to be cut. Preparing for a cut makes it much faster, but makes each
 * `await` much slower. So only workers that do not answer are prepared.
 *
 * While all calls wait, nothing should block the event loop. If the worker is silent then, code that a task has left behind is in a loop,
 * the process was stopped, or it has closed its pipe.
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
  /** The share, too, but `hadEnough` only after ample time: for a worker that should be idle. */
  private patience: { readonly hadEnough: boolean } | undefined = undefined
  /** The longest time that it took to write calls, in milliseconds. The worker must read those before it can answer. */
  private effort = 0
  /** Whether the worker had not answered at the last tick, although it had had the time to. */
  private isSuspect = false

  constructor(owner: HeartbeatOwner) {
    this.owner = owner
  }

  /** Watches calls that were sent. `effort` is how long it took to write them. */
  watch(effort: number): void {
    if (effort > this.effort) this.effort = effort
    if (this.timer !== undefined) return
    this.timer = setInterval(this.tick, tickMillis)
    this.timer.unref()
  }

  answered(count: number): void {
    this.pongs = count
  }

  close(): void {
    clearInterval(this.timer)
    this.timer = this.last = undefined
    this.effort = 0
  }

  /** Whether the worker has had the time to answer the last ping, and did not. */
  get isLate(): boolean {
    return this.pings !== this.pongs && this.share?.hadEnough !== false
  }

  private readonly tick = (): void => {
    const { owner } = this
    const oldest = owner.oldest()
    if (oldest === undefined) return this.close()
    if (oldest !== this.last) {
      this.last = oldest
      this.relax()
    } else if (this.pings === this.pongs) {
      this.share = owner.watchShare(false)
      this.patience = owner.watchShare(true)
      this.pingedAt = performance.now()
      this.isSuspect = false
      owner.ping(++this.pings)
      this.relax()
    } else if (owner.hasBegun(oldest)) {
      if (!this.isLate) return
      this.calm = 0
      owner.prepare(true)
    } else if (!owner.isWorking() && this.patience?.hadEnough !== false && this.hadTimeToRead) {
      // The answer may have arrived before this tick without having been read, because timers come first and this side may have been busy.
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
