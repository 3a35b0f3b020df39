import { type Claimed, type ClaimTable, FreeSlots, Phase } from "../../remote/client/ClaimTable.ts"
import type { HostClaims } from "../../remote/host/HostTransport.ts"

/** How many calls a worker thread can have at a time. */
export const slotCount = 256

/**
 * A word for each call of the worker, in memory that both sides share. Both move it from one phase to the next by compare-and-exchange, so
 * only one of them can be first.
 */
class SharedWords {
  private readonly words: Int32Array

  constructor(words: Int32Array) {
    this.words = words
  }

  // The number is part of the word, so that a call is never mistaken for an earlier one in the same slot.
  private word(id: number, phase: Phase): number {
    return (id << 3) | phase | 0
  }

  protected move({ id, slot }: Claimed, from: Phase, to: Phase): boolean {
    const expected = this.word(id, from)
    return Atomics.compareExchange(this.words, slot, expected, this.word(id, to)) === expected
  }

  protected set({ id, slot }: Claimed, phase: Phase): void {
    Atomics.store(this.words, slot, this.word(id, phase))
  }

  phase({ slot }: Claimed): Phase {
    // The words hold nothing but phases of calls.
    return (Atomics.load(this.words, slot) & 7) as Phase
  }
}

/** The parent's side. */
export class ParentClaims extends SharedWords implements ClaimTable {
  readonly keepsRevoked = false
  readonly tellsCalled = true
  readonly free = new FreeSlots(slotCount)

  hand(call: Claimed): void {
    call.slot = this.free.take()
    this.set(call, Phase.handed)
  }

  revoke(call: Claimed): Phase | undefined {
    if (this.move(call, Phase.handed, Phase.revoked)) return Phase.handed
    return this.move(call, Phase.starting, Phase.revoked) ? Phase.starting : undefined
  }
}

/** The worker's side. */
export class WorkerClaims extends SharedWords implements HostClaims {
  readonly tellsRevoked = false

  start(call: Claimed): boolean {
    return this.move(call, Phase.handed, Phase.starting)
  }

  begin(call: Claimed, isCalled: boolean): boolean {
    const phase = isCalled ? Phase.called : Phase.begun
    return this.move(call, Phase.handed, phase) || this.move(call, Phase.starting, phase)
  }

  called(call: Claimed): void {
    this.move(call, Phase.begun, Phase.called)
  }

  end(call: Claimed): void {
    if (!this.move(call, Phase.called, Phase.ended)) this.move(call, Phase.begun, Phase.ended)
  }
}
