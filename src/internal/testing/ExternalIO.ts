import { ThreadPoolJobs } from "./ThreadPoolJobs.ts"

const immediate: (f: () => void) => void =
  typeof setImmediate === "function" ? (f) => void setImmediate(f) : (f) => void setTimeout(f, 0)

/** Waits until the effects of a settled promise have run, including those of further promises. */
export const turn = (): Promise<void> => new Promise((resolve) => immediate(resolve))

/** How many real milliseconds to wait for something from outside, and how many once that was in vain. */
const longWait = 5000
const shortWait = 50

/** The kinds of resources that keep a Node.js process alive: timers, sockets, open files. One entry for each resource. */
const resources = (): ReadonlyArray<string> => globalThis.process?.getActiveResourcesInfo?.() ?? []

/** The kinds of which there are more than before. */
const added = (before: ReadonlyArray<string>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const kind of before) counts.set(kind, (counts.get(kind) ?? 0) - 1)
  for (const kind of resources()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return Array.from(counts.keys()).filter((kind) => counts.get(kind)! > 0)
}

/**
 * Real I/O of a program in one run, such as reading a file.
 *
 * Node.js only tells how many resources of each kind it waits for, and not whose they are. Resources that came up while the program took
 * its steps are its own. Of the others, all that are more than before count as its own.
 */
export class ExternalIO {
  private readonly atFirst = resources()
  /** The resources before the program's last steps, while it takes steps. */
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

  /** The program waits. Resources that came up during its steps are its own. Most runs end before, and never ask. */
  end(): void {
    if (this.before === undefined) return
    for (const kind of added(this.before)) this.own.add(kind)
    this.before = undefined
  }

  /** Waits a little, and returns whether something may still arrive. */
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

  /** Waits for a moment, unless the search is stopped. */
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

  /** Something has arrived. The next wait has its whole time again. */
  came(): void {
    this.until = undefined
  }

  /** Called when the run is over. */
  close(): void {
    this.jobs.close()
  }

  private isPending(): boolean {
    if (this.jobs.isPending) return true
    return added(this.atFirst).length > 0 || resources().some((kind) => this.own.has(kind))
  }
}

/** How long to wait. The time is short once a program has left something open that never ends. */
export class Patience {
  isSpent = false
}
