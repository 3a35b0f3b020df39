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

  /** The rest of the round, or of the part, after the present schedule: in at most so many parts of about the same size, in their order. */
  parts(most: number): ReadonlyArray<RoundPart> {
    const { before, bound, made, partFrom: lowest = 0 } = this
    const open: Array<{ readonly at: number; readonly size: number }> = []
    for (let at = made - 1; at >= lowest; at--) {
      const size = this.sizeAt(at)
      if (size > 0) open.push({ at, size })
    }
    let left = open.reduce((sum, { size }) => sum + size, 0)
    const parts: Array<RoundPart> = []
    for (let next = 0; next < open.length; most--) {
      const { at: to } = open[next]!
      const wanted = left / most
      let size = 0
      do size += open[next++]!.size
      while (next < open.length && (most === 1 || size + open[next]!.size / 2 <= wanted))
      left -= size
      parts.push({ bound: bound!, before, choosings: this.choosings(to + 1), from: open[next - 1]!.at, to })
    }
    return parts
  }

  private choosings(end: number): Choosings {
    return {
      chosen: this.chosen.slice(0, end),
      counts: this.counts.slice(0, end),
      frees: this.frees.slice(0, end),
      firsts: this.firsts.slice(0, end),
      spentPreemptions: this.spentPreemptions.slice(0, end),
      spentDelays: this.spentDelays.slice(0, end)
    }
  }

  /** A guess of how many schedules first differ from the present one at this choice: 0 only if there are none. */
  private sizeAt(at: number): number {
    const { delays, preemptions } = this.bound!
    const later = this.made - 1 - at
    let size = 0
    for (let pick = this.chosen[at]! + 1; pick < this.counts[at]!; pick++) {
      if (!this.mayPick(at, pick)) continue
      const isPreemption = pick >= this.frees[at]!
      const spentDelays = this.spentDelays[at]! + this.delaysOf(pick, isPreemption)
      const spentPreemptions = this.spentPreemptions[at]! + (isPreemption ? 1 : 0)
      size += waysToSpend(preemptions === Infinity ? delays - spentDelays : preemptions - spentPreemptions, later)
    }
    return size
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
    for (let at = this.made - 1; at >= (this.partFrom ?? 0); at--) {
      for (let pick = this.chosen[at]! + 1; pick < this.counts[at]!; pick++) {
        if (!this.mayPick(at, pick)) continue
        this.chosen[at] = pick
        this.prefix = at + 1
        return true
      }
    }
    return false
  }

  /** Whether the bound allows it. If not, it is noted as left out. */
  private mayPick(at: number, pick: number): boolean {
    const bound = this.bound!
    const isPreemption = pick >= this.frees[at]!
    const isLeftForPreemptions = this.spentPreemptions[at]! + (isPreemption ? 1 : 0) > bound.preemptions
    const isLeftForDelays = this.spentDelays[at]! + this.delaysOf(pick, isPreemption) > bound.delays
    if (isLeftForPreemptions) this.leftOut.forPreemptions = true
    else if (isLeftForDelays) this.leftOut.forDelays = true
    return !isLeftForPreemptions && !isLeftForDelays
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

/** In how many ways at most so many of the choices can be other than usual: a sum of binomial coefficients. */
const waysToSpend = (most: number, choices: number): number => {
  let ways = 1
  let sum = 1
  for (let spent = 1; spent <= most && spent <= choices; spent++) sum += ways *= (choices - spent + 1) / spent
  return sum
}
