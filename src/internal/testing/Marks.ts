import * as Context from "effect/Context"

/** In how many schedules marks were reached. */
export class Marks {
  private readonly counts = new Map<string, number>()
  private readonly inSchedule = new Set<string>()

  reach(name: string): void {
    this.inSchedule.add(name)
  }

  /** A schedule has ended; one that does not count forgets what it reached. */
  endSchedule(counts: boolean): void {
    if (this.inSchedule.size === 0) return
    if (counts) for (const name of this.inSchedule) this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    this.inSchedule.clear()
  }

  /** Counts what another place has counted. */
  add(reached: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(reached)) this.counts.set(name, (this.counts.get(name) ?? 0) + count)
  }

  get reached(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts)
  }
}

/** Where the marks of an exploration are counted. */
export const CurrentMarks = Context.Reference<Marks | undefined>("effect-futures/Interleave/Marks", {
  defaultValue: () => undefined
})
