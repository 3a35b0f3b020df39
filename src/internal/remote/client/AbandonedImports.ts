import { after, type Timer } from "../../after.ts"
import { clearTimeout } from "../../timers.ts"

/**
 * How long a worker may go on with an import that a task no longer waits for, in milliseconds.
 *
 * Others need the file, and would have to begin again elsewhere; a heavy one takes seconds where much goes on. One that
 * never ends has to end some time.
 */
const patience = 5000
/** The patience where calls that have begun would end with the worker. */
const longestPatience = 60_000

/**
 * Ends a worker whose import does not end. A call is revoked while its file is being loaded, without a word to the worker:
 * what may be a long import, and may be an endless one, is not stopped by that.
 */
export class AbandonedImports {
  private readonly timers = new Map<number, Timer | undefined>()
  private readonly isBusy: () => boolean
  private readonly giveUp: () => void

  /** `isBusy` says whether there are calls there that have begun. */
  constructor(isBusy: () => boolean, giveUp: () => void) {
    this.isBusy = isBusy
    this.giveUp = giveUp
  }

  /** The call was revoked while its file was being loaded. */
  watch(id: number, passed = 0): void {
    const timer = after(patience, () => {
      if (this.isBusy() && passed < longestPatience) this.watch(id, passed + patience)
      else this.giveUp()
    })
    // An import that nobody needs keeps no process alive.
    timer?.unref()
    this.timers.set(id, timer)
  }

  has(id: number): boolean {
    return this.timers.has(id)
  }

  /** The worker has loaded the file. */
  ended(id: number): void {
    clearTimeout(this.timers.get(id))
    this.timers.delete(id)
  }

  close(): void {
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }
}
