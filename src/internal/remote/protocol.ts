/**
 * The kinds of messages between a worker and its parent. Threads send these numbers in tuples, and processes in the headers of frames.
 * Their meaning is the same.
 */
export const Kind = {
  // Messages to the worker.

  /** The worker's configuration, which comes first. */
  config: 1,
  call: 2,
  /** The call must stop, if it can be asked to. */
  interrupt: 3,
  /** The worker must close. */
  close: 4,
  ping: 5,
  /** The call was cut off by force, and the thread goes on. */
  wasCut: 6,
  /** Numbers for functions that calls name. */
  define: 7,
  /** The reader of the call's stream has room for more elements. */
  demand: 8,
  /** The worker must pass on everything that its tasks have printed. */
  flush: 9,

  // Messages from the worker.

  ready: 16,
  reply: 17,
  /** The worker has passed over a revoked call. */
  revoked: 18,
  /** The worker confirms that it will interrupt the call, or close if the number is 0. */
  answer: 19,
  /** Logs, spans and metrics of tasks. */
  message: 20,
  /** An uncaught error, of which the process probably dies. */
  lastWords: 21,
  /** The call's function is called, for the first time in this worker. */
  called: 22,
  pong: 23,
  /** A cut has done no harm to anything else. */
  recovered: 24,
  /** A cut may have hit other calls as well. */
  unrecoverable: 25,
  /** The call's arguments could not be read, or its end not be written. */
  unreadable: 26,

  // Messages from a thread.

  /** Replies are in the ring. */
  doorbell: 27,
  /** The reply to the call will be in the message with this number. */
  announced: 28,
  /** The message with that number could not be read. */
  lost: 29,

  // Messages from the worker.

  /** Elements of the call's stream, which were requested. */
  elements: 30,
  /** A report of the call's task. */
  report: 31,
  /** The worker has more memory than it may, and must be replaced. */
  overMemory: 32,
  /** Everything that its tasks have printed has left the worker. */
  flushed: 33
} as const

export type Kind = (typeof Kind)[keyof typeof Kind]

/** Messages of the parent that consist of a number. */
export type ParentWord =
  | typeof Kind.interrupt
  | typeof Kind.wasCut
  | typeof Kind.ping
  | typeof Kind.close
  | typeof Kind.flush

/** Messages of the worker that consist of a number. */
export type WorkerWord =
  | typeof Kind.answer
  | typeof Kind.pong
  | typeof Kind.called
  | typeof Kind.revoked
  | typeof Kind.recovered
  | typeof Kind.unrecoverable
  | typeof Kind.overMemory
  | typeof Kind.flushed

/** The largest number of a call. After it comes 1, because a number shares a word with other data. */
export const largestId = 0xfff_ffff
