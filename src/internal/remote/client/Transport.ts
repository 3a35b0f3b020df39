import type { StackFrame } from "../../../Errors.ts"
import type { WorkerExit } from "../../executor/workers/WorkerEnd.ts"
import type { WorkerSight } from "../../executor/workers/PrefetchingWorker.ts"
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
  /** Whether the worker knows its number. */
  isDefined: boolean
  /** Whether the worker has called the function before, so its file is loaded and its layer is built. */
  isWarm: boolean
}

/** A call that a worker has, and that has not ended. */
export interface CallEntry extends Claimed {
  readonly call: Call
  readonly fn: KnownFunction
  /** Whether the call has a place in the table of claims. */
  isHanded: boolean
  /** The number of the message with which the call was sent. */
  sentWith: number
  /** The escalation, once the call is to be stopped. */
  escalation: Escalation | undefined
}

/** How a worker came to its end. */
export interface TransportEnd extends WorkerExit {
  readonly reason: unknown
}

export interface CutRequest {
  /** Asked while the worker is paused: whether the call still has to be stopped. */
  readonly isNeeded: () => boolean
  /** Whether the worker's event loop has answered since it was asked to stop. */
  readonly isIdle: boolean
  /** The limit that the last try gave, if there was one. */
  readonly until: number | undefined
  /** Whether other calls have to be cut, too. Then a call whose code does not run at the moment can be cut later. */
  readonly mayWait: () => boolean
  /** Whether the worker has had enough processor time to answer. On a busy machine it may wait long for its turn. */
  readonly hadEnough: () => boolean
  /** The number of the call to cut. */
  readonly target: number
  /** Called just before the cut. After it, the worker may answer the earlier request to stop before it confirms the cut. */
  readonly isAbout: (stuckAt: ReadonlyArray<StackFrame>) => void
}

/** The outcome of a try to cut. */
export type CutResult =
  /** The call has ended, or is stopping by itself, so nothing was done. */
  | { readonly _tag: "Unneeded" }
  /** The code of another call runs, which may have to be cut first. The next try may go on until that time of `performance.now`. */
  | { readonly _tag: "Later"; readonly until: number }
  | { readonly _tag: "Cut"; readonly stuckAt: ReadonlyArray<StackFrame> }
  /** The worker must be ended. */
  | { readonly _tag: "Impossible"; readonly stuckAt: ReadonlyArray<StackFrame> }

/** Ends the JavaScript that runs in a worker, without ending the worker. */
export interface Preempter {
  /** Whether a cut is likely. Preparation makes it faster, but slows down the worker. */
  prepare(on: boolean): void
  /** Cuts a call; one at a time. */
  cut(request: CutRequest): Promise<CutResult>
  /** A call has ended. A cut that is under way checks whether it is still needed. */
  look(): void
}

/** The owner of a transport, which gets the messages of its worker. */
export interface TransportOwner {
  /** Whether the worker has calls. */
  readonly isBusy: boolean
  entry(id: number): CallEntry | undefined
  /** The calls of a message that have not ended. */
  sentWith(message: number): ReadonlyArray<CallEntry>
  received(kind: Kind, id: number, value?: unknown): void
  replied(id: number, reply: HostReply): void
  /** A part of the call could not be read, on either side. */
  unreadable(id: number, refusal: Refusal): void
  /** Elements of a stream could not be read. `id` is missing if it is not known of which. */
  unreadableElements(reason: unknown, id?: number): void
  /** Called once, when everything that the worker had sent has been read. */
  gone(end: TransportEnd): void
}

/** The connection to a worker: it moves bytes and has force, and does not know what the bytes mean. */
export interface Transport {
  /** Reads what the worker is doing, within so many milliseconds, without stopping it. */
  look(within: number): Promise<WorkerSight>
  /** Whether the worker is a thread of this process. */
  readonly sharesMemory: boolean
  readonly claims: ClaimTable
  /** The means to stop a call without ending its worker, if there are any. */
  readonly preempter: Preempter | undefined
  /** How long the worker's event loop may take to answer before it is checked, in milliseconds. */
  readonly answerWithin: number
  /** Measures from now on whether the worker has had enough processor time to answer, or ample time if `isPatient`. */
  watchShare(isPatient: boolean): { readonly hadEnough: boolean }
  /** Writes calls and sends them. Those that cannot be written go to `refused`. */
  send(entries: ReadonlyArray<CallEntry>, refused: (entry: CallEntry, reason: unknown) => void): void
  /** Sends a message without a value. */
  tell(kind: ParentWord, id: number): void
  /** Requests more elements of the call's stream. `send` requests the first ones. */
  demand(id: number, count: number): void
  /** Reads what has arrived, without waiting for the event loop. */
  receive(): void
  /** Settles when the output that has left the worker has been passed on. */
  outputRead(): Promise<unknown>
  /** Whether the worker keeps this process running. */
  keepAlive(yes: boolean): void
  /** Ends the worker by force. `reason` is for the calls that end with it. */
  force(reason: unknown): void
  /** Settles when everything of the worker is released. Read after it has gone. */
  readonly released: Promise<unknown>
}
