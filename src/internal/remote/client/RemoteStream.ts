import * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../Errors.ts"
import type { ElementReader } from "../../stream/StreamReader.ts"
import { functionOf } from "../../task/TaskImpl.ts"
import type { CallStream, Call } from "../Call.ts"
import { codecsOf, element, type WireArgs } from "../codec/FunctionCodecs.ts"
import { denseArray, field } from "../codec/wireShape.ts"
import type { Task } from "../../../Task.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"

/** A call whose task gives a stream. */
interface StreamingCall extends Call {
  readonly task: Task<unknown, unknown, unknown>
  readonly worker: { readonly handle: RemoteWorker }
}

/** The part of a remote stream on this side. */
export class RemoteStream implements CallStream {
  private readonly reader: ElementReader
  private readonly call: StreamingCall
  private count = 0

  constructor(reader: ElementReader, call: StreamingCall) {
    this.reader = reader
    this.call = call
    reader.connect((count) => call.worker.handle.demand(call, count))
  }

  get buffer(): number {
    return this.reader.buffer
  }

  received(wire: unknown): boolean {
    const { call, reader } = this
    const { length } = denseArray(Array.isArray(wire) ? wire : field(wire, "values"))
    // The count is checked first, because elements that were not requested may have any size.
    if (length > reader.outstanding) return false
    try {
      const elements = codecsOf(functionOf(call.task), call.request.task).decodeElements(wire as WireArgs, this.count)
      this.count += length
      return reader.receive(elements)
    } catch (error) {
      // The decoder throws nothing else.
      reader.end(Exit.fail(error))
      return true
    }
  }

  unreadable(reason: unknown): void {
    const what = element(this.count)
    this.reader.end(Exit.fail(new TaskEncodingError({ task: this.call.request.task, what, reason })))
  }
}
