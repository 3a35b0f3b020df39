import * as trampoline from "../trampoline.ts"

interface Watcher {
  readonly condition: () => boolean
  readonly wake: () => void
}

/** Waits for a condition on an executor's books. There are few at a time, so each is asked after each change. */
export class Watchers {
  private readonly watchers = new Set<Watcher>()

  add(condition: () => boolean, wake: () => void): () => void {
    const watcher = { condition, wake }
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  check(): void {
    if (this.watchers.size === 0) return
    for (const watcher of this.watchers) {
      if (!watcher.condition()) continue
      this.watchers.delete(watcher)
      trampoline.run(watcher.wake)
    }
  }
}
