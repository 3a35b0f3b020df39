import type { ChoicePoint, Strategy } from "./Strategy.ts"

/**
 * Every schedule with at most so many preemptions, depth first: those with none, then those with one, and so on, so that
 * what fails first fails with as few as it can.
 *
 * The bound is that of CHESS (Musuvathi and Qadeer, Iterative Context Bounding for Systematic Testing of Multithreaded
 * Programs, PLDI 2007). Memory is that of one schedule: a list of its choices.
 */
export class Exhaustive implements Strategy {
  readonly isExhaustive = true
  private readonly maxPreemptions: number
  // Those of the schedule at hand: what was chosen, of how many, how many of these cost nothing, who was the first of
  // them, and what was spent before.
  private readonly chosen: Array<number> = []
  private readonly counts: Array<number> = []
  private readonly frees: Array<number> = []
  private readonly spent: Array<number> = []
  private readonly firsts: Array<number> = []
  // So many choices are given, and so many have been made.
  private prefix = 0
  private made = 0
  private preemptions = 0
  private bound = 0
  private hasBegun = false
  // Whether something was left out for the bound.
  private isBounded = false

  constructor(maxPreemptions: number) {
    this.maxPreemptions = maxPreemptions
  }

  next(): boolean {
    const found = this.hasBegun ? this.advance() || this.raise() : true
    this.hasBegun = true
    this.made = this.preemptions = 0
    return found
  }

  get isKnown(): boolean {
    return this.preemptions < this.bound
  }

  private cost(at: number, pick: number): number {
    return pick < this.frees[at]! ? 0 : 1
  }

  choose({ count, first, free }: ChoicePoint): number | undefined {
    const at = this.made++
    if (at < this.prefix) {
      if (this.counts[at] !== count || this.frees[at] !== free || this.firsts[at] !== first.ordinal) return undefined
      const pick = this.chosen[at]!
      this.preemptions = this.spent[at]! + this.cost(at, pick)
      return pick
    }
    this.spent[at] = this.preemptions
    this.chosen[at] = 0
    this.counts[at] = count
    this.frees[at] = free
    this.firsts[at] = first.ordinal
    return 0
  }

  /** The last choice that can be made otherwise is. */
  private advance(): boolean {
    for (let at = this.made - 1; at >= 0; at--) {
      const pick = this.chosen[at]! + 1
      if (pick >= this.counts[at]!) continue
      if (this.spent[at]! + this.cost(at, pick) > this.bound) {
        this.isBounded = true
        continue
      }
      this.chosen[at] = pick
      this.prefix = at + 1
      return true
    }
    return false
  }

  private raise(): boolean {
    if (!this.isBounded || this.bound >= this.maxPreemptions) return false
    this.bound++
    this.isBounded = false
    this.prefix = 0
    return true
  }
}
