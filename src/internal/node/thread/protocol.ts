import type { MessagePort } from "node:worker_threads"
import type { HostReply, Refusal } from "../../remote/Call.ts"
import type { WireArgs } from "../../remote/codec/FunctionCodecs.ts"
import type { Kind, ParentWord, WorkerWord } from "../../remote/protocol.ts"
import type { PreemptionData } from "../preemption/Preemption.ts"

/** The data that a worker thread is started with. */
export interface ThreadData {
  readonly port: MessagePort
  readonly memory: SharedArrayBuffer
  readonly ring: SharedArrayBuffer
  readonly concurrency: number
  /** How many bytes its heap may have, including the memory that the heap holds outside of itself. */
  readonly maxMemory: number | undefined
  readonly preemption: PreemptionData
}

/** The definition of a function, which is sent once. */
export type Definition = readonly [number: number, url: string, name: string]

/** The number of fields for each call in a message: its number, its place, its function's number, `args`, `task` and `ambient`. */
export const callFields = 6

/** Messages to the worker. */
export type ToWorker =
  | readonly [typeof Kind.define, definitions: ReadonlyArray<Definition>]
  | readonly [typeof Kind.call, flat: ReadonlyArray<unknown>]
  | readonly [typeof Kind.demand, id: number, count: number]
  | readonly [ParentWord, id: number, value?: undefined]

/** Messages to the parent. */
export type ToParent =
  | readonly [typeof Kind.reply, id: number, reply: HostReply]
  | readonly [typeof Kind.elements, id: number, wire: WireArgs]
  | readonly [typeof Kind.report, id: number, wires: ReadonlyArray<WireArgs>]
  | readonly [typeof Kind.message, id: number, message: unknown]
  /** `path` is the file in which the system reports on the thread, if there is one. */
  | readonly [typeof Kind.ready, id: number, path: string | undefined]
  | readonly [typeof Kind.unreadable, id: number, refusal: Refusal]
  | readonly [typeof Kind.announced, id: number, message: number]
  | readonly [typeof Kind.lost, message: number, reason: unknown]
  | readonly [typeof Kind.doorbell | WorkerWord, id: number, value?: undefined]
