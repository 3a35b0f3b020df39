import { performance, setImmediate } from "../../../timers.ts"
import type { Doorbell } from "../Doorbell.ts"

/** How long the thread is blocked at a time. */
const sliceMillis = 5
/** The wait right after a call: things that the call left behind wait for a turn of the event loop. */
const briefMillis = 0.1
/** How long calls are done one after the other in this way, before the event loop gets a turn. */
const turnMillis = 2
/** After so long it waits in its event loop instead, which takes longer to wake up. */
const totalMillis = 50

interface IdleOwner {
  /** Takes a message, if there is one. */
  readonly receive: () => boolean
  /** A message came while the thread was blocked. */
  readonly received: () => void
  readonly isIdle: () => boolean
}

/**
 * How a worker waits for its next call.
 *
 * A blocked thread wakes up much faster than one that waits in its event loop. But nothing else happens in it. So it blocks only for a
 * while, and only if it has nothing else open: no timer, no socket.
 */
export class IdleWait {
  private readonly doorbell: Doorbell
  private readonly owner: IdleOwner
  private isDue = false
  private until = 0
  // How many ports and pipes the thread itself has open.
  private baseline = -1

  constructor(doorbell: Doorbell, owner: IdleOwner) {
    this.doorbell = doorbell
    this.owner = owner
  }

  /** Begins to wait, because there is nothing to do. */
  begin(): void {
    this.until = performance.now() + totalMillis
    this.schedule()
  }

  /** Requests its turn again after a cut, which may have lost the first request. */
  reset(): void {
    this.isDue = false
  }

  private schedule(): void {
    if (this.isDue) return
    this.isDue = true
    setImmediate(this.turn)
  }

  // The wait has its own turn, after everything that waited for one.
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
