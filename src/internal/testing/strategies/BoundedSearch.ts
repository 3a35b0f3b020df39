import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** How many preemptions and delays a schedule may have. */
export interface Bound {
  /** Switches away from a fiber that could have gone on. */
  readonly preemptions: number
  /** Places in the list that choices skip. */
  readonly delays: number
}

/** Why schedules were left out of a round. */
export interface LeftOut {
  readonly forPreemptions: boolean
  readonly forDelays: boolean
}

/** The choices of a schedule, from which a search continues: the candidate that was chosen, and of how many. */
interface Choosings {
  readonly chosen: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
  readonly frees: ReadonlyArray<number>
  readonly firsts: ReadonlyArray<number>
  readonly spentPreemptions: ReadonlyArray<number>
  readonly spentDelays: ReadonlyArray<number>
}

/** A part of a round: the schedules that first differ from this one at a choice between `from` and `to`. */
export interface RoundPart {
  readonly bound: Bound
  readonly before: Bound | undefined
  readonly choosings: Choosings
  readonly from: number
  readonly to: number
}

/**
 * Every schedule within a bound, depth first. The bound rises from round to round, and each round adds the schedules that it allows. The
 * memory is that of one schedule: a list of its choices.
 */
export abstract class BoundedSearch implements Strategy {
  readonly isExhaustive = true
  // For each choice of the present schedule: the chosen candidate, the number of candidates, how many of them are free, the first of them,
  // and the cost so far.
  private readonly chosen: Array<number> = []
  private readonly counts: Array<number> = []
  private readonly frees: Array<number> = []
  private readonly firsts: Array<number> = []
  private readonly spentPreemptions: Array<number> = []
  private readonly spentDelays: Array<number> = []
  // How many choices are given, and how many have been made.
  private prefix = 0
  private made = 0
  private preemptions = 0
  private delays = 0
  private bound: Bound | undefined = undefined
  private before: Bound | undefined = undefined
  private hasBegun = false
  private leftOut = { forPreemptions: false, forDelays: false }
  /** Earlier choices stay as they are, and there is no other round. */
  private partFrom: number | undefined = undefined

  /** The first bound. */
  protected abstract readonly first: Bound

  /** The bound of the next round, if there is one. */
  protected abstract raise(bound: Bound, leftOut: LeftOut): Bound | undefined

  /** How many delays a choice costs. */
  protected abstract delaysOf(pick: number, isPreemption: boolean): number

  /** Tries only this part of a round. */
  take({ before, bound, choosings, from, to }: RoundPart): void {
    this.bound = bound
    this.before = before
    this.partFrom = from
    this.hasBegun = true
    this.made = to + 1
    this.chosen.push(...choosings.chosen)
    this.counts.push(...choosings.counts)
    this.frees.push(...choosings.frees)
    this.firsts.push(...choosings.firsts)
    this.spentPreemptions.push(...choosings.spentPreemptions)
    this.spentDelays.push(...choosings.spentDelays)
  }

  /** Begins the next round, whose first schedule has only the usual choices. `false` if there is none. */
  nextRound(): boolean {
    const found = this.startRound()
    this.hasBegun = true
    this.made = this.preemptions = this.delays = 0
    return found
  }

  /** The rest of the round, or of the part, after the present schedule: in at most so many parts, in their order. */
  parts(most: number): ReadonlyArray<RoundPart> {
    const { before, bound, made, partFrom: lowest = 0 } = this
    const size = Math.ceil((made - lowest) / most)
    const parts: Array<RoundPart> = []
    for (let to = made - 1; to >= lowest; to -= size) {
      const end = to + 1
      const choosings = {
        chosen: this.chosen.slice(0, end),
        counts: this.counts.slice(0, end),
        frees: this.frees.slice(0, end),
        firsts: this.firsts.slice(0, end),
        spentPreemptions: this.spentPreemptions.slice(0, end),
        spentDelays: this.spentDelays.slice(0, end)
      }
      parts.push({ bound: bound!, before, choosings, from: Math.max(lowest, end - size), to })
    }
    return parts
  }

  /** Schedules that were left out of the round. */
  get left(): LeftOut {
    return this.leftOut
  }

  /** Another search has tried a part of the round. */
  leaves({ forDelays, forPreemptions }: LeftOut): void {
    this.leftOut.forDelays ||= forDelays
    this.leftOut.forPreemptions ||= forPreemptions
  }

  next(): boolean {
    const isPart = this.partFrom !== undefined
    const found = this.hasBegun ? this.advance() || (!isPart && this.startRound()) : this.startRound()
    this.hasBegun = true
    this.made = this.preemptions = this.delays = 0
    return found
  }

  /** Whether an earlier round included it. */
  get isKnown(): boolean {
    const { before } = this
    return before !== undefined && this.preemptions <= before.preemptions && this.delays <= before.delays
  }

  choose({ count, first, free }: ChoicePoint): number | undefined {
    const at = this.made++
    if (at < this.prefix) {
      if (this.counts[at] !== count || this.frees[at] !== free || this.firsts[at] !== first.ordinal) return undefined
      const pick = this.chosen[at]!
      this.preemptions = this.spentPreemptions[at]! + (pick < free ? 0 : 1)
      this.delays = this.spentDelays[at]! + this.delaysOf(pick, pick >= free)
      return pick
    }
    this.spentPreemptions[at] = this.preemptions
    this.spentDelays[at] = this.delays
    this.chosen[at] = 0
    this.counts[at] = count
    this.frees[at] = free
    this.firsts[at] = first.ordinal
    return 0
  }

  /** Changes the last choice that can be made differently. */
  private advance(): boolean {
    const bound = this.bound!
    for (let at = this.made - 1; at >= (this.partFrom ?? 0); at--) {
      const free = this.frees[at]!
      for (let pick = this.chosen[at]! + 1; pick < this.counts[at]!; pick++) {
        const preemptions = this.spentPreemptions[at]! + (pick < free ? 0 : 1)
        const delays = this.spentDelays[at]! + this.delaysOf(pick, pick >= free)
        if (preemptions > bound.preemptions || delays > bound.delays) {
          if (preemptions > bound.preemptions) this.leftOut.forPreemptions = true
          else this.leftOut.forDelays = true
          continue
        }
        this.chosen[at] = pick
        this.prefix = at + 1
        return true
      }
    }
    return false
  }

  private startRound(): boolean {
    const bound = this.bound === undefined ? this.first : this.raise(this.bound, this.leftOut)
    if (bound === undefined) return false
    this.before = this.bound
    this.bound = bound
    this.leftOut = { forPreemptions: false, forDelays: false }
    this.prefix = 0
    return true
  }
}
