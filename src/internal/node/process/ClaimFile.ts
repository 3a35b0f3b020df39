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
 * Memory that the parent and one worker process share: for each call that is under way a byte that only the worker writes, which says how
 * far the call has come, and a byte that only the parent writes, when it revokes the call.
 *
 * Node processes share no memory, but they share files: this one has no name, lives in the page cache
 * and is gone when both have closed it, however they end. POSIX promises that a read which can be shown to come after
 * a write has returned sees what that wrote. A byte is never half written.
 *
 * The two settle who has a call as Dekker did it, and where both come at once it is the parent who decides:
 *
 *     worker: write BEGUN, then read the parent's byte: 0 → run it, LEFT → run it, REVOKED → skip it, REVOKING → look again
 *     parent: write REVOKING, then read the worker's byte: not begun → write REVOKED, it will never run; begun → write LEFT, it may have
 *
 * Suppose the parent reads "not begun", and yet the worker runs the call. It has not read LEFT, so it has read 0. Then the
 * parent's read began before the worker's write had returned. The parent's write had returned before its read began, and the
 * worker's read began after its own write had returned: so the parent's write was over before the worker's read began, which
 * must see it. A contradiction. And what the parent leaves is not skipped: the worker has its calls in an order that the parent
 * relies on, so none may be passed over and come again later.
 *
 * The worker does the same with STARTING before it loads a file, only that such a call can be revoked still.
 *
 * A slot is used again and again; the worker's byte holds the token of the call that used it last, which differs from one call to
 * the next, and the parent's is wiped before the slot is used again.
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
