/** How far a call has come in the worker that it was handed to. */
export const Phase = {
  /** The worker has not come to it yet. */
  handed: 1,
  /** The worker loads its file. It can be revoked still. */
  starting: 2,
  /** The worker runs it, or has run it. The arguments may be on their way from bytes to values, the layer be built. */
  begun: 3,
  /** The function was called. */
  called: 4,
  /** The reply is out. */
  ended: 5,
  /** The parent has taken it back. It will never begin. */
  revoked: 6
} as const
export type Phase = (typeof Phase)[keyof typeof Phase]

/** A call with its place in the table. */
export interface Claimed {
  /** Never 0. */
  readonly id: number
  slot: number
  /** Which of the calls it is that had the slot, where that has to be known. */
  token: number
}

/**
 * The claims on calls, of the parent and the worker: what the parent revokes the worker does not begin, and what it has begun the parent
 * cannot revoke, however close they come. It can be read also when the worker is dead, or spins.
 *
 * The parent's side.
 */
export interface ClaimTable {
  /** Whether one more call can be handed over. */
  readonly hasRoom: boolean
  /** Gives the call a place, if there is room. */
  hand(call: Claimed): void
  /** The phase that the call was in if the worker will never begin it, and `undefined` if it has begun. */
  revoke(call: Claimed): Phase | undefined
  phase(call: Claimed): Phase
  /** Whether `phase` can be `called`. */
  readonly tellsCalled: boolean
  /** The place may be used for another call. */
  release(call: Claimed): void
  /** Whether a revoked call keeps its place until the worker has passed over it. */
  readonly keepsRevoked: boolean
}

/** The places that are free. */
export class FreeSlots {
  private readonly free: Array<number>

  constructor(count: number) {
    this.free = Array.from({ length: count }, (_, i) => count - 1 - i)
  }

  get hasRoom(): boolean {
    return this.free.length > 0
  }

  take(): number {
    return this.free.pop()!
  }

  release(slot: number): void {
    this.free.push(slot)
  }
}

/** Claims without shared memory: a call that was sent counts as begun, so no more calls are sent than can run. */
export class BlindClaims implements ClaimTable {
  readonly keepsRevoked = false
  readonly tellsCalled = false
  private readonly slots: FreeSlots

  constructor(concurrency: number) {
    this.slots = new FreeSlots(concurrency)
  }

  get hasRoom(): boolean {
    return this.slots.hasRoom
  }

  hand(call: Claimed): void {
    call.slot = this.slots.take()
  }

  revoke(): undefined {}

  phase(): Phase {
    return Phase.begun
  }

  release(call: Claimed): void {
    this.slots.release(call.slot)
  }
}
