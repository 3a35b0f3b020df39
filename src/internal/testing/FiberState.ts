import type * as Fiber from "effect/Fiber"
import type { Primitive } from "./primitives.ts"
import type { Entry } from "./ReadyList.ts"
import type { Site } from "./yieldSites.ts"

/** A fiber of the program, or what may turn out to be one when it is run: what a strategy chooses between. */
export class FiberState {
  /** Counted from 0 in the order of appearance, which is the same again for the same schedule. */
  readonly ordinal: number
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined
  /** The step that it had to put off. */
  held: Primitive | undefined = undefined
  /** Whether it has just been resumed, and has done nothing yet that anybody could see. */
  isResumed = false
  /** What it does to put it off; made when it first has to. */
  pause: Primitive | undefined = undefined
  /** Its place in the line, while it stands there. */
  entry: Entry | undefined = undefined
  /** How often it was let go on though others had to wait for longer. */
  hurried = 0
  /** For strategies that have some: the greater goes first. */
  priority = Number.NaN
  /** When it did its last step, in milliseconds of the program's time. */
  since = 0
  /** Where it was forked, and where it is now; known only while a trace is made. */
  origin: Site | undefined = undefined
  site: Site | undefined = undefined
  /** Whose turn it waits for when nobody can go on, if it waits for one. */
  waitsFor: string | undefined = undefined
  /** The first span that it was in; known only while a trace is made. */
  span: string | undefined = undefined
  /** What its last step was; known only while a trace is made. */
  doing: string | undefined = undefined

  constructor(ordinal: number) {
    this.ordinal = ordinal
  }

  get hasEnded(): boolean {
    return this.fiber?.pollUnsafe() !== undefined
  }
}
