import { type Bound, BoundedSearch, type LeftOut } from "./BoundedSearch.ts"

/**
 * Every schedule with at most so many preemptions, starting with the fewest changes.
 *
 * The bound is that of CHESS (Musuvathi and Qadeer, Iterative Context Bounding for Systematic Testing of Multithreaded Programs, PLDI
 * 2007). If many fibers are ready at once, there are too many orders even without preemptions. So there is a round for each number of
 * preemptions, in which at most one other choice skips a place in the list. The last round has all schedules that these leave out.
 */
export class Exhaustive extends BoundedSearch {
  protected readonly first = { preemptions: 0, delays: 1 }
  private readonly maxPreemptions: number

  constructor(maxPreemptions: number) {
    super()
    this.maxPreemptions = maxPreemptions
  }

  protected delaysOf(pick: number, isPreemption: boolean): number {
    return isPreemption ? 0 : pick
  }

  protected raise({ delays, preemptions }: Bound, { forDelays, forPreemptions }: LeftOut): Bound | undefined {
    const { maxPreemptions } = this
    const mayPreempt = forPreemptions && preemptions < maxPreemptions
    // More than a few preemptions are hardly ever needed, and each round repeats the earlier ones.
    const next = preemptions < 3 ? preemptions + 1 : preemptions * 2
    if (mayPreempt) return { preemptions: Math.min(next, maxPreemptions), delays }
    return forDelays ? { preemptions: maxPreemptions, delays: Infinity } : undefined
  }
}
