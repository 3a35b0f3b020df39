import { type Bound, BoundedSearch, type LeftOut } from "./BoundedSearch.ts"

/**
 * Every schedule with at most so many delays, those with the fewest first. Who may go on stands in a line, and each place of
 * it that a choice passes over is a delay, whether the choice is a preemption or not.
 *
 * Delay bounding is from Emmi, Qadeer and Rakamaric, Delay-Bounded Scheduling, POPL 2011. For k choices and d delays there are
 * at most k^d schedules, however many fibers there are.
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
