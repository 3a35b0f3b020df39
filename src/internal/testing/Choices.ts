import type { ReadyList } from "./ReadyList.ts"
import type { Divergence } from "./Schedule.ts"
import type { ChoicePoint, Strategy } from "./strategies/Strategy.ts"
import type { FiberState } from "./FiberState.ts"

const none: ReadonlyArray<FiberState> = []

/** Makes the choices of one schedule: asks the strategy, and keeps the fingerprint. */
export class Choices implements ChoicePoint {
  made = 0
  preemptions = 0
  readonly divergences: Array<Divergence> = []
  /** After how many steps fibers had to give way. */
  readonly gaveWayAfter: Array<number> = []
  private hash = 0
  private readonly strategy: Strategy
  private readonly ready: ReadyList
  // The present choice. One object serves for all choices, because nearly every step is one.
  count = 0
  free = 0
  exhausted: FiberState | undefined = undefined
  private current: FiberState | undefined = undefined
  private outer: ReadonlyArray<FiberState> = none
  private readonly all: Array<FiberState> = []

  constructor(strategy: Strategy, ready: ReadyList) {
    this.strategy = strategy
    this.ready = ready
  }

  get isPreemption(): boolean {
    return this.current !== undefined
  }

  get first(): FiberState {
    return this.current ?? this.outer[0] ?? this.ready.first!.state
  }

  readonly candidates = (): ReadonlyArray<FiberState> => {
    const { all, outer } = this
    let size = 0
    if (this.current !== undefined) all[size++] = this.current
    for (let i = 0; i < outer.length; i++) all[size++] = outer[i]!
    size = this.ready.candidates(all, size)
    // Emptying the array would allocate it again for each choice.
    if (all.length !== size) all.length = size
    return all
  }

  get fingerprint(): number {
    return this.hash >>> 0
  }

  /** No fiber is in the middle of a step: any ready fiber. `undefined` if the strategy finds that the program has changed. */
  amongReady(): FiberState | undefined {
    this.current = this.exhausted = undefined
    this.outer = none
    this.free = this.ready.fairCount
    this.count = this.free + this.ready.unfairCount
    return this.choose()
  }

  /** A fiber could go on. It does, or is preempted by a fiber in whose step it was woken, or by a ready one. */
  preempting(state: FiberState, outer: ReadonlyArray<FiberState>): FiberState | undefined {
    this.current = state
    this.exhausted = undefined
    this.outer = outer
    this.free = 1
    this.count = 1 + outer.length + this.ready.fairCount + this.ready.unfairCount
    return this.choose()
  }

  /** A fiber was woken by the end of another, or by a task. It goes on at once, or waits until all have been woken. */
  waking(state: FiberState, task: FiberState): FiberState | undefined {
    this.current = state
    this.exhausted = undefined
    this.outer = [task]
    this.free = 1
    this.count = 2
    return this.choose()
  }

  /** A fiber has gone on for as long as Effect allows: another one. */
  after(state: FiberState, outer: ReadonlyArray<FiberState>): FiberState | undefined {
    this.current = undefined
    this.exhausted = state
    this.outer = outer
    this.free = outer.length + this.ready.fairCount
    this.count = this.free + this.ready.unfairCount
    return this.choose()
  }

  private choose(): FiberState | undefined {
    const { count, first, free } = this
    if (count === 1) return first
    const at = this.made++
    this.hash = (Math.imul(this.hash, 31) + first.ordinal * 64 + count) | 0
    const pick = this.strategy.choose(this)
    if (pick === undefined || pick === 0) return pick === 0 ? first : undefined
    const state = this.candidates()[pick]!
    // Only schedules that are run again need anchors.
    const isAnchored = this.strategy.isReplay === true
    const anchor = isAnchored ? { fiber: first.name, steps: first.steps, chosen: state.name } : undefined
    this.divergences.push({ at, pick, anchor })
    if (pick >= free) {
      this.preemptions++
      if (this.current !== undefined) this.gaveWayAfter.push(this.current.fiber?.currentOpCount ?? 0)
      if (state.entry?.isPatient === true) state.hurried++
    }
    return state
  }
}
