import type { Anchor, Divergence } from "../Schedule.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** Replays a schedule by the numbers of its choices. Without divergences, that is the order in which Effect itself goes on. */
export class Replay implements Strategy {
  readonly isKnown = false
  readonly isExhaustive = false
  readonly isReplay = true
  readonly isPlain: boolean
  private readonly picks: ReadonlyMap<number, number>
  private made = 0
  private hasRun = false

  constructor(divergences: ReadonlyArray<Divergence> = [], isPlain = false) {
    this.isPlain = isPlain
    this.picks = new Map(divergences.map(({ at, pick }) => [at, pick]))
  }

  next(): boolean {
    if (this.hasRun) return false
    this.hasRun = true
    return true
  }

  choose({ count }: ChoicePoint): number {
    const pick = this.picks.get(this.made++) ?? 0
    // The program may have a different choice here by now. The fingerprint shows that.
    return pick < count ? pick : 0
  }
}

/** Replays a schedule whose divergences are tied to the steps of fibers, so that other choices may come before them. */
export class AnchoredReplay implements Strategy {
  readonly isKnown = false
  readonly isExhaustive = false
  readonly isReplay = true
  readonly isPlain: boolean
  private readonly left: Array<Anchor>
  private hasRun = false

  constructor(divergences: ReadonlyArray<Divergence>, isPlain = false) {
    this.isPlain = isPlain
    this.left = divergences.flatMap(({ anchor }) => anchor ?? [])
  }

  next(): boolean {
    if (this.hasRun) return false
    this.hasRun = true
    return true
  }

  choose(point: ChoicePoint): number {
    const { first } = point
    const at = this.left.findIndex(({ fiber, steps }) => fiber === first.name && steps === first.steps)
    if (at < 0) return 0
    const { chosen } = this.left[at]!
    const pick = point.candidates().findIndex(({ name }) => name === chosen)
    if (pick >= 0) this.left.splice(at, 1)
    return Math.max(0, pick)
  }
}
