import type * as Fiber from "effect/Fiber"
import type { Primitive } from "./primitives.ts"
import type { Site } from "./yieldSites.ts"

/** A fiber of the program, or a task that may begin one: a candidate for a strategy. */
export class FiberState {
  /** The fiber's number, counted from 0, which is the same whenever the same schedule runs. */
  readonly ordinal: number
  /**
   * A name that is the same in other schedules: which fiber made it, at which of that fiber's steps. The ordinal depends on everything
   * before it, but the name does not.
   */
  readonly name: number
  /** How many steps it has done. At the same number, a fiber that took the same branches does the same. */
  steps = 0
  /** How many others it has made within its present step. */
  private made = 0
  private madeAt = -1
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined
  /** The step that it had to postpone. */
  held: Primitive | undefined = undefined
  /** Whether it has just been resumed, and has done nothing visible. */
  isResumed = false
  /** The step that makes the fiber wait. Made when it is first needed. */
  pause: Primitive | undefined = undefined
  /** The entry in the ready list, if it is there. */
  entry: Entry | undefined = undefined
  /** How often it went on although others had waited longer. */
  hurried = 0
  /** The priority, for strategies with priorities. The greatest goes first. */
  priority = Number.NaN
  /** The step for which the priority was drawn. */
  drawnFor = 0
  /** The last two shared objects that it used, and how, and after which of its steps. */
  used = 0
  usedBefore = 0
  usedAt = 0
  /** The place at which it did so. */
  place = 0
  /** When it did its last step, in virtual milliseconds. */
  since = 0
  /** Where it was forked, and where it is now. Known only during a trace. */
  origin: Site | undefined = undefined
  site: Site | undefined = undefined
  /** The turn that it waits for, if no fiber can go on. */
  waitsFor: string | undefined = undefined
  /** The first span that it was in. Known only during a trace. */
  span: string | undefined = undefined
  /** The last step. Known only during a trace. */
  doing: string | undefined = undefined

  constructor(ordinal: number, name: number) {
    this.ordinal = ordinal
    this.name = name
  }

  /** The name of the next thing that this fiber makes. */
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

/** A step of a fiber, recognizable in other schedules. */
export const eventOf = (name: number, step: number): number => mix(name, step)

/** Two numbers as one that hardly any other two give (the finalizer of MurmurHash3). */
const mix = (one: number, other: number): number => {
  let h = Math.imul(one ^ Math.imul(other + 0x9e3779b9, 0x85ebca6b), 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  return (h ^ (h >>> 13)) | 0
}

/** Why an entry may go on. */
type Reason = "forked" | "preempted" | "yielded" | "timer"

// How often a fiber may go first right after it gave way. That finds bugs which need it, and two fibers that wait for a third in a loop
// cannot go round for ever.
const mostHurried = 2

/** A candidate to go on. */
export class Entry {
  readonly run: () => void
  readonly state: FiberState
  readonly reason: Reason
  /** Whether it must wait for all earlier entries, and whether it may go first all the same. */
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
