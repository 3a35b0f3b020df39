/**
 * Fills with time, up to `burst`, and is emptied by what begins: a token bucket (Turner, IEEE Communications Magazine, 1986).
 *
 * In any time `every` at most `limit + burst` goes through. What costs more than `burst` goes when the bucket is full, and what comes
 * after it waits until that is paid for.
 */
export class TokenBucket {
  private readonly burst: number
  /** Milliseconds for a token. */
  private readonly interval: number
  private readonly now: () => number
  private tokens: number
  private at: number

  constructor(burst: number, interval: number, now: () => number) {
    this.burst = this.tokens = burst
    this.interval = interval
    this.now = now
    this.at = now()
  }

  /** Takes so many tokens, and gives 0. If they are not there, takes none, and gives the milliseconds until they are. */
  take(tokens: number): number {
    const wait = this.fillsIn(Math.min(tokens, this.burst))
    if (wait === 0) this.tokens -= tokens
    return wait
  }

  refund(tokens: number): void {
    this.tokens = Math.min(this.burst, this.tokens + tokens)
  }

  /** Milliseconds until it is full. */
  resetsIn(): number {
    return this.fillsIn(this.burst)
  }

  /** Milliseconds until there are so many. */
  private fillsIn(tokens: number): number {
    const now = this.now()
    this.tokens = Math.min(this.burst, this.tokens + (now - this.at) / this.interval)
    this.at = now
    const missing = tokens - this.tokens
    return missing <= epsilon ? 0 : missing * this.interval
  }
}

// Sums of fractions are off by less.
export const epsilon = 1e-9
