/** The kinds of rows of a trace. */
export const Row = {
  /** A task, with all of its life. */
  task: 1,
  /** Somebody has got the result of a task. */
  join: 2,
  workerStarted: 3,
  workerEnded: 4,
  /** How many tasks wait and run at a moment. */
  depth: 5,
  /** Rows that are missing here. */
  lost: 6,
  /** An executor, by its number. */
  executor: 7
} as const

/** The numbers of a row. A time is in microseconds, 0 where there is none; a text is its place among the chunk's. */
export const Column = {
  kind: 0,
  executor: 1,
  /** Of the task; of a depth, how many wait; of a loss, how many. */
  id: 2,
  /** When it ended, or happened. */
  time: 3,
  /** A text. */
  name: 4,
  worker: 5,
  submitted: 6,
  admitted: 7,
  started: 8,
  running: 9,
  cleaningUp: 10,
  outcome: 11,
  attempt: 12,
  parent: 13,
  after: 14,
  /** A text: the tag of the error, or why the worker has ended. */
  error: 15,
  /** A text: where it was stuck, and the like. */
  detail: 16,
  /** A text: the group. */
  group: 17,
  /** A text. */
  key: 18,
  /** Whether it is a durable task, whose key other programs know too. */
  isDurable: 19,
  cost: 20
} as const

export const columns = 21

/** How a task ended, by its number; the last is for those that have not. */
export const outcomes = ["succeeded", "failed", "cancelled", "timedOut", "open"] as const

/** So many rows of a trace: numbers in one piece, so that they can be moved to another thread, and the texts they point to. */
export interface TraceChunk {
  readonly rows: Float64Array<ArrayBuffer>
  readonly count: number
  /** The first is empty. */
  readonly texts: ReadonlyArray<string>
}

/** So many rows are in a chunk. */
export const chunkRows = 1024

/** Takes rows, and passes them on in chunks. */
export class TraceRows {
  private rows = new Float64Array(chunkRows * columns)
  private count = 0
  private texts = new Map<string, number>([["", 0]])
  private readonly onChunk: (chunk: TraceChunk) => TraceChunk["rows"] | undefined

  /** `onChunk` may give back the rows of a chunk that nobody needs any more: their memory is used again. */
  constructor(onChunk: (chunk: TraceChunk) => TraceChunk["rows"] | undefined) {
    this.onChunk = onChunk
  }

  /** A place among `numbers` for one more row; its columns are 0. */
  add(kind: number, executor: number, id: number, time: number): number {
    if (this.count === chunkRows) this.flush()
    const at = this.count++ * columns
    const { rows } = this
    rows[at] = kind
    rows[at + 1] = executor
    rows[at + 2] = id
    rows[at + 3] = time
    return at
  }

  /** Where the rows are. Not to be kept. */
  get numbers(): Float64Array {
    return this.rows
  }

  text(text: string | undefined): number {
    if (text === undefined) return 0
    const found = this.texts.get(text)
    if (found !== undefined) return found
    const index = this.texts.size
    this.texts.set(text, index)
    return index
  }

  flush(): void {
    if (this.count === 0) return
    const chunk: TraceChunk = { rows: this.rows, count: this.count, texts: Array.from(this.texts.keys()) }
    this.rows = this.onChunk(chunk)?.fill(0) ?? new Float64Array(chunkRows * columns)
    this.count = 0
    this.texts = new Map([["", 0]])
  }
}

/** Says that so many rows are missing. */
export const lossOf = (count: number): TraceChunk => {
  const rows = new Float64Array(columns)
  rows[Column.kind] = Row.lost
  rows[Column.id] = count
  return { rows, count: 1, texts: [""] }
}
