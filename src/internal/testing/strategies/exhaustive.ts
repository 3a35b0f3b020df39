import { type Bound, BoundedSearch, type LeftOut } from "./BoundedSearch.ts"

/**
 * Every schedule with at most so many preemptions, those with the fewest changes first.
 *
 * The bound is that of CHESS (Musuvathi and Qadeer, Iterative Context Bounding for Systematic Testing of Multithreaded
 * Programs, PLDI 2007). Where many fibers are ready at once, their orders without any preemption are more than anybody can
 * try. So rounds with more and more preemptions come first in which at most one other choice passes over a place in the
 * line. The last round has all that these leave out.
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
    // More than a few are hardly ever needed, and each round runs again what those before had.
    const next = preemptions < 3 ? preemptions + 1 : preemptions * 2
    if (mayPreempt) return { preemptions: Math.min(next, maxPreemptions), delays }
    return forDelays ? { preemptions: maxPreemptions, delays: Infinity } : undefined
  }
}
