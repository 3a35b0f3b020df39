/**
 * What a trace shows, as the page needs it: in JSON, and so small that a hundred thousand tasks are there at once.
 *
 * Times are in microseconds from the start. `page/` has a copy of this type's fields in use, and reads nothing else.
 */
export interface TraceModel {
  readonly title: string
  /** Microseconds since 1970. */
  readonly startedAt: number
  readonly duration: number
  /** An executor, or whatever else has lines of its own. */
  readonly groups: ReadonlyArray<string>
  readonly lanes: ReadonlyArray<Lane>
  /** What slices are called. */
  readonly names: ReadonlyArray<string>
  /** For each slice what `SliceColumn` has. */
  readonly slices: ReadonlyArray<number>
  readonly details: ReadonlyArray<Readonly<Record<string, string | number>>>
  /** From which slice to which there is an arrow. */
  readonly arrows: ReadonlyArray<number>
  readonly counters: ReadonlyArray<Counter>
  /** What the trace says of itself: how much is missing. */
  readonly notes: ReadonlyArray<string>
}

export interface Lane {
  readonly name: string
  readonly group: number
  readonly isWaiting: boolean
}

export interface Counter {
  readonly name: string
  readonly group: number
  /** A time and a value, again and again. */
  readonly points: ReadonlyArray<number>
}

/** The numbers of a slice. Most tasks have succeeded, and need no more than these. */
export const SliceColumn = {
  lane: 0,
  start: 1,
  duration: 2,
  /** A place in `names`. */
  name: 3,
  depth: 4,
  /** The number of its task, or 0. */
  task: 5,
  /** A place in `outcomes`, or -1 if it is not the slice that tells how its task has ended. */
  outcome: 6,
  waited: 7,
  /** A place in `details`, or -1. */
  details: 8
} as const

/** How many numbers a slice is. */
export const sliceNumbers = 9

export { outcomes } from "./TraceChunk.ts"
