/** How many elements of a stream its reader has room for: its writer waits until there is some. */
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

  /** Takes what there is, at most so many. */
  take(most: number): number {
    const taken = Math.min(this.left, most)
    this.left -= taken
    return taken
  }

  /** Has `wake` called once there is demand. Only one may wait. The result takes it back. */
  whenThere(wake: () => void): () => void {
    // Looked at again: a fiber may have to give way between any two steps.
    if (this.left > 0) wake()
    else this.wake = wake
    return () => {
      this.wake = undefined
    }
  }
}
