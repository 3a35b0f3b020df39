import type { Anchor, Divergence } from "../Schedule.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** The only schedule of a replay. */
abstract class OneSchedule implements Strategy {
  readonly isReplay = true
  readonly isPlain: boolean
  private hasRun = false

  constructor(isPlain: boolean) {
    this.isPlain = isPlain
  }

  next(): boolean {
    if (this.hasRun) return false
    this.hasRun = true
    return true
  }

  abstract choose(point: ChoicePoint): number
}

/** Replays a schedule by the numbers of its choices. Without divergences, that is the order in which Effect itself goes on. */
export class Replay extends OneSchedule {
  private readonly picks: ReadonlyMap<number, number>
  private made = 0

  constructor(divergences: ReadonlyArray<Divergence> = [], isPlain = false) {
    super(isPlain)
    this.picks = new Map(divergences.map(({ at, pick }) => [at, pick]))
  }

  choose({ count }: ChoicePoint): number {
    const pick = this.picks.get(this.made++) ?? 0
    // The program may have a different choice here by now. The fingerprint shows that.
    return pick < count ? pick : 0
  }
}

/** Replays a schedule whose divergences are tied to the steps of fibers, so that other choices may come before them. */
export class AnchoredReplay extends OneSchedule {
  private readonly left: Array<Anchor>

  constructor(divergences: ReadonlyArray<Divergence>, isPlain = false) {
    super(isPlain)
    this.left = divergences.flatMap(({ anchor }) => anchor ?? [])
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
