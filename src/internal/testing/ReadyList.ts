import type { Thread } from "./Thread.ts"

/** Why something may go on. */
export type Reason = "forked" | "preempted" | "yielded" | "timer" | "outside"

/** Something that may go on. */
export interface Entry {
  readonly run: () => void
  readonly thread: Thread
  readonly reason: Reason
}

// Often enough to find what goes wrong when a fiber goes on at once after giving way, and not so often that two
// which wait for a third in a loop are let go round for ever.
const mostHurried = 2

/** What may go on, in the order in which it came. */
export class ReadyList {
  private readonly entries: Array<Entry> = []

  get length(): number {
    return this.entries.length
  }

  add(entry: Entry): void {
    this.entries.push(entry)
    entry.thread.entry = entry
  }

  remove(entry: Entry): void {
    if (entry.thread.entry === entry) entry.thread.entry = undefined
    const at = this.entries.indexOf(entry)
    if (at >= 0) this.entries.splice(at, 1)
  }

  clear(): void {
    this.entries.length = 0
  }

  /**
   * Adds the threads to choose from to `into`: first those whose turn it can be by rights. One that gave way of its own has
   * to wait for all that were ready then, or a loop that waits in this way could go on for ever and starve what it waits for
   * (Musuvathi and Qadeer, Fair Stateless Model Checking, PLDI 2008). It still may go first, a few times.
   *
   * Returns how many it can be by rights.
   */
  candidates(into: Array<Thread>): number {
    const { entries } = this
    for (let i = 0; i < entries.length; i++) {
      const { reason, thread } = entries[i]!
      if (reason !== "yielded" || i === 0) into.push(thread)
    }
    const fair = into.length
    for (let i = 1; i < entries.length; i++) {
      const { reason, thread } = entries[i]!
      if (reason === "yielded" && thread.hurried < mostHurried) into.push(thread)
    }
    return fair
  }

  /** The first that came. */
  get first(): Entry | undefined {
    return this.entries[0]
  }
}
