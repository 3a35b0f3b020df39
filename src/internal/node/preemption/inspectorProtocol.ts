import type { MessagePort } from "node:worker_threads"
import type { PausedStack } from "./PausedStack.ts"

/** The start data of the relay. */
export interface RelayData {
  readonly port: MessagePort
}

// To the relay.
export const Send = 0
export const Detach = 1
export const Disconnect = 2
export const Enable = 3

export type ToRelay =
  /** `message` is for the worker of that session, and leaves its gate when it is there. */
  | readonly [typeof Send, sessionId: string, message: string, gate: Int32Array<SharedArrayBuffer>]
  /** Detaches from somebody else's worker. */
  | readonly [typeof Detach, sessionId: string]
  /** Disconnects, and sets the word for which somebody waits in `Atomics.wait`. */
  | readonly [typeof Disconnect, done: Int32Array]
  /** Attaches to all workers. */
  | readonly [typeof Enable]

// From the relay.
export const Refused = 0
export const Attached = 1
export const Received = 2
export const Enabled = 3
export const Paused = 4
export const Ready = 5

export type FromRelay =
  /** There is no inspector here, and that is why. */
  | readonly [typeof Refused, reason: unknown]
  | readonly [typeof Attached, sessionId: string, threadId: number]
  | readonly [typeof Received, sessionId: string, message: unknown]
  | readonly [typeof Paused, sessionId: string, stack: PausedStack]
  /** The worker waits for `Enable`. */
  | readonly [typeof Ready]
  /** The workers that there were have all been told of. */
  | readonly [typeof Enabled]
