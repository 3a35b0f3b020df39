import { ThreadPoolJobs } from "./ThreadPoolJobs.ts"

const immediate: (f: () => void) => void =
  typeof setImmediate === "function" ? (f) => void setImmediate(f) : (f) => void setTimeout(f, 0)

/** Lets what a promise brings come, and all that it brings in turn. */
export const turn = (): Promise<void> => new Promise((resolve) => immediate(resolve))

/** Real milliseconds for something from outside to come; and once that was in vain. */
const longWait = 5000
const shortWait = 50

/** How many there are of each kind of what keeps a Node.js process alive: timers, sockets, files that are read. */
const resources = (): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const kind of globalThis.process?.getActiveResourcesInfo?.() ?? []) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/**
 * The things that a program does outside of the world, such as reading a file, in one run.
 *
 * Node.js tells only of how many things it waits for, and not whose they are. What has come up while the program took its
 * steps is its own; of the rest what is more than it was before is taken for its own.
 */
export class ExternalIO {
  private readonly before = resources()
  private readonly own = new Set<string>()
  private readonly jobs = new ThreadPoolJobs()
  private readonly patience: Patience
  private readonly signal: AbortSignal | undefined
  private until: number | undefined = undefined

  constructor(patience: Patience, signal: AbortSignal | undefined) {
    this.patience = patience
    this.signal = signal
  }

  /** Calls `f`, and takes what comes up meanwhile for the program's own. */
  watch<A>(f: () => A): A {
    const before = resources()
    const result = f()
    for (const [kind, count] of resources()) if (count > (before.get(kind) ?? 0)) this.own.add(kind)
    return result
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
    for (const [kind, count] of resources()) {
      if (this.own.has(kind) || count > (this.before.get(kind) ?? 0)) return true
    }
    return false
  }
}

/** How long to wait: not as long once a program has shown that it has something open which never comes to an end. */
export class Patience {
  isSpent = false
}
