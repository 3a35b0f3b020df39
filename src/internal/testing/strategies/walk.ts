import type { FiberState } from "../FiberState.ts"
import { Prng } from "../Prng.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

// The guess for a fiber that was in no schedule before.
const unknownSteps = 10

/**
 * A random walk in which all orders of the steps are about equally likely: a fiber with many steps left is more likely to go on. If all
 * were equally likely, a fiber with few steps would end before others have come far.
 *
 * This is the uniform random walk of Selectively Uniform Concurrency Testing (SURW, ASPLOS 2025), without its selection of steps. The
 * number of a fiber's steps is the largest so far.
 */
export class UniformWalk implements Strategy {
  private readonly random: Prng
  private readonly steps = new Map<number, number>()
  private readonly seen = new Map<number, FiberState>()
  private readonly weights: Array<number> = []

  constructor(seed: number) {
    this.random = new Prng(seed)
  }

  next(): boolean {
    for (const [name, { steps }] of this.seen) this.steps.set(name, Math.max(this.steps.get(name) ?? 0, steps))
    this.seen.clear()
    return true
  }

  choose(point: ChoicePoint): number {
    const candidates = point.candidates()
    const { weights } = this
    let sum = 0
    for (let i = 0; i < candidates.length; i++) {
      const state = candidates[i]!
      this.seen.set(state.name, state)
      sum += weights[i] = Math.max(1, (this.steps.get(state.name) ?? unknownSteps) - state.steps)
    }
    let left = this.random.next() * sum
    for (let i = 0; i < candidates.length; i++) if ((left -= weights[i]!) < 0) return i
    return candidates.length - 1
  }
}
