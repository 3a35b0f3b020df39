import { epsilon } from "./TokenBucket.ts"

/**
 * Counts what begins in a window of time: a fixed window.
 *
 * A window begins with the first that begins after the last one has ended, so in any time `length` less than `2 * limit` goes through.
 */
export class FixedWindow {
  private readonly limit: number
  private readonly length: number
  private readonly now: () => number
  private taken = 0
  private endsAt = -Infinity

  constructor(limit: number, length: number, now: () => number) {
    this.limit = limit
    this.length = length
    this.now = now
  }

  /** Takes so many tokens, and gives 0. If the window has not so many left, takes none, and gives the milliseconds until it ends. */
  take(tokens: number): number {
    const wait = this.resetsIn()
    if (wait === 0) {
      this.taken = 0
      this.endsAt = this.now() + this.length
    }
    if (this.taken + tokens > this.limit + epsilon) return wait
    this.taken += tokens
    return 0
  }

  /** Puts back what was taken. A window in which nothing has begun has not begun itself. */
  refund(tokens: number): void {
    this.taken -= tokens
    if (this.taken <= epsilon) this.endsAt = -Infinity
  }

  /** Milliseconds until the window ends. */
  resetsIn(): number {
    const left = this.endsAt - this.now()
    return left <= epsilon ? 0 : left
  }
}
