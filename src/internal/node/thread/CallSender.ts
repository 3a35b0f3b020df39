import type { MessagePort, Transferable } from "node:worker_threads"
import type { LedgerEntry } from "../../remote/client/CallLedger.ts"
import { Calls, type Definition, type ToWorker } from "./protocol.ts"

/** Writes calls down for a worker thread. URL and name of a function are told with the first call of it. */
export class CallSender {
  private readonly port: MessagePort
  /** By URL and name. */
  private readonly known = new Map<string, Map<string, number>>()
  private lastId = 0

  constructor(port: MessagePort) {
    this.port = port
  }

  /** All in one message. Throws if something in it cannot be cloned; then nothing was sent. */
  send(entries: ReadonlyArray<LedgerEntry>): void {
    const definitions: Array<Definition> = []
    const flat: Array<unknown> = []
    const transfer: Array<unknown> = []
    for (const { seq, call } of entries) {
      const { ambient, args, name, task, url } = call.request
      flat.push(seq, this.idOf(url, name, definitions), args, task === name ? undefined : task, ambient)
      if (call.transfer.length > 0) transfer.push(...call.transfer)
    }
    const message: ToWorker = [Calls, definitions.length > 0 ? definitions : undefined, flat]
    try {
      // What is no transferable is refused with an error, as it should.
      this.port.postMessage(message, transfer as Array<Transferable>)
    } catch (error) {
      for (const [, url, name] of definitions) this.known.get(url)!.delete(name)
      throw error
    }
  }

  private idOf(url: string, name: string, definitions: Array<Definition>): number {
    let names = this.known.get(url)
    if (names === undefined) this.known.set(url, (names = new Map()))
    let id = names.get(name)
    if (id === undefined) {
      names.set(name, (id = ++this.lastId))
      definitions.push([id, url, name])
    }
    return id
  }
}
