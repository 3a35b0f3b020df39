import { ThreadPoolJobs } from "./ThreadPoolJobs.ts"

const immediate: (f: () => void) => void =
  typeof setImmediate === "function" ? (f) => void setImmediate(f) : (f) => void setTimeout(f, 0)

/** Lets what a promise brings come, and all that it brings in turn. */
export const turn = (): Promise<void> => new Promise((resolve) => immediate(resolve))

/** Real milliseconds for something from outside to come; and once that was in vain. */
const longWait = 5000
const shortWait = 50

/** The kinds of what keeps a Node.js process alive: timers, sockets, files that are read. A kind for each of them. */
const resources = (): ReadonlyArray<string> => globalThis.process?.getActiveResourcesInfo?.() ?? []

/** The kinds of which there are more than there were before. */
const added = (before: ReadonlyArray<string>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const kind of before) counts.set(kind, (counts.get(kind) ?? 0) - 1)
  for (const kind of resources()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return Array.from(counts.keys()).filter((kind) => counts.get(kind)! > 0)
}

/**
 * The things that a program does outside of the world, such as reading a file, in one run.
 *
 * Node.js tells only of how many things it waits for, and not whose they are. What has come up while the program took its
 * steps is its own; of the rest what is more than it was before is taken for its own.
 */
export class ExternalIO {
  private readonly atFirst = resources()
  /** The resources before the program took its last steps, if it still takes them. */
  private before: ReadonlyArray<string> | undefined = this.atFirst
  private readonly own = new Set<string>()
  private readonly jobs = new ThreadPoolJobs()
  private readonly patience: Patience
  private readonly signal: AbortSignal | undefined
  private until: number | undefined = undefined

  constructor(patience: Patience, signal: AbortSignal | undefined) {
    this.patience = patience
    this.signal = signal
  }

  /** The program takes steps from now on. */
  begin(): void {
    this.before ??= resources()
  }

  /** The program waits, and what came up while it took its steps is its own. Most runs end before, and need not be asked. */
  end(): void {
    if (this.before === undefined) return
    for (const kind of added(this.before)) this.own.add(kind)
    this.before = undefined
  }

  /** Whether there may be something yet to wait for. Waits a little. */
  async mayCome(): Promise<boolean> {
    if (!this.isPending()) return false
    this.until ??= Date.now() + (this.patience.isSpent ? shortWait : longWait)
    if (Date.now() > this.until) {
      this.patience.isSpent = true
      return false
    }
    await this.pause()
    return true
  }

  /** A moment, unless nobody wants to wait any more. */
  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.signal?.removeEventListener("abort", end)
        resolve()
      }
      const timer = setTimeout(end, 1)
      this.signal?.addEventListener("abort", end)
    })
  }

  /** Something has come: whatever comes next has as long again. */
  came(): void {
    this.until = undefined
  }

  /** To be called when the run is over. */
  close(): void {
    this.jobs.close()
  }

  private isPending(): boolean {
    if (this.jobs.isPending) return true
    return added(this.atFirst).length > 0 || resources().some((kind) => this.own.has(kind))
  }
}

/** How long to wait: not as long once a program has shown that it has something open which never comes to an end. */
export class Patience {
  isSpent = false
}
