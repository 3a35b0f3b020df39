import type { Access } from "../accesses.ts"
import type { FiberState } from "../FiberState.ts"

/** A moment at which more than one may go on. */
export interface ChoicePoint {
  /** How many may. The first goes on if nobody wants it otherwise. */
  readonly count: number
  /** How many of them, from the first on, can be chosen for nothing; each other is a preemption. */
  readonly free: number
  readonly first: FiberState
  /** All of them. Not worked out unless somebody asks. */
  readonly candidates: () => ReadonlyArray<FiberState>
  /** Whether the first is a fiber in the midst of its steps. */
  readonly isPreemption: boolean
  /** A fiber that has run for so long that it has to let others go on. */
  readonly exhausted: FiberState | undefined
}

/** Hears of what each fiber and task does, as events in one line, and of what orders them apart from objects. */
export interface Follower {
  /** A fiber or task goes on, by a decision; `isNested` if it is within the step of another. */
  begins(state: FiberState, isNested: boolean): void
  /** The fiber performs a step of this kind. */
  performs(state: FiberState, kind: number, isNested: boolean): void
  /** The fiber made a fiber or task that may go on, or woke one. */
  made(state: FiberState): void
  woken(state: FiberState): void
  /** The order of the present event matters to all others. */
  isOrdered(): void
  /** Nobody could go on; what comes now is after all that was. */
  settles(): void
  /** The schedule has ended, with this outcome if the program has; whether there is anybody who could still go on. */
  ends(outcome: number | undefined, isAnyoneLeft: boolean): void
}

/** Decides who goes on, in one schedule after the other. A file of its own for each, with this between it and the world. */
export interface Strategy {
  /** Prepares the next schedule; `false` if there is none. */
  next(): boolean
  /** Which of the point's candidates, or `undefined` if the program is not the one that it was before. */
  choose(point: ChoicePoint): number | undefined
  /** Whether the schedule that has just been run was run before: needed only to find others. */
  readonly isKnown: boolean
  /** Whether every schedule has been run when `next` gives `false`. */
  readonly isExhaustive: boolean
  /** Hears which fiber did what with which shared object, if the strategy wants to know. */
  readonly accessed?: ((state: FiberState, object: object, access: Access) => void) | undefined
  /** Hears of all that happens, if the strategy wants to know. */
  readonly follower?: Follower
  /**
   * Whether who is woken within a step goes on at once or waits until the step is over, and that is all that is decided there. Otherwise
   * another one may be chosen there, too.
   */
  readonly isPlain?: boolean
  /** Whether a known schedule is run again, perhaps to make it shorter. */
  readonly isReplay?: boolean
  /** The fiber that did something else than before although nothing that it knows was different. */
  readonly hidden?: FiberState | undefined
  /** The part that decided the schedule that has just been run, for a strategy that is made of several. */
  readonly part?: string
}
