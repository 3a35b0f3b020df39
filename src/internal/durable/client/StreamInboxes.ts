import * as Effect from "effect/Effect"
import { Batch } from "../storage/Batch.ts"
import type { Hub } from "../storage/Hub.ts"
import type { Ledger } from "../storage/Ledger.ts"
import { patiently } from "../storage/patiently.ts"
import { StreamLedger } from "../storage/StreamLedger.ts"
import type { StreamInbox, StreamKeeper } from "./StreamInbox.ts"

// Streams in a statement, at most.
const streamsAtOnce = 100

/** All streams that this program reads from the ledger. */
export class StreamInboxes implements StreamKeeper {
  private readonly ledger: Ledger
  private readonly streams: StreamLedger
  private readonly hub: Hub
  private readonly hold: number
  private readonly open = new Map<number, StreamInbox>()
  private readonly looking = new Batch<StreamInbox>((batch) => this.lookAll(batch), streamsAtOnce)
  private readonly demanding = new Batch<StreamInbox>((batch) => this.demandAll(batch), streamsAtOnce)
  private readonly removing = new Batch<number>((batch) => this.removeAll(batch), streamsAtOnce)

  /** How long a stream goes on without a sign of its reader, in milliseconds. */
  constructor(ledger: Ledger, hub: Hub, hold: number) {
    this.ledger = ledger
    this.streams = new StreamLedger(ledger)
    this.hub = hub
    this.hold = hold
  }

  /** The stream is in the ledger. */
  add(inbox: StreamInbox, seq: number): void {
    this.open.set(seq, inbox)
  }

  /** The task of the stream has ended. */
  delete(seq: number): void {
    if (this.open.delete(seq)) this.removing.add(seq)
  }

  /** There are more elements of these streams. An empty list means that it is not known of which. */
  written(seqs: ReadonlyArray<number>): void {
    for (const seq of seqs.length === 0 ? this.open.keys() : seqs) {
      const inbox = this.open.get(seq)
      if (inbox !== undefined) this.look(inbox)
    }
  }

  look(inbox: StreamInbox): void {
    this.looking.add(inbox)
  }

  demand(inbox: StreamInbox): void {
    this.demanding.add(inbox)
  }

  private lookAll(batch: ReadonlyArray<StreamInbox>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const inboxes = new Set(batch)
      const places = Array.from(inboxes).flatMap((inbox) => inbox.place ?? [])
      const ends = Array.from(inboxes).flatMap((inbox) => inbox.whenRead ?? [])
      const read = Effect.map(this.streams.read(places), (rows) => {
        for (const row of rows) this.open.get(row.seq)?.received(row)
        for (const end of ends) end()
      })
      if (ends.length === 0) return Effect.ignore(read)
      // After the end, no poll would look again.
      return Effect.catch(patiently(read), () => Effect.sync(() => ends.forEach((end) => end())))
    })
  }

  private demandAll(batch: ReadonlyArray<StreamInbox>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const demands = Array.from(new Set(batch)).flatMap((inbox) => inbox.demand ?? [])
      const tell = Effect.suspend(() => {
        this.hub.demanded(demands)
        const seqs = demands.map(({ seq }) => seq)
        return this.ledger.signal({ _tag: "Demanded", seqs, demanded: demands.map(({ demanded }) => demanded) })
      })
      return Effect.ignore(Effect.andThen(patiently(this.streams.demand(demands)), tell))
    })
  }

  private removeAll(seqs: ReadonlyArray<number>): Effect.Effect<void> {
    // Elements that are left expire with their tasks.
    return Effect.ignore(this.streams.remove(seqs))
  }

  /** Tells the ledger that all readers live. */
  get attend(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.open.size === 0
        ? Effect.void
        : Effect.ignore(patiently(this.streams.attend(Array.from(this.open.keys()), this.hold)))
    )
  }

  /** Waits until all statements have ended. */
  get quiet(): Effect.Effect<void> {
    return Effect.all([this.demanding.idle, this.removing.idle], { discard: true })
  }
}
