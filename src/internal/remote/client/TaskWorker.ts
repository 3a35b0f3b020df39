import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import { PrefetchingWorker, type WorkerSight } from "../../executor/workers/PrefetchingWorker.ts"
import type { TaskFuture } from "../../executor/TaskFuture.ts"
import { encodeCall, type EncodedCall, whenCallEncodable } from "../codec/encodeCall.ts"
import type { TelemetrySink } from "../telemetry/TelemetrySink.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"
import { RemoteCall } from "./RemoteCall.ts"

/** Encoded tasks that could not be prefetched. Few programs have any, so the map is made only when it is needed. */
let keptCalls: WeakMap<TaskFuture<unknown, unknown>, EncodedCall | TaskEncodingError> | undefined

/** A thread or a process with its handle. It turns tasks into calls. */
export class TaskWorker extends PrefetchingWorker {
  readonly name: string
  readonly handle: RemoteWorker
  private readonly sink: TelemetrySink

  constructor(name: string, handle: RemoteWorker, sink: TelemetrySink, mostTasks: number) {
    super(handle.id, mostTasks)
    this.name = name
    this.handle = handle
    this.sink = sink
  }

  get isAlive(): boolean {
    return this.handle.isAlive
  }

  override look(within: number): Promise<WorkerSight> {
    return this.handle.transport.look(within)
  }

  prefetch(future: TaskFuture<unknown, unknown>): boolean {
    // The executor takes nothing but tasks.
    const task = future.effect as Task<unknown, unknown>
    if (whenCallEncodable(task) !== undefined) return false
    const encoded = this.encode(future, task)
    // A call that moves an object cannot be revoked without losing it, and an error is reported when it is the task's turn.
    if (encoded instanceof TaskEncodingError || encoded.transfer.length > 0) return this.keep(future, encoded)
    const call = new RemoteCall(future, task, encoded, this)
    return this.push(call) || this.keep(future, encoded)
  }

  /** Hands over a task that has a place, to a living worker. It must be encodable. */
  hand(future: TaskFuture<unknown, unknown>, task: Task<unknown, unknown, unknown>): RemoteCall | TaskEncodingError {
    const encoded = this.encode(future, task)
    if (encoded instanceof TaskEncodingError) return encoded
    const call = new RemoteCall(future, task, encoded, this)
    this.push(call)
    return call
  }

  private encode(
    future: TaskFuture<unknown, unknown>,
    task: Task<unknown, unknown, unknown>
  ): EncodedCall | TaskEncodingError {
    const kept = keptCalls?.get(future)
    if (kept instanceof TaskEncodingError) return kept
    const ambient = this.sink.enter(future.submitContext.context)
    if (kept !== undefined) return { ...kept, request: { ...kept.request, ambient } }
    const encoded = encodeCall(task, future.name, ambient, this.handle.transport.sharesMemory)
    if (encoded instanceof TaskEncodingError) this.sink.leave(ambient)
    return encoded
  }

  /** Keeps the encoded arguments, because encoding may run user code. Returns `false`: nothing was handed over. */
  private keep(future: TaskFuture<unknown, unknown>, encoded: EncodedCall | TaskEncodingError): false {
    if (!(encoded instanceof TaskEncodingError)) this.sink.leave(encoded.request.ambient)
    keptCalls ??= new WeakMap()
    keptCalls.set(future, encoded)
    return false
  }

  private push(call: RemoteCall): boolean {
    call.future.handOver(call)
    if (this.handle.push(call)) return true
    call.future.leftWorker()
    return false
  }

  /** The worker no longer has the call. */
  left(call: RemoteCall): void {
    this.sink.leave(call.request.ambient)
  }
}
