import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import { DistantWorker, type WorkerSight } from "../../executor/DistantWorker.ts"
import type { TaskFuture } from "../../executor/TaskFuture.ts"
import { encodeCall, whenCallEncodable } from "../codec/encodeCall.ts"
import type { TelemetrySink } from "../telemetry/TelemetrySink.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"
import { RemoteCall } from "./RemoteCall.ts"

/** A thread or a process with its handle: here tasks become calls. */
export class TaskWorker extends DistantWorker {
  readonly name: string
  readonly handle: RemoteWorker
  private readonly sink: TelemetrySink

  constructor(options: {
    readonly id: number
    readonly name: string
    readonly handle: RemoteWorker
    readonly sink: TelemetrySink
    readonly mostTasks: number
  }) {
    super(options.id, options.mostTasks)
    this.name = options.name
    this.handle = options.handle
    this.sink = options.sink
  }

  get isAlive(): boolean {
    return this.handle.isAlive
  }

  override look(within: number): Promise<WorkerSight> {
    return this.handle.transport.look(within)
  }

  handAhead(future: TaskFuture<unknown, unknown>): boolean {
    // The executor takes nothing but tasks.
    const task = future.effect as Task<unknown, unknown>
    if (whenCallEncodable(task) !== undefined) return false
    const call = this.callFor(future, task)
    // An error is for when it is its turn.
    if (call instanceof TaskEncodingError) return false
    // A call that moves something cannot be revoked whole.
    if (call.transfer.length > 0) {
      this.left(call)
      return false
    }
    if (this.push(call)) return true
    this.left(call)
    return false
  }

  /** Hands over a task that has a place, to a worker that is alive. It must be encodable. */
  hand(future: TaskFuture<unknown, unknown>, task: Task<unknown, unknown, unknown>): RemoteCall | TaskEncodingError {
    const call = this.callFor(future, task)
    if (!(call instanceof TaskEncodingError)) this.push(call)
    return call
  }

  private callFor(future: TaskFuture<unknown, unknown>, task: Task<unknown, unknown, unknown>) {
    const ambient = this.sink.enter(future.submitter.context)
    const encoded = encodeCall(task, future.name, ambient, this.handle.transport.sharesMemory)
    if (!(encoded instanceof TaskEncodingError)) return new RemoteCall(future, task, encoded, this)
    this.sink.leave(ambient)
    return encoded
  }

  private push(call: RemoteCall): boolean {
    call.future.handedOver = call
    if (this.handle.push(call)) return true
    call.future.handedOver = undefined
    return false
  }

  /** The call is no matter of this worker any more. */
  left(call: RemoteCall): void {
    this.sink.leave(call.request.ambient)
  }
}
