import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** How much of each kind a schedule may spend. */
export interface Bound {
  /** Choices that take a fiber away which could have gone on. */
  readonly preemptions: number
  /** Places in the line that choices pass over. */
  readonly delays: number
}

/** Why schedules were left out of a round. */
export interface LeftOut {
  readonly forPreemptions: boolean
  readonly forDelays: boolean
}

/** The choices of a schedule, to go on from: of each what was chosen, and of what. */
export interface Choosings {
  readonly chosen: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
  readonly frees: ReadonlyArray<number>
  readonly firsts: ReadonlyArray<number>
  readonly spentPreemptions: ReadonlyArray<number>
  readonly spentDelays: ReadonlyArray<number>
}

/** A part of a round: the schedules that differ from this one at a choice from `from` to `to` first. */
export interface RoundPart {
  readonly bound: Bound
  readonly before: Bound | undefined
  readonly choosings: Choosings
  readonly from: number
  readonly to: number
}

/**
 * Every schedule within a bound, depth first, for a bound that rises: those of the first round, then those that the second
 * adds, and so on. Memory is that of one schedule: a list of its choices.
 */
export abstract class BoundedSearch implements Strategy {
  readonly isExhaustive = true
  // Of each choice of the schedule at hand: what was chosen, of how many, how many of these cost nothing, who was the first of
  // them, and what was spent before.
  private readonly chosen: Array<number> = []
  private readonly counts: Array<number> = []
  private readonly frees: Array<number> = []
  private readonly firsts: Array<number> = []
  private readonly spentPreemptions: Array<number> = []
  private readonly spentDelays: Array<number> = []
  // So many choices are given, and so many have been made.
  private prefix = 0
  private made = 0
  private preemptions = 0
  private delays = 0
  private bound: Bound | undefined = undefined
  private before: Bound | undefined = undefined
  private hasBegun = false
  private leftOut = { forPreemptions: false, forDelays: false }
  /** Choices before this one stay as they are, and there is no other round. */
  private partFrom: number | undefined = undefined

  /** The first bound. */
  protected abstract readonly first: Bound

  /** The bound of the next round, if there is one. */
  protected abstract raise(bound: Bound, leftOut: LeftOut): Bound | undefined

  /** How many delays a choice costs. */
  protected abstract delaysOf(pick: number, isPreemption: boolean): number

  /** Tries this part of a round and no more. */
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

  /** Begins the next round, whose first schedule has the usual choices only; `false` if there is none. */
  nextRound(): boolean {
    const found = this.startRound()
    this.hasBegun = true
    this.made = this.preemptions = this.delays = 0
    return found
  }

  /** The rest of the round, or of the part, after the schedule at hand: in this many parts at the most, in their order. */
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

  /** Another one has tried a part of the round. */
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

  /** Whether a round before had it. */
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

  /** Makes the last choice that can be made otherwise. */
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
