import type { HostReply, CallRequest, Refusal } from "../Call.ts"
import type { WireArgs } from "../codec/FunctionCodecs.ts"
import type { Claimed } from "../client/ClaimTable.ts"
import type { WorkerWord } from "../protocol.ts"

/** The worker's side of a `ClaimTable`. */
export interface HostClaims {
  /** `true` if the file of the call may be loaded. */
  start(call: Claimed): boolean
  /** `true` if the call may be run. It cannot be revoked after that. `isCalled` says that its function is called at once. */
  begin(call: Claimed, isCalled: boolean): boolean
  /** The function is called, some time after the call has begun. */
  called(call: Claimed): void
  /** Called when its reply has been sent. */
  end(call: Claimed): void
  /** Whether the parent must be told when the worker passes over a revoked call. */
  readonly tellsRevoked: boolean
}

/** A call as it arrives in the worker. */
export interface IncomingCall extends Claimed {
  readonly url: string
  readonly name: string
  /** Whether decoding it takes a while. */
  readonly isLarge: boolean
  /** Decodes the call, or says which part cannot be decoded. */
  read(): CallRequest | Refusal
}

/** The connection from a worker to its parent, on the worker's side. */
export interface HostTransport {
  readonly claims: HostClaims
  tell(kind: WorkerWord, id: number): void
  /** Throws if structured clone refuses the reply. Then nothing was sent. */
  reply(id: number, reply: HostReply, transfer: ReadonlyArray<unknown>): void
  unreadable(id: number, refusal: Refusal): void
  /** Throws if structured clone refuses the elements. Then nothing was sent. */
  elements(id: number, wire: WireArgs, transfer: ReadonlyArray<unknown>): void
  /** As `elements`. */
  report(id: number, wires: ReadonlyArray<WireArgs>): void
  /** Takes one message, if there is one, without waiting for the event loop. */
  receive(): boolean
  /** Runs the code of a call. Everything that follows from it belongs to the call as well. */
  run<A, B>(id: number, f: (argument: A) => B, argument: A): B
  /** `false` if the last cut has cleared the queue of microtasks. */
  readonly hasMicrotasks: boolean
  /** Begins to wait, because there is nothing to do. */
  idle(): void
  /** Settles when the output of the worker has left it. */
  flush(): Promise<unknown>
  /** Ends the worker when its output has been sent. */
  exit(error?: unknown): void
}
