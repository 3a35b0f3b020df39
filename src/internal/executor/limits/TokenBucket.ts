/**
 * Fills with time, up to `burst`, and each task that begins takes from it: a token bucket (Turner, IEEE Communications Magazine, 1986).
 *
 * In any span of `every`, at most `limit + burst` tokens are taken. A task that costs more than `burst` begins when the bucket is full, and
 * later tasks wait until it is paid for.
 */
export class TokenBucket {
  private readonly burst: number
  /** Milliseconds per token. */
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

  /** Takes so many tokens, and returns 0. If there are too few, takes none, and returns the milliseconds until there are enough. */
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

// Sums of fractions are off by less than this.
export const epsilon = 1e-9
