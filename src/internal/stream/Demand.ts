/** How many elements of a stream its reader has room for. The writer waits until there is room. */
export class Demand {
  private left = 0
  private wake: (() => void) | undefined = undefined

  get isThere(): boolean {
    return this.left > 0
  }

  add(count: number): void {
    this.left += count
    const { wake } = this
    this.wake = undefined
    wake?.()
  }

  /** Takes the present demand, at most so much. */
  take(most: number): number {
    const taken = Math.min(this.left, most)
    this.left -= taken
    return taken
  }

  /** Calls `wake` once there is demand. Only one caller may wait. The result ends the wait. */
  whenThere(wake: () => void): () => void {
    // The fiber may have given way since the last look.
    if (this.left > 0) wake()
    else this.wake = wake
    return () => {
      this.wake = undefined
    }
  }
}
