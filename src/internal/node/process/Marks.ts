import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** How many calls a worker process can have been given at a time. */
export const slots = 1024

const size = 2 * slots

// What "taken" may be, besides 0.
const taking = 1
const taken = 2
const left = 3

/** How long the worker waits before it looks again, in milliseconds. The parent takes some microseconds, if it has a processor. */
const pauseMillis = 0.05
const directories = process.platform === "linux" ? ["/dev/shm", tmpdir()] : [tmpdir()]

/**
 * Memory that the parent and one worker process share: for each call that is under way a byte "begun", which only the
 * worker writes, and a byte "taken", which only the parent writes.
 *
 * There is no shared memory between Node processes, but there are files: this one has no name, lives in the page cache
 * and is gone when both have closed it, however they end. POSIX promises that a read which can be shown to come after
 * a write has returned sees what that wrote. A byte is never half written.
 *
 * Who has a call is settled as Dekker did it, and where both come at once it is the parent who decides:
 *
 *     worker: write BEGUN, then read "taken": not set → run it, LEFT → run it, TAKEN → skip it, TAKING → look again
 *     parent: write TAKING, then read "begun": not set → write TAKEN, it will never run; set → write LEFT, it may have
 *
 * Suppose the parent reads "not begun", and yet the worker runs the call. It has not read LEFT, so it has read "not set". Then the
 * parent's read began before the worker's write had returned. The parent's write had returned before its read began, and the
 * worker's read began after its own write had returned: so the parent's write was over before the worker's read began, which
 * must see it. A contradiction. And what the parent leaves is not skipped: the worker has its calls in an order that the parent
 * relies on, so none may be passed over and come again later.
 *
 * A slot is used again and again; "begun" holds the token of the call that used it last, which differs from one call to
 * the next, and "taken" is wiped before the slot is used again.
 */
export class Marks {
  readonly fd: number
  private readonly byte = Buffer.alloc(1)

  constructor(fd: number) {
    this.fd = fd
  }

  /** `undefined` if there is no place for such a file. */
  static create(): Marks | undefined {
    for (const directory of directories) {
      const fd = nameless(directory)
      if (fd !== undefined) return new Marks(fd)
    }
    return undefined
  }

  /** Whether the file is really the one that the parent made. */
  get isUsable(): boolean {
    try {
      return fstatSync(this.fd).size === size
    } catch {
      return false
    }
  }

  /** The worker's side: `true` if it is to run the call. */
  begin(slot: number, token: number): boolean {
    this.write(slot, token)
    let state = this.read(slots + slot)
    while (state === taking) {
      this.pause()
      state = this.read(slots + slot)
    }
    return state !== taken
  }

  /** If the parent dies just now, the worker is killed. */
  protected pause(): void {
    Atomics.wait(never, 0, 0, pauseMillis)
  }

  /** The parent's side: `true` if the worker will never run the call. */
  take(slot: number, token: number): boolean {
    this.write(slots + slot, taking)
    const isTaken = !this.hasBegun(slot, token)
    this.write(slots + slot, isTaken ? taken : left)
    return isTaken
  }

  hasBegun(slot: number, token: number): boolean {
    return this.read(slot) === token
  }

  /** Before a slot is used again. */
  wipeTaken(slot: number): void {
    this.write(slots + slot, 0)
  }

  close(): void {
    closeSync(this.fd)
  }

  private write(position: number, value: number): void {
    this.byte[0] = value
    writeSync(this.fd, this.byte, 0, 1, position)
  }

  private read(position: number): number {
    readSync(this.fd, this.byte, 0, 1, position)
    return this.byte[0]!
  }
}

const never = new Int32Array(new SharedArrayBuffer(4))

const nameless = (directory: string): number | undefined => {
  const path = join(directory, `effect-futures-${process.pid}-${crypto.randomUUID()}`)
  let fd: number | undefined
  try {
    fd = openSync(path, "wx+", 0o600)
    unlinkSync(path)
    // Written whole now, so that there is always room for it.
    if (writeSync(fd, Buffer.alloc(size), 0, size, 0) !== size) throw new Error("no room")
    return fd
  } catch {
    if (fd !== undefined) closeSync(fd)
    return undefined
  }
}
