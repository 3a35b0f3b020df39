import { writeSync } from "node:fs"

const pause = new Int32Array(new SharedArrayBuffer(4))

/**
 * The worker's way to its parent. What has been written here has left the process: the parent reads it even if the
 * process spins from now on, or is killed at once.
 */
export class ReplyPipe {
  private readonly fd: number

  constructor(fd: number) {
    this.fd = fd
  }

  write(frame: Buffer): void {
    let at = 0
    while (at < frame.length) {
      try {
        at += writeSync(this.fd, frame, at)
      } catch (error) {
        // The pipe's end here blocks, so there is no EAGAIN unless a task has changed that.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error
        Atomics.wait(pause, 0, 0, 1)
      }
    }
  }
}
