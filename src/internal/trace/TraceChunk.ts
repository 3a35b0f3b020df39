import { unknown } from "../executor/events/TaskTimes.ts"

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
  executor: 7,
  /** The origin of a task, whose row comes before. */
  origin: 8,
  /** Details that few tasks have, of a task whose row comes before. */
  details: 9,
  /** The time that a task has had a worker from which it has come back without an end. */
  attempt: 10,
  /** Tasks that still wait at the end, and have no rows of their own. */
  unlisted: 11
} as const

/**
 * The columns of a row. A time is in microseconds, or `noTime` if it is unknown. A text is its index among the chunk's texts.
 *
 * Memory is most of the cost of a row. So a row is as long as a line of a processor's cache, and rows of their own have what most tasks do not have.
 */
export const Column = {
  /** The kind of the row, the outcome of a task, and the executor: see `headOf`. */
  head: 0,
  /** The id of a task; in a depth, the number of waiting tasks; in a loss, the number of rows; of `unlisted`, the number of tasks. */
  id: 1,
  /** When it ended, or happened. */
  time: 2,
  /** A text. */
  name: 3,
  /** Of a depth, how many tasks run. */
  worker: 4,
  submitted: 5,
  started: 6,
  running: 7,
  /** Of an attempt: how many workers the task had had by then. */
  attempt: 5,
  /** Of a join: the task that has got the result. */
  by: 4,
  /** Of a worker, a text: why it has ended. */
  reason: 5,
  /** Of a worker, a text: the message of its error. */
  message: 6
} as const

/** Of a row of kind `origin`. */
export const Origin = {
  attempt: 1,
  parent: 2,
  after: 3
} as const

/** Of a row of kind `details`. */
export const Detail = {
  cleaningUp: 1,
  /** A text: the tag of the error. */
  error: 2,
  /** A text. */
  stuckAt: 3,
  /** A text. */
  group: 4,
  /** A text. */
  key: 5,
  /** Whether it is a durable task, whose key other programs know too. */
  isDurable: 6,
  cost: 7
} as const

export const columns = 8

/** The number of rows for a task, at most: its own, its origin and its details. */
export const rowsOfTask = 3

/** The outcomes of tasks, by their numbers. The last one is for tasks that have not ended. */
export const outcomes = ["succeeded", "failed", "cancelled", "timedOut", "open"] as const

/** The first number of a row. */
export const headOf = (kind: number, executor: number, outcome = 0): number => kind + 16 * outcome + 256 * executor

export const kindOf = (head: number): number => head & 15
export const outcomeOf = (head: number): number => (head >> 4) & 15
export const executorOf = (head: number): number => head >> 8

/** Rows of a trace: numbers in one array, so that they can be moved to another thread, and their texts. */
export interface TraceChunk {
  readonly rows: Float64Array<ArrayBuffer>
  readonly count: number
  /** The first is empty. */
  readonly texts: ReadonlyArray<string>
}

/** A time that is not known, here as for tasks. Zero is a time: tests begin at it. */
export const noTime = unknown

/** The most characters of a text: otherwise the memory would depend on how long the names of tasks are. */
const mostText = 5000

// The space makes V8 copy the beginning. A plain slice would keep all of the text.
const beginningOf = (text: string): string => `${` ${text.slice(0, mostText - 1)}`.slice(1)}…`

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

  /** Puts the next rows, so many at most, into one chunk. */
  reserve(count: number): void {
    if (this.count + count > chunkRows) this.flush()
  }

  /** Adds a row, and returns its place in `numbers`. The other columns keep old values, so every column that is read must be written. */
  add(head: number, id: number, time: number): number {
    if (this.count === chunkRows) this.flush()
    const at = this.count++ * columns
    const { rows } = this
    rows[at] = head
    rows[at + 1] = id
    rows[at + 2] = time
    return at
  }

  /** The array of the rows, which changes with each chunk. */
  get numbers(): Float64Array {
    return this.rows
  }

  text(text: string | undefined): number {
    if (text === undefined) return 0
    if (text !== this.lastText) {
      const kept = text.length > mostText ? beginningOf(text) : text
      this.lastText = kept
      this.lastPlace = this.texts.get(kept) ?? this.newText(kept)
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

/** The rows that a function writes, in chunks. */
export const chunksWith = (write: (rows: TraceRows) => void): ReadonlyArray<TraceChunk> => {
  const chunks: Array<TraceChunk> = []
  const rows = new TraceRows((chunk) => {
    chunks.push(chunk)
    return undefined
  })
  write(rows)
  rows.flush()
  return chunks
}

/** Says that so many rows are missing. */
export const lossOf = (count: number): TraceChunk => {
  const rows = new Float64Array(columns)
  rows[Column.head] = headOf(Row.lost, 0)
  rows[Column.id] = count
  rows[Column.time] = noTime
  return { rows, count: 1, texts: [""] }
}
