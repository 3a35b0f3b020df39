import { closeSync, fstatSync, readSync, writeSync } from "node:fs"

/** How many calls a worker process can have at a time. */
export const slots = 1024

/** The length of the file: a byte of the worker and one of the parent for each call. */
export const size = 2 * slots

/** The values of the parent's byte, besides 0. */
export const ParentByte = { revoking: 1, revoked: 2, left: 3 } as const

/** The values of the lowest two bits of the worker's byte, besides 0. The other bits have the token of the call. */
export const WorkerByte = { starting: 1, begun: 2, called: 3 } as const

/**
 * Memory that the parent and one worker process share. It has two bytes for each call that is under way. Only the worker writes the first,
 * which says how far the call has come. Only the parent writes the second, when it revokes the call.
 *
 * Processes of Node.js share no memory, but they share files. This file has no name, lives in the page cache, and is gone when both have
 * closed it, however they end. POSIX promises that a read which can be shown to come after a write has returned sees what that wrote. A
 * byte is never half written.
 *
 * The two decide who has a call as in Dekker's algorithm. If both come at once, the parent decides:
 *
 *     worker: write BEGUN, then read the parent's byte: 0 → run it, LEFT → run it, REVOKED → skip it, REVOKING → look again
 *     parent: write REVOKING, then read the worker's byte: not begun → write REVOKED, it will never run; begun → write LEFT, it may have
 *
 * Suppose that the parent reads "not begun", and yet the worker runs the call. The worker has not read LEFT, so it has read 0. Then the
 * parent's read began before the worker's write had returned. The parent's write had returned before its read began, and the worker's read
 * began after its own write had returned. So the parent's write was over before the worker's read began, and that read must see it: a
 * contradiction. A call that the parent leaves to the worker is not skipped. The parent relies on the order in which the worker has its
 * calls, so none may be passed over and come again later.
 *
 * The worker does the same with STARTING before it loads a file. Such a call can still be revoked.
 *
 * A slot is used again and again. The worker's byte has the token of the last call in the slot, which differs from one call to the next. The
 * parent's byte is cleared before the slot is used again.
 */
export class ClaimFile {
  readonly fd: number
  private readonly byte = Buffer.alloc(1)

  constructor(fd: number) {
    this.fd = fd
  }

  /** Whether the file is the one that the parent has made. */
  get isUsable(): boolean {
    try {
      return fstatSync(this.fd).size === size
    } catch {
      return false
    }
  }

  close(): void {
    closeSync(this.fd)
  }

  protected write(position: number, value: number): void {
    this.byte[0] = value
    writeSync(this.fd, this.byte, 0, 1, position)
  }

  protected read(position: number): number {
    readSync(this.fd, this.byte, 0, 1, position)
    return this.byte[0]!
  }
}
