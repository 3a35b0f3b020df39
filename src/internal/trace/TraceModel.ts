import { type ColumnShape, joinColumns, type NumberColumn, splitColumns } from "./NumberColumn.ts"

/** The model of a trace, as the page needs it. Times are in microseconds from the start. */
export interface TraceModel extends TraceTexts {
  readonly slices: Slices
  /** The slices that each arrow connects. */
  readonly arrows: { readonly from: NumberColumn; readonly to: NumberColumn }
  readonly counters: ReadonlyArray<Counter>
}

/** The small parts of the model. */
interface TraceTexts {
  /** Whether it is of `Trace.interleave`: its slices are steps in their order, and take no time. */
  readonly isSchedule: boolean
  readonly title: string
  /** Microseconds since 1970. */
  readonly startedAt: number
  readonly duration: number
  /** Executors, and anything else that has lines. */
  readonly groups: ReadonlyArray<string>
  readonly lanes: ReadonlyArray<Lane>
  /** The names of slices. */
  readonly names: ReadonlyArray<string>
  readonly details: ReadonlyArray<Readonly<Record<string, string | number>>>
  /** Notes on the trace, such as how much is missing. */
  readonly notes: ReadonlyArray<string>
}

/** The length of a drawn step of a schedule, in microseconds. Only the order of steps counts. */
export const stepMicros = 100

/** So many task numbers are of the first program, so many of the next, and so on. */
export const tasksOfProgram = 2 ** 32

export interface Lane {
  readonly name: string
  readonly group: number
  readonly isWaiting: boolean
}

const sliceColumns = ["lane", "start", "duration", "name", "depth", "task", "outcome", "waited", "details"] as const

/**
 * The slices in the order of their starts, a column for each of their numbers. `name` is a place in `names`, `task` the number of its task or 0.
 * `outcome` is a place in `outcomes` plus 1, or 0 if the slice is not the one that tells how its task has ended; `details` is a place in
 * `details` plus 1, or 0 for none.
 */
export type Slices = Readonly<Record<(typeof sliceColumns)[number], NumberColumn>>

export interface Counter {
  readonly name: string
  readonly group: number
  readonly times: NumberColumn
  readonly values: NumberColumn
}

/** A model in the form that the page contains: small parts as JSON, and all columns in one piece. */
export interface PackedTrace {
  readonly texts: TraceTexts & {
    readonly counters: ReadonlyArray<{ readonly name: string; readonly group: number }>
    readonly columns: ReadonlyArray<ColumnShape>
  }
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A hundred thousand tasks as JSON took a browser over a second to read. */
export const packModel = ({ arrows, counters, slices, ...texts }: TraceModel): PackedTrace => {
  const { bytes, shapes } = joinColumns([
    ...sliceColumns.map((column) => slices[column]),
    arrows.from,
    arrows.to,
    ...counters.flatMap(({ times, values }) => [times, values])
  ])
  return {
    texts: { ...texts, counters: counters.map(({ group, name }) => ({ name, group })), columns: shapes },
    bytes
  }
}

export const unpackModel = (
  { columns: shapes, counters, ...texts }: PackedTrace["texts"],
  bytes: ArrayBuffer
): TraceModel => {
  const columns = splitColumns(bytes, shapes).values()
  const next = () => columns.next().value!
  const slices = Object.fromEntries(sliceColumns.map((column) => [column, next()])) as Slices
  return {
    ...texts,
    slices,
    arrows: { from: next(), to: next() },
    counters: counters.map((counter) => ({ ...counter, times: next(), values: next() }))
  }
}

export { outcomes } from "./TraceChunk.ts"
