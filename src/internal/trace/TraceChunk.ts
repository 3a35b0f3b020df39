/** The kinds of rows of a trace. */
export const Row = {
  /** A task, from its submission to its end. */
  task: 1,
  /** Code has read the result of a task. */
  join: 2,
  workerStarted: 3,
  workerEnded: 4,
  /** The numbers of waiting and running tasks at a moment. */
  depth: 5,
  /** Rows that are missing here. */
  lost: 6,
  /** An executor, by its number. */
  executor: 7
} as const

/** The columns of a row. A time is in microseconds, or 0 if it is unknown. A text is its index among the chunk's texts. */
export const Column = {
  kind: 0,
  executor: 1,
  /** The id of a task; in a depth, the number of waiting tasks; in a loss, the number of rows. */
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

/** The outcomes of tasks, by their numbers. The last one is for tasks that have not ended. */
export const outcomes = ["succeeded", "failed", "cancelled", "timedOut", "open"] as const

/** Rows of a trace: numbers in one array, so that they can be moved to another thread, and their texts. */
export interface TraceChunk {
  readonly rows: Float64Array<ArrayBuffer>
  readonly count: number
  /** The first is empty. */
  readonly texts: ReadonlyArray<string>
}

/** The number of rows in a chunk. */
export const chunkRows = 1024

/** Takes rows, and passes them on in chunks. */
export class TraceRows {
  private rows = new Float64Array(chunkRows * columns)
  private count = 0
  private texts = new Map<string, number>([["", 0]])
  // Mostly the text is the same as the last one.
  private lastText = ""
  private lastPlace = 0
  private readonly onChunk: (chunk: TraceChunk) => TraceChunk["rows"] | undefined

  /** `onChunk` may return the rows of a chunk that is no longer needed, whose memory is used again. */
  constructor(onChunk: (chunk: TraceChunk) => TraceChunk["rows"] | undefined) {
    this.onChunk = onChunk
  }

  /** Adds a row, and returns its place in `numbers`. The other columns keep old values, so every column that is read must be written. */
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

  /** The array of the rows, which changes with each chunk. */
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
