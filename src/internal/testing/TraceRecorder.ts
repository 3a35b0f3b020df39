import type * as Fiber from "effect/Fiber"
import { describe, type Primitive } from "./primitives.ts"
import type { Entry, FiberState } from "./FiberState.ts"
import { yieldSite } from "./sourceText.ts"
import { type Site, watchYields } from "./yieldSites.ts"

/** The steps of a fiber before another one did something, or before it came to another place in its source. */
export interface RecordedStep {
  readonly state: FiberState
  readonly site: Site | undefined
  readonly millis: number
  /** Why it went on, if it did not just go on. */
  readonly reason: Entry["reason"] | undefined
  /** Whether it was woken within a step of another fiber. */
  readonly isNested: boolean
  /** The steps, in Effect's words. */
  readonly kinds: Array<string>
  /** Whether it went on because of a choice that is not the usual one. */
  isChosen: boolean
}

// To find out where in its source a fiber is takes long, and nobody reads more.
const mostSteps = 3000

/** Takes down what happens in a schedule: the end of it, if it is long. */
export class TraceRecorder {
  readonly steps: Array<RecordedStep> = []
  private entry: Entry | undefined = undefined
  private count = 0
  private divergences = 0
  private readonly from: number

  /** `total` is how many steps there are going to be, if that is known. */
  constructor(total = 0) {
    this.from = Math.max(0, total - mostSteps)
  }

  /** How many steps came before the first that was taken down. */
  get skipped(): number {
    return Math.min(this.count, this.from)
  }

  /** Calls `f`, and sees where in their source the fibers are meanwhile. */
  watch<A>(f: () => A, current: () => FiberState | undefined): A {
    const heard = (site: Site) => {
      const state = current()
      if (state !== undefined) state.site = yieldSite(site)
    }
    return watchYields(heard, f, () => this.count >= this.from)
  }

  resumed(entry: Entry): void {
    this.entry = entry
  }

  /** A fiber goes on in the midst of a step, since the fiber that the step has woken gives way. */
  back(state: FiberState): void {
    if (this.count < this.from) return
    const last = this.steps.at(-1)
    if (last === undefined || (last.state === state && last.site === state.site)) return
    const { site } = state
    this.steps.push({
      state,
      site,
      millis: last.millis,
      reason: "preempted",
      isNested: false,
      kinds: ["goes on"],
      isChosen: false
    })
  }

  step(state: FiberState, primitive: Primitive, depth: number, divergences: number): void {
    const isChosen = divergences > this.divergences
    this.divergences = divergences
    const reason = this.entry?.state === state ? this.entry.reason : undefined
    this.entry = undefined
    state.span ??= spanOf(state.fiber)
    if (this.count++ < this.from) return
    const last = this.steps.at(-1)
    const kind = describe(primitive)
    state.doing = kind
    if (last !== undefined && last.state === state && last.site === state.site && reason === undefined) {
      last.kinds.push(kind)
      last.isChosen ||= isChosen
      return
    }
    this.steps.push({
      state,
      site: state.site,
      millis: state.since,
      reason,
      isNested: depth > 0,
      kinds: [kind],
      isChosen
    })
  }
}

const names = new WeakMap<Fiber.Fiber<unknown, unknown>, string>()

export const nameFiber = (fiber: Fiber.Fiber<unknown, unknown>, name: string): void => {
  names.set(fiber, name)
}

export const givenName = (fiber: Fiber.Fiber<unknown, unknown>): string | undefined => names.get(fiber)

const spanOf = (fiber: Fiber.Fiber<unknown, unknown> | undefined): string | undefined => {
  const span = fiber?.cache.span
  return span?._tag === "Span" ? span.name : undefined
}
