import type * as Fiber from "effect/Fiber"
import { describe, type Primitive } from "./primitives.ts"
import type { Entry, FiberState } from "./FiberState.ts"
import { yieldSite } from "./sourceText.ts"
import { type Site, watchYields } from "./yieldSites.ts"

/** The steps of a fiber before another fiber did something, or before it came to another place in its source. */
export interface RecordedStep {
  readonly state: FiberState
  readonly site: Site | undefined
  readonly millis: number
  /** Why it went on, unless it simply continued. */
  readonly reason: Entry["reason"] | undefined
  /** Whether it was woken within a step of another fiber. */
  readonly isNested: boolean
  /** The steps, in Effect's words. */
  readonly kinds: Array<string>
  /** Whether it went on because of a choice that is not the usual one. */
  isChosen: boolean
}

// How many steps are recorded. Finding the place in the source takes long, and nobody reads more.
const mostSteps = 3000

/** Records the steps of a schedule, or the last ones if there are many. */
export class TraceRecorder {
  readonly steps: Array<RecordedStep> = []
  private entry: Entry | undefined = undefined
  private count = 0
  private divergences = 0
  private readonly from: number

  /** `total` is the number of steps, if that is known. */
  constructor(total = 0) {
    this.from = Math.max(0, total - mostSteps)
  }

  /** How many steps came before the first recorded one. */
  get skipped(): number {
    return Math.min(this.count, this.from)
  }

  /** Calls `f`, and records the places of fibers in the source in the meantime. */
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

  /** A fiber goes on in the middle of its step, because the fiber that it has woken gives way. */
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
