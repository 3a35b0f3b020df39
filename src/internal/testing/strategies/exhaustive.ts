import { type Bound, BoundedSearch, type LeftOut } from "./BoundedSearch.ts"

/**
 * Every schedule with at most so many preemptions, those with the fewest changes first.
 *
 * The bound is that of CHESS (Musuvathi and Qadeer, Iterative Context Bounding for Systematic Testing of Multithreaded
 * Programs, PLDI 2007). Where many fibers are ready at once, their orders without any preemption are more than anybody can
 * try. So choices that cost no preemption have a bound of their own on the way, the number of places in the line that they pass
 * over. Each round raises both; the last rounds raise that one alone, until nothing is left out for it.
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
    if (mayPreempt) return { preemptions: preemptions + 1, delays: delays + 1 }
    return forDelays ? { preemptions: maxPreemptions, delays: delays * 2 } : undefined
  }
}
