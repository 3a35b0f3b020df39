import * as Context from "effect/Context"

/** Counts in how many schedules each mark was reached. */
export class Marks {
  private readonly counts = new Map<string, number>()
  private readonly inSchedule = new Set<string>()

  reach(name: string): void {
    this.inSchedule.add(name)
  }

  /** A schedule has ended. If it does not count, its marks are forgotten. */
  endSchedule(counts: boolean): void {
    if (this.inSchedule.size === 0) return
    if (counts) for (const name of this.inSchedule) this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    this.inSchedule.clear()
  }

  /** Adds the counts of another thread. */
  add(reached: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(reached)) this.counts.set(name, (this.counts.get(name) ?? 0) + count)
  }

  get reached(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts)
  }
}

/** The counter of marks of an exploration. */
export const CurrentMarks = Context.Reference<Marks | undefined>("effect-futures/Interleave/Marks", {
  defaultValue: () => undefined
})
