import * as trampoline from "../trampoline.ts"

interface Watcher {
  readonly condition: () => boolean
  readonly wake: () => void
}

/** Waits for a condition on an executor's books. There are few at a time, so each is asked after each change. */
export class Watchers {
  private readonly watchers = new Set<Watcher>()
  private readonly early = new Set<Watcher>()

  /** An early one is woken before the worker of the task that made it true goes to the next; that must be bookkeeping alone. */
  add(condition: () => boolean, wake: () => void, isEarly = false): () => void {
    const watcher = { condition, wake }
    const watchers = isEarly ? this.early : this.watchers
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  }

  check(): void {
    this.checkEarly()
    if (this.watchers.size === 0) return
    for (const watcher of this.watchers) {
      if (!watcher.condition()) continue
      this.watchers.delete(watcher)
      trampoline.run(watcher.wake)
    }
  }

  checkEarly(): void {
    if (this.early.size === 0) return
    for (const watcher of this.early) {
      if (!watcher.condition()) continue
      this.early.delete(watcher)
      watcher.wake()
    }
  }
}
