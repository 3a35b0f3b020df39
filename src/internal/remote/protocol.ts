/**
 * The words of a worker and its parent for each other. Threads send these numbers in tuples through a port, processes in the headers of
 * frames through pipes; what they mean is the same.
 */
export const Kind = {
  // To the worker.

  /** The worker's configuration, the first of all. */
  config: 1,
  call: 2,
  /** The call is to stop, if it can be asked to. */
  interrupt: 3,
  /** The worker is to end in good order. */
  close: 4,
  ping: 5,
  /** The call was cut off by force, and the thread goes on. */
  wasCut: 6,
  /** Numbers for functions that calls name. */
  define: 7,
  /** The reader of the call's stream has room for so many more elements. */
  demand: 8,

  // From the worker.

  ready: 16,
  reply: 17,
  /** The worker has come to a call that was revoked, and did not run it. */
  revoked: 18,
  /** The worker has seen that it is to interrupt the call, or to close if the number is 0. */
  answer: 19,
  /** Logs, spans and metrics of its tasks. */
  message: 20,
  /** An error that nobody caught, and of which the process probably dies. */
  lastWords: 21,
  /** The call's function is called, for the first time in this worker. */
  called: 22,
  pong: 23,
  /** A cut has done no harm to anything else. */
  recovered: 24,
  /** A cut may have hit other calls as well. */
  unrecoverable: 25,
  /** The call's arguments could not be read, or its end not be written down. */
  unreadable: 26,

  // From a thread.

  /** Replies are in the ring. */
  doorbell: 27,
  /** The reply to the call will be in the message with the number that is given. */
  announced: 28,
  /** The message with that number could not be read. */
  lost: 29,

  // From the worker.

  /** Elements of the call's stream, which were asked for. */
  elements: 30,
  /** A report of the call's task. */
  report: 31,
  /** The worker has more memory than it may, and is to be replaced. */
  overMemory: 32
} as const

export type Kind = (typeof Kind)[keyof typeof Kind]

/** Words of the parent, with a number alone. */
export type ParentWord = typeof Kind.interrupt | typeof Kind.wasCut | typeof Kind.ping | typeof Kind.close

/** Words of the worker, with a number alone. */
export type WorkerWord =
  | typeof Kind.answer
  | typeof Kind.pong
  | typeof Kind.called
  | typeof Kind.revoked
  | typeof Kind.recovered
  | typeof Kind.unrecoverable
  | typeof Kind.overMemory

/** Calls are counted up to here, and then from 1 again: a number has to fit into a word with other things. */
export const largestId = 0xfff_ffff
