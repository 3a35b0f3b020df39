import type { Task } from "../../../Task.ts"
import type { TaskFuture } from "../../executor/TaskFuture.ts"
import type { HandedOver } from "../../executor/TaskOwner.ts"
import type { Call, CallEnd, CallRequest } from "../Call.ts"
import type { EncodedCall } from "../codec/encodeCall.ts"
import { readReport, type WireArgs } from "../codec/FunctionCodecs.ts"
import { denseArray } from "../codec/wireShape.ts"
import { addReport } from "../../future/ReportLog.ts"
import { StreamCall } from "../../stream/StreamCall.ts"
import { RemoteStream } from "./RemoteStream.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"
import { exitOfCall } from "./exitOfCall.ts"

/** Code that waits for the end of a call. */
interface Follower {
  ended(end: CallEnd, call: RemoteCall): void
  moved(): void
}

/** The worker that a call was handed to. */
interface CallWorker {
  readonly name: string
  readonly handle: RemoteWorker
  /** A task has failed because the worker died. */
  failedTask(): void
  /** A task has ended there. */
  ended(): void
  /** The worker no longer has the call. */
  left(call: RemoteCall): void
}

/** A task that was handed to a worker, until its end is known. */
export class RemoteCall implements Call, HandedOver {
  readonly request: CallRequest
  readonly transfer: ReadonlyArray<unknown>
  readonly stream: RemoteStream | undefined
  readonly future: TaskFuture<unknown, unknown>
  readonly task: Task<unknown, unknown, unknown>
  readonly worker: CallWorker
  /** The number of the call in the worker. */
  id = 0
  /** The end, once it has come. The task's fiber may only ask for it later. */
  end: CallEnd | undefined = undefined
  /** The task's fiber, if it waits for the end. */
  private follower: Follower | undefined = undefined

  constructor(
    future: TaskFuture<unknown, unknown>,
    task: Task<unknown, unknown, unknown>,
    encoded: EncodedCall,
    worker: CallWorker
  ) {
    this.request = encoded.request
    this.transfer = encoded.transfer
    this.future = future
    this.task = task
    this.worker = worker
    this.stream = task instanceof StreamCall ? new RemoteStream(task.reader, this) : undefined
  }

  /** Whether its function has been called. */
  get hasBegun(): boolean {
    return this.end !== undefined || this.worker.handle.hasCalled(this)
  }

  /** Reports the end to this follower, and no longer to an earlier one. */
  followedBy(follower: Follower): void {
    this.follower = follower
  }

  called(): void {
    this.future.functionCalled()
  }

  reported(wires: unknown): void {
    for (const wire of denseArray(wires)) addReport(this.future, readReport(wire as WireArgs, this.request.task))
  }

  ended(end: CallEnd): void {
    this.end = end
    if (end._tag === "Crashed") this.worker.failedTask()
    this.worker.ended()
    this.worker.left(this)
    if (this.follower !== undefined) this.follower.ended(end, this)
    else if (this.future.isUnattended) this.finish(end)
  }

  /** Ends the future, for which no fiber waits. */
  finish(end: CallEnd): void {
    this.future.leftWorker()
    this.future.ended(exitOfCall(end, this))
  }

  revoke(): boolean {
    if (this.end !== undefined || !this.worker.handle.revoke(this)) return false
    this.worker.left(this)
    return true
  }

  abandon(): void {
    if (this.end === undefined && !this.revoke()) this.worker.handle.stop(this)
  }

  moved(): void {
    this.worker.left(this)
    this.follower?.moved()
  }
}
