import type { HostReply, CallRequest, Refusal } from "../Call.ts"
import type { WireArgs } from "../codec/FunctionCodecs.ts"
import type { Claimed } from "../client/ClaimTable.ts"
import type { WorkerWord } from "../protocol.ts"

/** The worker's side of a `ClaimTable`. */
export interface HostClaims {
  /** `true` if the file of the call is to be loaded. */
  start(call: Claimed): boolean
  /** `true` if the call is to be run, which cannot be revoked from then on. `isCalled` says that its function is called at once. */
  begin(call: Claimed, isCalled: boolean): boolean
  /** The function is called, some time after the call has begun. */
  called(call: Claimed): void
  /** Once its reply is out. */
  end(call: Claimed): void
  /** Whether the parent wants to know when the worker has passed over a call that was revoked. */
  readonly tellsRevoked: boolean
}

/** A call as it has come to the worker. */
export interface IncomingCall extends Claimed {
  readonly url: string
  readonly name: string
  /** Whether it takes a while to make values of what has come. */
  readonly isLarge: boolean
  /** Makes values of what has come, or says why that cannot be. */
  read(): CallRequest | Refusal
}

/** The way from a worker to its parent, on the worker's side. */
export interface HostTransport {
  readonly claims: HostClaims
  tell(kind: WorkerWord, id: number): void
  /** Throws what structured clone refuses with. Then nothing was sent. */
  reply(id: number, reply: HostReply, transfer: ReadonlyArray<unknown>): void
  unreadable(id: number, refusal: Refusal): void
  /** Throws what structured clone refuses with. Then nothing was sent. */
  elements(id: number, wire: WireArgs, transfer: ReadonlyArray<unknown>): void
  /** As `elements`. */
  report(id: number, wires: ReadonlyArray<WireArgs>): void
  /** Takes one message, if there is one, without waiting for the event loop to bring it. */
  receive(): boolean
  /** Runs the code of a call. All that follows from it belongs to the call as well. */
  run<A, B>(id: number, f: (argument: A) => B, argument: A): B
  /** `false` if the last cut has cleared the queue of microtasks. */
  readonly hasMicrotasks: boolean
  /** Begins to wait: nothing is to be done now. */
  idle(): void
  /** Ends the worker, once what it wrote is out. */
  exit(error?: unknown): void
}
