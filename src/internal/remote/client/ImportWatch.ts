import { clearTimeout, setTimeout } from "../../timers.ts"

/**
 * How long a worker may go on with an import that a task no longer waits for, in milliseconds.
 *
 * Others need the file, and would have to begin again elsewhere; a heavy one takes seconds where much goes on. One that
 * never ends has to end some time.
 */
const patience = 5000
/** The same where calls that have begun would end with the worker. */
const longestPatience = 60_000

export interface ImportWatchOwner {
  /** Whether the file of that call is being loaded still. */
  readonly isLoading: (id: number) => boolean
  /** Whether there are calls there that have begun. */
  readonly isBusy: () => boolean
  readonly giveUp: () => void
}

/**
 * Ends a worker whose import does not end. A call is taken back while its file is being loaded, without a word to the worker:
 * what may be a long import, and may be an endless one, is not stopped by that.
 */
export class ImportWatch {
  private readonly owner: ImportWatchOwner
  private timer: ReturnType<typeof setTimeout> | undefined = undefined

  constructor(owner: ImportWatchOwner) {
    this.owner = owner
  }

  /** That call was taken back while its file was being loaded. */
  watch(id: number): void {
    if (this.timer === undefined) this.wait(id, patience)
  }

  private wait(id: number, passed: number): void {
    this.timer = setTimeout(() => {
      this.timer = undefined
      if (!this.owner.isLoading(id)) return
      if (this.owner.isBusy() && passed < longestPatience) this.wait(id, passed + patience)
      else this.owner.giveUp()
    }, patience)
    // What a task has left behind keeps no process alive.
    this.timer.unref()
  }

  close(): void {
    clearTimeout(this.timer)
  }
}
