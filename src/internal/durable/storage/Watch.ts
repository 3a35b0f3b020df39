/** How long the others have to report after the database was away, in milliseconds. They try once a second. */
const patience = 3000

/**
 * Whether the silence of others means that they are gone. It does not if the database was away, for then nobody could report.
 *
 * A look is due every `interval` milliseconds. If one comes far too late, the database was away, or this process stood still. Then silence
 * means nothing for a while. A process that is late again and again must judge nevertheless, so that somebody does.
 */
export class Watch {
  private readonly latest: number
  private readonly now: () => number
  private lastLook: number | undefined = undefined
  private suspendedUntil: number | undefined = undefined

  constructor(interval: number, now: () => number) {
    this.latest = interval * 1.5 + 250
    this.now = now
  }

  /** Called when the database has answered. Returns whether those that it has not heard of are gone. */
  look(): boolean {
    const now = this.now()
    const isLate = this.lastLook !== undefined && now - this.lastLook > this.latest
    this.lastLook = now
    if (this.suspendedUntil === undefined) {
      if (isLate) this.suspendedUntil = now + patience
      return !isLate
    }
    if (now < this.suspendedUntil) return false
    this.suspendedUntil = undefined
    return true
  }
}
