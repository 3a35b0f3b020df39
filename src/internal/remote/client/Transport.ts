import type { StackFrame } from "../../../Errors.ts"
import type { WorkerSight } from "../../executor/PrefetchingWorker.ts"
import type { Call, HostReply, Refusal } from "../Call.ts"
import type { Kind, ParentWord } from "../protocol.ts"
import type { Claimed, ClaimTable } from "./ClaimTable.ts"
import type { Escalation } from "./Escalation.ts"

/** A function, and what the worker knows of it. */
export interface KnownFunction {
  /** The number of the function, from 1 for each worker. */
  readonly number: number
  readonly url: string
  readonly name: string
  /** Whether the worker was told its number. */
  isDefined: boolean
  /** Whether the function has been called there: its file is loaded, its layer built. */
  isWarm: boolean
}

/** A call that was handed to a worker and has not ended. */
export interface CallEntry extends Claimed {
  readonly call: Call
  readonly fn: KnownFunction
  /** Whether the call has a place in the table of claims. */
  isHanded: boolean
  /** The number of the message by which the call went out to the worker. */
  sentWith: number
  /** The escalation, once the call is to be stopped. */
  escalation: Escalation | undefined
}

/** How a worker came to its end. */
export interface TransportEnd {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** The last of what it wrote there. */
  readonly stderr: string
  readonly reason: unknown
}

export interface CutRequest {
  /** Asked while nothing changes in the worker: whether the call still has to be stopped. */
  readonly isNeeded: () => boolean
  /** Whether the worker's event loop has answered since it was asked. */
  readonly isIdle: boolean
  /** Whether a worker that does not answer had the time to. On a busy machine it may wait long for its turn. */
  readonly hadEnough: () => boolean
  /** The number of the call whose code is to be cut off. */
  readonly target: number
}

/** The outcome of a try to cut. */
export type CutResult =
  /** The call has ended, or went on in good order, so nothing was done. */
  | { readonly _tag: "Unneeded" }
  | { readonly _tag: "Cut"; readonly stuckAt: ReadonlyArray<StackFrame> }
  /** The worker has to go. */
  | { readonly _tag: "Impossible"; readonly stuckAt: ReadonlyArray<StackFrame> }

/** Ends the JavaScript that runs in a worker, without ending the worker. */
export interface Preempter {
  /** Whether a cut is likely to come: it is faster then, and what the worker does meanwhile is slower. */
  prepare(on: boolean): void
  /** Cuts a call; one at a time. */
  cut(request: CutRequest): Promise<CutResult>
  /** A call has ended. A cut that is under way looks now whether it is still needed. */
  look(): void
}

/** The one to whom a transport tells of its worker. */
export interface TransportOwner {
  /** Whether there are calls there. */
  readonly isBusy: boolean
  entry(id: number): CallEntry | undefined
  /** The calls that went out with a message to it, as far as they have not ended. */
  sentWith(message: number): ReadonlyArray<CallEntry>
  received(kind: Kind, id: number, value?: unknown): void
  replied(id: number, reply: HostReply): void
  /** A part of the call could not be read, by the worker or on this side. */
  unreadable(id: number, refusal: Refusal): void
  /** Elements of a stream could not be read, of one of the calls there. */
  unreadableElements(reason: unknown, id?: number): void
  /** Called once, when all that the worker had sent has come. */
  gone(end: TransportEnd): void
}

/** The way to a worker and back: bytes and force, and nothing of what they are for. */
export interface Transport {
  /** Looks where the worker is, within so many milliseconds. What runs there is read, and goes on. */
  look(within: number): Promise<WorkerSight>
  /** Whether the worker is a thread of this process. */
  readonly sharesMemory: boolean
  readonly claims: ClaimTable
  /** The means to stop a call without its worker, if there are any. */
  readonly preempter: Preempter | undefined
  /** How long the worker's event loop may take to answer before anybody looks whether it is stuck, in milliseconds. */
  readonly answerWithin: number
  /** A watch that tells whether a worker which does not answer has had the time to, from now on; or ample time. */
  watchShare(isPatient: boolean): { readonly hadEnough: boolean }
  /** Writes down the calls and sends them. What cannot be written is given to `refused`, and the others are sent. */
  send(entries: ReadonlyArray<CallEntry>, refused: (entry: CallEntry, reason: unknown) => void): void
  /** Sends what says it all by its kind. */
  tell(kind: ParentWord, id: number): void
  /** Asks for so many more elements of the call's stream. Those with which it begins are asked for by `send`. */
  demand(id: number, count: number): void
  /** Takes in what has arrived, without waiting for the event loop to bring it. */
  receive(): void
  /** Whether the worker keeps this process running. */
  keepAlive(yes: boolean): void
  /** Ends the worker, whatever it is doing. `reason` is for those that suffer from it. */
  force(reason: unknown): void
  /** Settles when nothing of the worker is left here. Asked for after it has gone. */
  readonly released: Promise<unknown>
}
