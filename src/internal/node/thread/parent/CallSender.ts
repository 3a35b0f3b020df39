import type { MessagePort, Transferable } from "node:worker_threads"
import type { CallEntry } from "../../../remote/client/Transport.ts"
import { Kind } from "../../../remote/protocol.ts"
import type { Definition, ToWorker } from "../protocol.ts"

/** Writes messages to a worker thread, and counts them. The URL and the name of a function go along with its first call. */
export class CallSender {
  private readonly port: MessagePort
  private count = 0

  constructor(port: MessagePort) {
    this.port = port
  }

  post(message: ToWorker, transfer?: ReadonlyArray<unknown>): void {
    // The call refuses other values with an error.
    this.port.postMessage(message, transfer as ReadonlyArray<Transferable> | undefined)
    this.count++
  }

  /** Sends calls in one message. If something in it cannot be cloned, throws, and sends none of them. */
  send(entries: ReadonlyArray<CallEntry>): void {
    this.define(entries)
    const flat: Array<unknown> = []
    const transfer: Array<unknown> = []
    for (const { call, fn, id, slot } of entries) {
      const { ambient, args, name, task } = call.request
      flat.push(id, slot, fn.number, args, task === name ? undefined : task, ambient)
      if (call.transfer.length > 0) transfer.push(...call.transfer)
    }
    this.post([Kind.call, flat], transfer)
    for (const entry of entries) entry.sentWith = this.count
    for (const { call, id } of entries) if (call.stream !== undefined) this.post([Kind.demand, id, call.stream.buffer])
  }

  /** Defines functions in a separate message, which can be read whatever the arguments are. */
  private define(entries: ReadonlyArray<CallEntry>): void {
    const definitions: Array<Definition> = []
    for (const { fn } of entries) {
      if (fn.isDefined) continue
      fn.isDefined = true
      definitions.push([fn.number, fn.url, fn.name])
    }
    if (definitions.length > 0) this.post([Kind.define, definitions])
  }
}
