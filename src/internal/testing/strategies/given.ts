import type { Divergence } from "../Schedule.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** One schedule, which is given: for a replay, and with nothing given the order in which Effect itself would go on. */
export class Given implements Strategy {
  readonly isKnown = false
  readonly isExhaustive = false
  private readonly picks: ReadonlyMap<number, number>
  private made = 0
  private hasRun = false

  constructor(divergences: ReadonlyArray<Divergence> = []) {
    this.picks = new Map(divergences.map(({ at, pick }) => [at, pick]))
  }

  next(): boolean {
    if (this.hasRun) return false
    this.hasRun = true
    return true
  }

  choose({ count }: ChoicePoint): number {
    const pick = this.picks.get(this.made++) ?? 0
    // The program may have another choice here by now. Whether it has is seen by the fingerprint.
    return pick < count ? pick : 0
  }
}
