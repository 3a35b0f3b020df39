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
  /** For each slice its lane, start, duration, name, depth and details, or -1 if it has none. */
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

/** How many numbers a slice is. */
export const sliceNumbers = 6
