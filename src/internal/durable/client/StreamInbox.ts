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

/** Where the elements of a stream in the ledger arrive in this program, for the one who reads them. */
export class StreamInbox {
  private readonly call: { readonly seq: number | undefined; readonly future: { readonly name: string } }
  private readonly task: StreamCall
  private readonly reader: ElementReader
  private readonly keeper: StreamKeeper
  /** The number of the element that comes next. */
  private next = 0
  /** Where those start that came last. */
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

  /** The place of what is to be read. */
  get place(): { readonly seq: number; readonly next: number } | undefined {
    const { next, seq } = this
    return seq === undefined ? undefined : { seq, next }
  }

  get demand(): Demanded | undefined {
    const { demanded, kept, seq } = this
    return seq === undefined ? undefined : { seq, demanded, kept }
  }

  /** The ledger has these. */
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

  /** The task has ended: `onRead` is called when what it has left in the ledger was read. */
  settled(onRead: () => void): void {
    if (this.onRead !== undefined) return
    this.onRead = onRead
    this.keeper.look(this)
  }

  /** To be taken before the ledger is asked, and called if it has answered: then all was read that there will be. */
  get whenRead(): (() => void) | undefined {
    return this.onRead
  }
}
