import type { MessagePort } from "node:worker_threads"
import type { PausedStack } from "./PausedStack.ts"

/** The start data of the relay for threads. */
export interface RelayData {
  readonly port: MessagePort
}

// Messages to the relay.
export const Send = 0
export const Detach = 1
export const Disconnect = 2
export const Enable = 3

export type ToRelay =
  /** A message for the worker of that session. The sender leaves its gate when the worker has it. */
  | readonly [typeof Send, sessionId: string, message: string, gate: Int32Array<SharedArrayBuffer>]
  /** Detaches from a worker that is not ours. */
  | readonly [typeof Detach, sessionId: string]
  /** Disconnects, and sets the word on which the program's thread waits with `Atomics.wait`. */
  | readonly [typeof Disconnect, done: Int32Array]
  /** Attaches to all workers. */
  | readonly [typeof Enable]

// Messages from the relay.
export const Refused = 0
export const Attached = 1
export const Received = 2
export const Enabled = 3
export const Paused = 4
export const Ready = 5

export type FromRelay =
  /** The reason why there is no inspector. */
  | readonly [typeof Refused, reason: unknown]
  | readonly [typeof Attached, sessionId: string, threadId: number]
  | readonly [typeof Received, sessionId: string, message: unknown]
  | readonly [typeof Paused, sessionId: string, stack: PausedStack]
  /** The worker waits for `Enable`. */
  | readonly [typeof Ready]
  /** All present workers have been reported. */
  | readonly [typeof Enabled]

// The relay in a worker process is connected to the parent by a pipe.

/** The start data of the thread that inspects the main thread of its process. */
export interface ProcessRelayData {
  /** The descriptor of the pipe to the parent. */
  readonly fd: number
  /** The state of the session: a number from below. */
  readonly state: Int32Array<SharedArrayBuffer>
}

export const unconnected = 0
export const connected = 1
/** The process ends, or the session is closed. */
export const disconnected = 2
