import { Exhaustive } from "./exhaustive.ts"
import { Pct } from "./pct.ts"
import { RandomWalk } from "./random.ts"
import { Reads } from "./reads.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

// A proof as small as this comes first: it takes less than the samples, and finds a failure with the fewest preemptions.
const firstProofs = 100
const firstSamples = 300
// From then on the proof gives a tenth away. Most proofs that are not done by now never end, and samples still find something.
const proofs = 900
const samples = 100

/** The samplers, in turn. */
const turns = ["reads", "pct", "reads", "random"] as const

/** A few schedules of the proof, a few hundred samples, and then the proof with some samples in between. */
export class Auto implements Strategy {
  readonly isExhaustive = true
  private readonly proof: Exhaustive
  private readonly samplers: Readonly<Record<(typeof turns)[number], Strategy>>
  private current: Strategy
  private counted = 0
  private left = firstProofs
  private isSampling = false
  private rounds = 0
  part = "exhaustive"

  constructor(maxPreemptions: number, seed: number, depth: number) {
    this.proof = this.current = new Exhaustive(maxPreemptions)
    this.samplers = { reads: new Reads(seed), pct: new Pct(seed, depth), random: new RandomWalk(seed) }
  }

  next(): boolean {
    // Schedules that the proof only passes on its way are not counted.
    if (this.counted > 0 && !this.isKnown) this.left--
    this.counted++
    if (this.left <= 0) this.change()
    this.part = this.isSampling ? turns[this.counted % turns.length]! : "exhaustive"
    this.current = this.isSampling ? this.samplers[turns[this.counted % turns.length]!] : this.proof
    return this.current.next()
  }

  private change(): void {
    this.isSampling = !this.isSampling
    if (this.isSampling) this.left = this.rounds++ === 0 ? firstSamples : samples
    else this.left = proofs
  }

  choose(point: ChoicePoint): number | undefined {
    return this.current.choose(point)
  }

  get isKnown(): boolean {
    return this.current.isKnown
  }

  get accessed(): Strategy["accessed"] {
    return this.current.accessed
  }
}
