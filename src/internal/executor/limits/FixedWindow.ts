import { epsilon } from "./TokenBucket.ts"

/**
 * Counts the tasks that begin in a window of time: a fixed window.
 *
 * A window begins with the first task after the end of the last window. So fewer than `2 * limit` tasks begin in any span of that length.
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

  /** Takes so many tokens, and returns 0. If the window has too few left, takes none, and returns the milliseconds until its end. */
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

  /** Puts tokens back. If nothing has begun in a window, the window has not begun either. */
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
