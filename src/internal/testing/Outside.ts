/** Real milliseconds for something from outside to come. */
const limit = 5000

const immediate: (f: () => void) => void =
  typeof setImmediate === "function" ? (f) => void setImmediate(f) : (f) => void setTimeout(f, 0)

/** Lets what a promise brings come, and all that it brings in turn. */
export const turn = (): Promise<void> => new Promise((resolve) => immediate(resolve))

// Timers, sockets, files that are read: whatever keeps a Node.js process alive.
const resources = (): number => globalThis.process?.getActiveResourcesInfo?.().length ?? 0

/** What a program does outside of the world, such as reading a file. */
export class Outside {
  private readonly before = resources()
  private until = 0

  begin(): void {
    this.until = Date.now() + limit
  }

  /** Whether there may be something yet to wait for. Waits a little. */
  async mayCome(): Promise<boolean> {
    if (resources() <= this.before || Date.now() > this.until) return false
    await new Promise((resolve) => setTimeout(resolve, 1))
    return true
  }
}
