/** How far a call has come in its worker. */
export const Phase = {
  /** The worker has not come to it yet. */
  handed: 1,
  /** The worker loads its file. It can still be revoked. */
  starting: 2,
  /** The worker decodes its arguments, builds its layer, or runs it. */
  begun: 3,
  /** The function was called. */
  called: 4,
  /** The reply has been sent. */
  ended: 5,
  /** The parent has revoked it. It will never begin. */
  revoked: 6
} as const
export type Phase = (typeof Phase)[keyof typeof Phase]

/** A call with its place in the table. */
export interface Claimed {
  /** Never 0. */
  readonly id: number
  slot: number
  /** Distinguishes the calls that have used the slot, where that matters. */
  token: number
}

/**
 * The parent's side of the claims on calls. The worker does not begin a call that the parent has revoked, and the parent cannot revoke a
 * call that the worker has begun, however close the two come. The table can be read even if the worker is dead or in an endless loop.
 */
export interface ClaimTable {
  /** The places for more calls. That of a call may be released when the worker is done with it. */
  readonly free: FreeSlots
  /** Gives the call a place. There must be one. */
  hand(call: Claimed): void
  /** The phase of the call if the worker will never begin it now, or `undefined` if it has begun. */
  revoke(call: Claimed): Phase | undefined
  phase(call: Claimed): Phase
  /** Whether `phase` can be `called`. */
  readonly tellsCalled: boolean
  /** Whether a revoked call keeps its place until the worker has passed over it. */
  readonly keepsRevoked: boolean
}

/** The free places. */
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

/** Claims without shared memory. A call that was sent counts as begun, so no more calls are sent than can run. */
export class BlindClaims implements ClaimTable {
  readonly keepsRevoked = false
  readonly tellsCalled = false
  readonly free: FreeSlots

  constructor(concurrency: number) {
    this.free = new FreeSlots(concurrency)
  }

  hand(call: Claimed): void {
    call.slot = this.free.take()
  }

  revoke(): undefined {}

  phase(): Phase {
    return Phase.begun
  }
}
