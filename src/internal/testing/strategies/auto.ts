import { Exhaustive } from "./exhaustive.ts"
import { Pct } from "./pct.ts"
import { RandomWalk } from "./random.ts"
import { Reads } from "./reads.ts"
import type { ChoicePoint, Strategy } from "./Strategy.ts"

// The number of schedules of the proof that come first. They take less time than the samples, and find failures with the fewest
// preemptions.
const firstProofs = 100
const firstSamples = 300
// Later, a tenth of the schedules are samples. Most proofs that are not done by then never end, but samples may still find something.
const proofs = 900
const samples = 100

/** The samplers, in turn. */
const turns = ["reads", "pct", "reads", "random"] as const

/** Some schedules of the proof, some hundred samples, and then the proof with samples in between. */
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
    // Schedules that the proof only repeats do not count.
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
    return this.current.isKnown === true
  }

  get accessed(): Strategy["accessed"] {
    return this.current.accessed
  }
}
