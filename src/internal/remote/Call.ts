import type { WorkerExit } from "../executor/workers/WorkerEnd.ts"
import type { StackFrame } from "../../Errors.ts"
import type { WireArgs } from "./codec/FunctionCodecs.ts"

/** The context of a submission, as far as it can travel: parent span, log annotations and the like. */
export type Ambient = unknown

/** A task in a form that can cross to a worker by structured clone. */
export interface CallRequest {
  readonly url: string
  readonly name: string
  /** The arguments, in the form of `FunctionCodecs`. */
  readonly args: WireArgs
  /** The task's name, for logs and messages. */
  readonly task: string
  readonly ambient: Ambient | undefined
}

/** How a call ended, in the form that the worker sends. */
export type CallReply =
  | { readonly _tag: "Success"; readonly value: unknown }
  /** `cause` is the form of `encodeReply` for a Cause, or for a result that had to be rewritten. */
  | { readonly _tag: "Failure"; readonly cause: unknown }

/** A worker's answer to a call: the reply, or that it stopped the call on request. */
export type HostReply = CallReply | { readonly _tag: "Interrupted" }

/** The part of a call that could not be written or read: `"argument 2"`, `"arguments"`, `"result"` or `"error"`. */
export interface Refusal {
  readonly what: string
  /** The way to it, if that is known. */
  readonly path?: string | undefined
  readonly reason: unknown
}

/** How a call ended, including the fate of its worker and of the messages. */
export type CallEnd =
  | HostReply
  /** The call was stopped before it began, so none of its code ran. */
  | { readonly _tag: "Revoked" }
  /** The call was stopped by force. */
  | { readonly _tag: "Stopped"; readonly stuckAt: ReadonlyArray<StackFrame> }
  /** The worker died by itself while the call ran. */
  | ({ readonly _tag: "Crashed"; readonly reason: unknown } & WorkerExit)
  /** The request could not be sent, because structured clone refused it. */
  | { readonly _tag: "NotSent"; readonly reason: unknown }
  /** A part of the call could not be written there, or cannot be read here. */
  | ({ readonly _tag: "Unreadable" } & Refusal)

/** The submitter's end of a stream, where the elements from the worker arrive. */
export interface CallStream {
  /** The reader's demand at the beginning. */
  readonly buffer: number
  /** `false` if more elements arrived than were requested. Throws if they are not elements. */
  received(wire: unknown): boolean
  /** Elements have arrived that cannot be read. */
  unreadable(reason: unknown): void
}

/** A task on its way to a worker, on the submitter's side. */
export interface Call {
  /** The number of the call in the worker. */
  id: number
  readonly request: CallRequest
  /** Objects that are moved, not copied. Such a call is never prefetched, because a revocation could not bring them back. */
  readonly transfer: ReadonlyArray<unknown>
  /** The stream of the call, if its function returns one. */
  readonly stream?: CallStream | undefined
  /** Takes reports of the task, if they are wanted. Throws if they cannot be read. */
  readonly reported?: (wires: unknown) => void
  /** The function was called. May come several times, and before any fiber waits for the call. */
  readonly called: () => void
  /** Called exactly once, unless the worker gives the call back as not begun. */
  readonly ended: (end: CallEnd) => void
}
