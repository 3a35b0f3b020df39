import type { MessagePort } from "node:worker_threads"
import type { CallReply } from "../../remote/Call.ts"
import type { PreemptionData } from "../preemption/Preemption.ts"

/** What the entry file of a worker thread is started with. */
export interface ThreadData {
  readonly port: MessagePort
  readonly memory: SharedArrayBuffer
  readonly ring: SharedArrayBuffer
  readonly concurrency: number
  readonly preemption: PreemptionData
}

/** Of a function: its number, URL and name. They are told once. */
export type Definition = readonly [id: number, url: string, name: string]

/** Messages to the worker. */
export const Calls = 0
export const Ask = 1
export const WasCut = 2
export const Ping = 3
export const Close = 4

/** `flat` has five things for each call: its number, its function's number, `args`, `task` and `ambient`. */
export type ToWorker =
  | readonly [typeof Calls, definitions: ReadonlyArray<Definition> | undefined, flat: ReadonlyArray<unknown>]
  | readonly [typeof Ask, seq: number]
  /** The call was stopped by force, if `seq` is not 0, and the thread goes on. */
  | readonly [typeof WasCut, seq: number]
  | readonly [typeof Ping, count: number]
  | readonly [typeof Close]

/** Messages to the parent. */
export const Bell = 0
export const Reply = 1
export const Asked = 2
export const Pong = 3
export const Ready = 4
export const Emitted = 5
export const Closing = 6
export const Closed = 7
export const Damaged = 8
export const WentOn = 9

export type ToParent =
  /** There is something in the ring. */
  | readonly [typeof Bell]
  | readonly [typeof Reply, seq: number, reply: CallReply]
  | readonly [typeof Asked, seq: number]
  | readonly [typeof Pong, count: number]
  /** `path` is where the system tells of the thread, if it does. */
  | readonly [typeof Ready, path: string | undefined]
  | readonly [typeof Emitted, message: unknown]
  | readonly [typeof Closing]
  | readonly [typeof Closed]
  /** A cut may have hit other calls as well. */
  | readonly [typeof Damaged]
  /** It has not. */
  | readonly [typeof WentOn]
