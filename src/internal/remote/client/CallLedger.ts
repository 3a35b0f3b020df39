import type { Call } from "../Call.ts"
import type { Escalation } from "./Escalation.ts"

/** A call that was handed to a worker and has not ended yet. */
export interface LedgerEntry {
  /** Counted from 1 for each worker, in the order in which the calls were handed over. */
  readonly seq: number
  readonly call: Call
  /** Set once it is to be stopped. */
  escalation: Escalation | undefined
}

/**
 * What one worker has been given, on the parent's side: by number, in order.
 *
 * An entry is `settle`d once, whoever is first: its reply, its withdrawal or the worker's death. What comes
 * later for the same number finds nothing and is dropped.
 */
export class CallLedger {
  private readonly bySeq = new Map<number, LedgerEntry>()
  private seq = 0

  get size(): number {
    return this.bySeq.size
  }

  add(call: Call): LedgerEntry {
    const entry: LedgerEntry = { seq: ++this.seq, call, escalation: undefined }
    this.bySeq.set(entry.seq, entry)
    return entry
  }

  get(seq: number): LedgerEntry | undefined {
    return this.bySeq.get(seq)
  }

  get oldest(): LedgerEntry | undefined {
    for (const entry of this.bySeq.values()) return entry
    return undefined
  }

  /** Only for what is rare: it looks through all of them, which are few. */
  find(call: Call): LedgerEntry | undefined {
    for (const entry of this.bySeq.values()) if (entry.call === call) return entry
    return undefined
  }

  /** Strikes it out and ends what was under way to stop it. `false` if that had been done before. */
  settle(entry: LedgerEntry): boolean {
    if (!this.bySeq.delete(entry.seq)) return false
    entry.escalation?.cancel()
    return true
  }

  /** In the order in which they were handed over. */
  get entries(): ReadonlyArray<LedgerEntry> {
    return Array.from(this.bySeq.values())
  }
}
