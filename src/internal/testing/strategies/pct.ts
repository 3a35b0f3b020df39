import { Prng } from "../Prng.ts"
import type { FiberState } from "../FiberState.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

/**
 * Probabilistic concurrency testing. Each fiber gets a random priority, and the greatest goes on. At `depth - 1` random steps, the fiber
 * with its turn gets the lowest priority.
 *
 * A schedule finds a bug that needs `depth` steps in a certain order with a probability of at least 1 / (n * k^(depth - 1)) for n fibers
 * and k steps (Burckhardt, Kothari, Musuvathi and Nagarakatte, A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS
 * 2010).
 */
export class Pct implements Strategy {
  private readonly random: Prng
  private readonly depth: number
  // The longest schedule so far stands for k.
  private longest = 1
  private made = 0
  private lowest = 0
  private readonly changes = new Set<number>()

  constructor(seed: number, depth: number) {
    this.random = new Prng(seed)
    this.depth = depth
  }

  next(): boolean {
    this.longest = Math.max(this.longest, this.made)
    this.made = 0
    this.lowest = 0
    this.changes.clear()
    for (let i = 1; i < this.depth; i++) this.changes.add(this.random.below(this.longest))
    return true
  }

  choose(point: ChoicePoint): number {
    const { exhausted, first, free, isPreemption } = point
    const candidates = point.candidates()
    for (let i = 0; i < candidates.length; i++) {
      const state = candidates[i]!
      if (Number.isNaN(state.priority)) state.priority = this.random.next()
    }
    if (this.changes.has(this.made++) && isPreemption) this.lower(first)
    if (exhausted !== undefined) this.lower(exhausted)
    // Fibers after these gave way by themselves, so they come after all others.
    const among = isPreemption ? candidates.length : free
    let best = 0
    for (let i = 1; i < among; i++) if (candidates[i]!.priority > candidates[best]!.priority) best = i
    return best
  }

  private lower(state: FiberState): void {
    state.priority = --this.lowest
  }
}
