import type * as Fiber from "effect/Fiber"
import type { Primitive } from "./primitives.ts"
import type { Site } from "./yieldSites.ts"

/** A fiber of the program, or what may turn out to be one when it is run: what a strategy chooses between. */
export class FiberState {
  /** Counted from 0 in the order of appearance, which is the same again for the same schedule. */
  readonly ordinal: number
  /**
   * A name that other schedules give it too: which fiber made it, at which of that fiber's own steps. Its ordinal changes
   * with everything that comes before it; its name does not.
   */
  readonly name: number
  /** How many steps it has done. The same fiber does the same at the same step, as long as it took the same branches. */
  steps = 0
  /** How many others it has made within its present step. */
  private made = 0
  private madeAt = -1
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined
  /** The step that it had to put off. */
  held: Primitive | undefined = undefined
  /** Whether it has just been resumed, and has done nothing yet that anybody could see. */
  isResumed = false
  /** The step that puts the fiber off; made when it first has to. */
  pause: Primitive | undefined = undefined
  /** The place of the fiber in the line, while it stands there. */
  entry: Entry | undefined = undefined
  /** How often it was let go on though others had to wait for longer. */
  hurried = 0
  /** For strategies that have some: the greater goes first. */
  priority = Number.NaN
  /** For what its priority was drawn. */
  drawnFor = 0
  /** The shared object that it used last, and the one before, and how; and after which of its steps that was. */
  used = 0
  usedBefore = 0
  usedAt = 0
  /** The place at which it did so. */
  place = 0
  /** When it did its last step, in milliseconds of the program's time. */
  since = 0
  /** Where it was forked, and where it is now; known only while a trace is made. */
  origin: Site | undefined = undefined
  site: Site | undefined = undefined
  /** Whose turn it waits for when nobody can go on, if it waits for one. */
  waitsFor: string | undefined = undefined
  /** The first span that it was in; known only while a trace is made. */
  span: string | undefined = undefined
  /** The last step of the fiber; known only while a trace is made. */
  doing: string | undefined = undefined

  constructor(ordinal: number, name: number) {
    this.ordinal = ordinal
    this.name = name
  }

  /** The name of what this fiber makes next. */
  nameNext(): number {
    if (this.madeAt !== this.steps) {
      this.madeAt = this.steps
      this.made = 0
    }
    return mix(eventOf(this.name, this.steps), ++this.made)
  }

  get hasEnded(): boolean {
    return this.fiber?.pollUnsafe() !== undefined
  }
}

/** A step of a fiber, as it is known from one schedule to the next. */
export const eventOf = (name: number, step: number): number => mix(name, step)

/** Two numbers as one that hardly any other two give (the finalizer of MurmurHash3). */
const mix = (one: number, other: number): number => {
  let h = Math.imul(one ^ Math.imul(other + 0x9e3779b9, 0x85ebca6b), 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  return (h ^ (h >>> 13)) | 0
}

/** Why something may go on. */
export type Reason = "forked" | "preempted" | "yielded" | "timer"

// Often enough to find what goes wrong when a fiber goes on at once after giving way, and not so often that two
// which wait for a third in a loop are let go round for ever.
const mostHurried = 2

/** Something that may go on. */
export class Entry {
  readonly run: () => void
  readonly state: FiberState
  readonly reason: Reason
  /** Whether it has to wait for all that came before, and whether it may go first all the same. */
  readonly isPatient: boolean
  readonly mayHurry: boolean
  constructor(run: () => void, state: FiberState, reason: Reason) {
    this.run = run
    this.state = state
    this.reason = reason
    this.isPatient = reason === "yielded"
    this.mayHurry = this.isPatient && state.hurried < mostHurried
  }
}
