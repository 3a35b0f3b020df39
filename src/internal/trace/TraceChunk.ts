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
  started: 7,
  running: 8,
  cleaningUp: 9,
  outcome: 10,
  attempt: 11,
  parent: 12,
  after: 13,
  /** A text: the tag of the error, or why the worker has ended. */
  error: 14,
  /** A text: where it was stuck, and the like. */
  detail: 15,
  /** A text: the group. */
  group: 16,
  /** A text. */
  key: 17,
  /** Whether it is a durable task, whose key other programs know too. */
  isDurable: 18,
  cost: 19
} as const

export const columns = 20

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
  // Mostly it is the same again.
  private lastText = ""
  private lastPlace = 0
  private readonly onChunk: (chunk: TraceChunk) => TraceChunk["rows"] | undefined

  /** `onChunk` may give back the rows of a chunk that nobody needs any more: their memory is used again. */
  constructor(onChunk: (chunk: TraceChunk) => TraceChunk["rows"] | undefined) {
    this.onChunk = onChunk
  }

  /** A place among `numbers` for one more row. Its other columns have what was there before: those that are read of such a row must be written. */
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
    if (text !== this.lastText) {
      this.lastText = text
      this.lastPlace = this.texts.get(text) ?? this.newText(text)
    }
    return this.lastPlace
  }

  private newText(text: string): number {
    const place = this.texts.size
    this.texts.set(text, place)
    return place
  }

  flush(): void {
    if (this.count === 0) return
    const chunk: TraceChunk = { rows: this.rows, count: this.count, texts: Array.from(this.texts.keys()) }
    this.rows = this.onChunk(chunk) ?? new Float64Array(chunkRows * columns)
    this.count = 0
    this.texts = new Map([["", 0]])
    this.lastText = ""
    this.lastPlace = 0
  }
}

/** Says that so many rows are missing. */
export const lossOf = (count: number): TraceChunk => {
  const rows = new Float64Array(columns)
  rows[Column.kind] = Row.lost
  rows[Column.id] = count
  return { rows, count: 1, texts: [""] }
}
