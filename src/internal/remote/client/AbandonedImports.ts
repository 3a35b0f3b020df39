import { after, type Timer } from "./realTime.ts"
import { clearTimeout } from "../../timers.ts"

/**
 * How long a worker may go on with an import that no task waits for any more, in milliseconds.
 *
 * Other tasks need the file, and would have to import it again elsewhere. A heavy file takes seconds on a busy machine. But an import that
 * never ends must be ended.
 */
const patience = 5000
/** The limit if calls that have begun would end with the worker. */
const longestPatience = 60_000

/**
 * Ends a worker whose import does not end. A call can be revoked while its file is being loaded, without a message to the worker. That does
 * not stop the import, which may be long, or endless.
 */
export class AbandonedImports {
  private readonly timers = new Map<number, Timer | undefined>()
  private readonly isBusy: () => boolean
  private readonly giveUp: () => void

  /** `isBusy` says whether calls have begun there. */
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
    // An import that no task needs must not keep the process alive.
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
