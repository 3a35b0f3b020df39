import { writeSync } from "node:fs"

/**
 * The worker's way to its parent. What has been written here has left the process: the parent reads it even if the
 * process is killed at once.
 */
export class ReplyPipe {
  private held: Array<Buffer> = []
  private readonly fd: number

  constructor(fd: number) {
    this.fd = fd
  }

  /** Sends a frame, and before it what was held. */
  write(frame: Buffer): void {
    if (this.held.length === 0) this.writeAll(frame)
    else {
      this.held.push(frame)
      this.flush()
    }
  }

  /** Sends a frame with the next one, or at the end of this turn. */
  hold(frame: Buffer): void {
    if (this.held.push(frame) === 1) setImmediate(this.flush)
  }

  readonly flush = (): void => {
    if (this.held.length === 0) return
    const held = this.held
    this.held = []
    this.writeAll(Buffer.concat(held))
  }

  private writeAll(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      try {
        at += writeSync(this.fd, bytes, at)
      } catch (error) {
        // This end blocks, so there is no EAGAIN unless a task has changed that.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error
        Atomics.wait(pause, 0, 0, 1)
      }
    }
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4))
