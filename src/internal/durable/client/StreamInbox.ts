import * as Exit from "effect/Exit"
import type { StreamCall } from "../../stream/StreamCall.ts"
import type { ElementReader } from "../../stream/StreamReader.ts"
import { functionOf } from "../../task/TaskImpl.ts"
import { readElements } from "../payload.ts"
import type { Demanded, StoredElements } from "../storage/StreamLedger.ts"

/** The side of a program that reads elements from the ledger. */
export interface StreamKeeper {
  /** There may be something to read for it. */
  look(inbox: StreamInbox): void
  /** The reader has room for more. */
  demand(inbox: StreamInbox): void
}

/** Receives the elements of a stream from the ledger, for its reader in this program. */
export class StreamInbox {
  private readonly call: { readonly seq: number | undefined; readonly future: { readonly name: string } }
  private readonly task: StreamCall
  private readonly reader: ElementReader
  private readonly keeper: StreamKeeper
  /** The number of the next element. */
  private next = 0
  /** The start of the last batch. */
  private kept = 0
  private demanded: number
  private onRead: (() => void) | undefined = undefined

  constructor(
    call: { readonly seq: number | undefined; readonly future: { readonly name: string } },
    task: StreamCall,
    keeper: StreamKeeper
  ) {
    const { reader } = task
    this.call = call
    this.task = task
    this.reader = reader
    this.keeper = keeper
    this.demanded = reader.buffer
    reader.connect((count) => {
      this.demanded += count
      keeper.demand(this)
    })
  }

  get buffer(): number {
    return this.reader.buffer
  }

  get seq(): number | undefined {
    return this.call.seq
  }

  /** The place of the next elements. */
  get place(): { readonly seq: number; readonly next: number } | undefined {
    const { next, seq } = this
    return seq === undefined ? undefined : { seq, next }
  }

  get demand(): Demanded | undefined {
    const { demanded, kept, seq } = this
    return seq === undefined ? undefined : { seq, demanded, kept }
  }

  /** Elements from the ledger. */
  received({ elements: text, end, start }: StoredElements): void {
    if (start !== this.next) return
    this.next = end
    this.kept = start
    try {
      const elements = readElements(text, functionOf(this.task), start, this.call.future.name)
      if (this.reader.receive(elements)) return
      this.reader.end(Exit.die(new Error(`${elements.length} elements arrived that were not requested`)))
    } catch (error) {
      // Nothing else is thrown there.
      this.reader.end(Exit.fail(error))
    }
  }

  /** The task has ended. `onRead` is called when all of its elements have been read. */
  settled(onRead: () => void): void {
    if (this.onRead !== undefined) return
    this.onRead = onRead
    this.keeper.look(this)
  }

  /** Taken before a query, and called after its answer: then everything has been read. */
  get whenRead(): (() => void) | undefined {
    return this.onRead
  }
}
