import type { Access } from "../accesses.ts"
import type { FiberState } from "../FiberState.ts"

/** A moment at which several fibers can go on. */
export interface ChoicePoint {
  /** How many candidates there are. The first is the usual one. */
  readonly count: number
  /** How many candidates, from the first on, are free. Choosing another one is a preemption. */
  readonly free: number
  readonly first: FiberState
  /** All candidates. Computed only when it is called. */
  readonly candidates: () => ReadonlyArray<FiberState>
  /** Whether the first candidate is in the middle of its steps. */
  readonly isPreemption: boolean
  /** A fiber that has run for so long that it must give way. */
  readonly exhausted: FiberState | undefined
}

/** Gets every event of fibers and tasks, in order, and the orderings that do not come from objects. */
export interface Follower {
  /** A fiber or task goes on, by a decision. `isNested` if that is within the step of another. */
  begins(state: FiberState, isNested: boolean): void
  /** The fiber performs a step of this kind. */
  performs(state: FiberState, kind: number, isNested: boolean): void
  /** The fiber has made or woken a fiber or task, which may go on. */
  made(state: FiberState): void
  woken(state: FiberState): void
  /** The order of the present event relative to all others matters. */
  isOrdered(): void
  /** No fiber could go on, so later events come after all earlier ones. */
  settles(): void
  /** The schedule has ended, with this outcome if the program has ended, and with or without fibers that could go on. */
  ends(outcome: number | undefined, isAnyoneLeft: boolean): void
}

/** Chooses schedules, one after the other. Each strategy is a file, which is connected to the rest only by this interface. */
export interface Strategy {
  /** Prepares the next schedule; `false` if there is none. */
  next(): boolean
  /** Returns the index of a candidate, or `undefined` if the program is not the same as before. */
  choose(point: ChoicePoint): number | undefined
  /** Whether the last schedule was run before, and was needed only to find others. */
  readonly isKnown?: boolean
  /** Whether every schedule has been run when `next` gives `false`. */
  readonly isExhaustive?: boolean
  /** Gets each access to a shared object, if the strategy needs that. */
  readonly accessed?: ((state: FiberState, object: object, access: Access) => void) | undefined
  /** Gets all events, if the strategy needs them. */
  readonly follower?: Follower
  /**
   * Whether a fiber that is woken within a step either goes on at once or waits until the step is over, as the only choice there. Otherwise
   * another fiber may be chosen, too.
   */
  readonly isPlain?: boolean
  /** Whether a known schedule is run again, possibly to shrink it. */
  readonly isReplay?: boolean
  /** The fiber that did something different from before, although it knew the same. */
  readonly hidden?: FiberState | undefined
  /** The part that chose the last schedule, for a strategy that consists of several. */
  readonly part?: string
}
