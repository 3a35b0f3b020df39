import { Prng } from "../Prng.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

/** Each candidate is equally likely. */
export class RandomWalk implements Strategy {
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
