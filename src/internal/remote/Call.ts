import type { StackFrame } from "../../Errors.ts"
import type { WireArgs } from "./codec/FunctionCodecs.ts"

/** A task's surroundings where it was submitted, as far as they can travel: parent span, log annotations and the like. */
export type Ambient = unknown

/** A task, written down so that it can cross to a worker by structured clone. */
export interface CallRequest {
  readonly url: string
  readonly name: string
  /** The arguments as `FunctionCodecs` encodes and decodes them. */
  readonly args: WireArgs
  /** The task's name, for logs and messages. */
  readonly task: string
  readonly ambient: Ambient | undefined
}

/** How a call ended, as the worker writes it down. */
export type CallReply =
  | { readonly _tag: "Success"; readonly value: unknown }
  /** `cause` is what `encodeReply` makes of a Cause, or of a result that has to be written down. */
  | { readonly _tag: "Failure"; readonly cause: unknown }

/** A worker's word on a call: the reply, or that the call was asked to stop and has. */
export type HostReply = CallReply | { readonly _tag: "Interrupted" }

/** The part of a call that could not be written down or read: `"argument 2"`, `"arguments"`, `"result"` or `"error"`. */
export interface Refusal {
  readonly what: string
  readonly reason: unknown
}

/** How a call ended, as far as its worker and the way there and back have a say in it. */
export type CallEnd =
  | HostReply
  /** The call was stopped before it began: none of its code ran. */
  | { readonly _tag: "Revoked" }
  /** The call was stopped by force. */
  | { readonly _tag: "Stopped"; readonly stuckAt: ReadonlyArray<StackFrame> }
  /** The worker died of itself while the call ran. */
  | {
      readonly _tag: "Crashed"
      readonly exitCode: number | undefined
      readonly signal: string | undefined
      readonly stderr: string
      readonly reason: unknown
    }
  /** The request could not be written down: structured clone refused it. */
  | { readonly _tag: "NotSent"; readonly reason: unknown }
  /** A part of it was not written down there, or cannot be read here. */
  | ({ readonly _tag: "Unreadable" } & Refusal)

/** The end of a stream on the submitter's side: what the worker writes arrives here. */
export interface CallStream {
  /** How many elements are asked for with the call. */
  readonly buffer: number
  /** `false` if more have come than were asked for. Throws if they are no elements. */
  received(wire: unknown): boolean
  /** Elements have come that cannot be read. */
  unreadable(reason: unknown): void
}

/** A task on its way to a worker, on the submitter's side. */
export interface Call {
  /** The number that it has in the worker that it was pushed to. */
  id: number
  readonly request: CallRequest
  /** Objects that are moved, not copied. Such a call is never prefetched, as it cannot be revoked whole. */
  readonly transfer: ReadonlyArray<unknown>
  /** The stream of the call, if its function returns one. */
  readonly stream?: CallStream | undefined
  /** Takes what the task says of itself, if anybody wants that. Throws if that cannot be read. */
  readonly reported?: (wires: unknown) => void
  /** The function was called. May be told several times, or before anybody waits for it. */
  readonly called: () => void
  /** Called exactly once, unless the worker gives the call back as not begun. */
  readonly ended: (end: CallEnd) => void
}
