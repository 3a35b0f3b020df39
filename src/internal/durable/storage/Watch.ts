/** How long the others have to report after the database was away, in milliseconds. They try once a second. */
const patience = 3000
/** After so many late looks in a row, it is this process that is always late. */
const mostLate = 4

/**
 * Whether the silence of others means that they are gone. It does not if the database was away, for then nobody could report.
 *
 * A look is due every `interval` milliseconds. If one comes far too late, the database was away, or this process stood still. Then silence
 * means nothing for a while. A process that is always late must judge nevertheless, so that somebody does.
 */
export class Watch {
  private readonly latest: number
  private readonly now: () => number
  private lastLook: number
  private believesFrom = -Infinity
  private lateInARow = 0

  constructor(interval: number, now: () => number) {
    this.latest = interval * 1.5 + 250
    this.now = now
    this.lastLook = now()
  }

  /** Called when the database has answered. Returns whether those that it has not heard of are gone. */
  look(): boolean {
    const now = this.now()
    const isLate = now - this.lastLook > this.latest
    this.lastLook = now
    this.lateInARow = isLate ? this.lateInARow + 1 : 0
    if (this.lateInARow >= mostLate) return true
    if (isLate) this.believesFrom = now + patience
    return now >= this.believesFrom
  }
}
