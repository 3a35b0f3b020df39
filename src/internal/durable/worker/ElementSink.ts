import * as Effect from "effect/Effect"
import { Batch } from "../storage/Batch.ts"
import type { Hub } from "../storage/Hub.ts"
import type { Ledger } from "../storage/Ledger.ts"
import { patiently } from "../storage/patiently.ts"
import { type NewElements, type Progress, StreamLedger } from "../storage/StreamLedger.ts"
import type { RelaySink } from "./StreamRelay.ts"

/** Elements to be stored, and the stream that waits for that. */
interface Appending {
  readonly elements: NewElements
  readonly done: (isHeld: boolean) => void
}

// Batches in a statement, at most: each may have some megabytes.
const appendedAtOnce = 50

/** Stores the elements of all streams of a machine, those of one turn with one statement. */
export class ElementSink implements RelaySink {
  private readonly ledger: Ledger
  private readonly streams: StreamLedger
  private readonly hub: Hub
  private readonly worker: string
  private readonly appending = new Batch<Appending>((batch) => this.appendAll(batch), appendedAtOnce)

  constructor(ledger: Ledger, hub: Hub, worker: string) {
    this.ledger = ledger
    this.streams = new StreamLedger(ledger)
    this.hub = hub
    this.worker = worker
  }

  append(elements: NewElements, done: (isHeld: boolean) => void): void {
    this.appending.add({ elements, done })
  }

  progress(seq: number): Effect.Effect<Progress> {
    return Effect.orDie(patiently(this.streams.progress(seq)))
  }

  private appendAll(batch: ReadonlyArray<Appending>): Effect.Effect<void> {
    const append = patiently(
      this.streams.append(
        batch.map(({ elements }) => elements),
        this.worker
      )
    )
    return Effect.matchEffect(append, {
      onFailure: (error) => {
        for (const { done } of batch) done(false)
        return Effect.logError("A machine could not store the elements of a durable stream", error)
      },
      onSuccess: (held) => {
        for (const { done, elements } of batch) done(held.includes(elements.seq))
        if (held.length === 0) return Effect.void
        const seqs = Array.from(new Set(held))
        this.hub.written(seqs)
        // The next elements need not wait for the signal.
        Effect.runFork(this.ledger.signal({ _tag: "Written", seqs }))
        return Effect.void
      }
    })
  }
}
