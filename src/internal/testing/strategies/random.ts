import { Prng } from "../Prng.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** Each candidate is equally likely. */
export class RandomWalk implements Strategy {
  readonly isKnown = false
  readonly isExhaustive = false
  private readonly random: Prng

  constructor(seed: number) {
    this.random = new Prng(seed)
  }

  next(): boolean {
    return true
  }

  choose({ count }: ChoicePoint): number {
    return this.random.below(count)
  }
}
