import { performance, setImmediate } from "../../../timers.ts"
import type { Doorbell } from "../Doorbell.ts"

/** How long the thread is blocked at a time. */
const sliceMillis = 5
/** The wait right after a call: what that has left behind waits for its turn in the event loop. */
const briefMillis = 0.1
/** How long calls are done one after the other like that, before the event loop gets its turn. */
const turnMillis = 2
/** How long it goes on like that before it waits in its event loop, which takes longer to wake up. */
const totalMillis = 50

export interface IdleOwner {
  /** Takes a message, if there is one. */
  readonly receive: () => boolean
  /** A message came while the thread was blocked. */
  readonly received: () => void
  readonly isIdle: () => boolean
}

/**
 * How a worker waits for its next call.
 *
 * A thread that blocks wakes up much faster than one that waits in its event loop. But nothing else happens in it meanwhile, so it
 * does that only while there is nothing else: no timer, no socket, nothing under way. And not for long.
 */
export class IdleWait {
  private readonly doorbell: Doorbell
  private readonly owner: IdleOwner
  private isDue = false
  private until = 0
  // Ports and pipes that the thread has open of its own.
  private baseline = -1

  constructor(doorbell: Doorbell, owner: IdleOwner) {
    this.doorbell = doorbell
    this.owner = owner
  }

  /** Begins to wait: nothing is to be done now. */
  begin(): void {
    this.until = performance.now() + totalMillis
    this.schedule()
  }

  /** Asks again after a cut, which may have lost the turn that was asked for. */
  reset(): void {
    this.isDue = false
  }

  private schedule(): void {
    if (this.isDue) return
    this.isDue = true
    setImmediate(this.turn)
  }

  // The wait has a turn of its own, after whatever waited for one.
  private readonly turn = (): void => {
    this.isDue = false
    if (!this.owner.isIdle()) return
    const open = process.getActiveResourcesInfo().length
    if (this.baseline < 0) this.baseline = open
    if (open > this.baseline) return
    if (!this.doorbell.sleep(sliceMillis, this.owner.receive)) {
      if (performance.now() < this.until) this.schedule()
      return
    }
    const until = performance.now() + turnMillis
    do this.owner.received()
    while (this.owner.isIdle() && performance.now() < until && this.doorbell.sleep(briefMillis, this.owner.receive))
  }
}
