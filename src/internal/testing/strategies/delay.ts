import { type Bound, BoundedSearch, type LeftOut } from "./BoundedSearch.ts"

/**
 * Every schedule with at most so many delays, starting with the fewest. Candidates are in a list, and each place that a choice skips is a
 * delay, preemption or not.
 *
 * Delay bounding is from Emmi, Qadeer and Rakamaric, Delay-Bounded Scheduling, POPL 2011. For k choices and d delays there are at most k^d
 * schedules, however many fibers there are.
 */
export class Delay extends BoundedSearch {
  protected readonly first = { preemptions: Infinity, delays: 0 }
  private readonly maxDelays: number

  constructor(maxDelays: number) {
    super()
    this.maxDelays = maxDelays
  }

  protected delaysOf(pick: number): number {
    return pick
  }

  protected raise({ delays, preemptions }: Bound, { forDelays }: LeftOut): Bound | undefined {
    return forDelays && delays < this.maxDelays ? { preemptions, delays: delays + 1 } : undefined
  }
}
