import { writeSync } from "node:fs"

const pause = new Int32Array(new SharedArrayBuffer(4))

/**
 * The pipe from a worker to its parent. Written bytes have left the process: the parent reads them even if the process loops from now on,
 * or is killed at once.
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
        // This end of the pipe blocks, so there is no EAGAIN unless a task has changed that.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error
        Atomics.wait(pause, 0, 0, 1)
      }
    }
  }
}
