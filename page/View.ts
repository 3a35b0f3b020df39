/** The part of the time that is shown, and how far down. */
export class View {
  from: number
  to: number
  top = 0
  private readonly end: number

  constructor(end: number) {
    this.end = Math.max(1, end)
    this.from = 0
    this.to = this.end
    this.fit()
  }

  get span(): number {
    return this.to - this.from
  }

  fit(): void {
    const margin = this.end * 0.01
    this.from = -margin
    this.to = this.end + margin
  }

  /** Shows `factor` times as much, with the point at `share` of the width where it is. */
  zoom(factor: number, share = 0.5): void {
    const span = Math.min(1.1 * this.end + 2, Math.max(2, this.span * factor))
    const at = this.from + share * this.span
    this.show(at - share * span, at + (1 - share) * span)
  }

  pan(share: number): void {
    const by = share * this.span
    this.show(this.from + by, this.to + by)
  }

  /** The task gets some room around it. */
  showAround(start: number, duration: number): void {
    const span = Math.max(20, duration * 1.6)
    const middle = start + duration / 2
    this.show(middle - span / 2, middle + span / 2)
  }

  private show(from: number, to: number): void {
    const span = to - from
    const start = Math.min(Math.max(from, -0.5 * span), this.end - 0.5 * span)
    this.from = start
    this.to = start + span
  }
}
