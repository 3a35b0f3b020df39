import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Claimed, type ClaimTable, FreeSlots, Phase } from "../../remote/client/ClaimTable.ts"
import type { HostClaims } from "../../remote/host/HostTransport.ts"

/** How many calls a worker process can have at a time. */
export const slots = 1024

const size = 2 * slots

// The values of the parent's byte, besides 0.
const revoking = 1
const revoked = 2
const left = 3

// The values of the lowest two bits of the worker's byte. The other bits have the token of the call.
const starting = 1
const begun = 2
const called = 3
const phases: ReadonlyArray<Phase> = [Phase.handed, Phase.starting, Phase.begun, Phase.called]

/** Tokens are counted from 1, because each byte of the file is 0 at first. */
const tokens = 63

/** How long the worker waits between looks, in milliseconds. The parent takes some microseconds if it has a processor. */
const pauseMillis = 0.05
const directories = process.platform === "linux" ? ["/dev/shm", tmpdir()] : [tmpdir()]

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

/** The parent's side. */
export class ParentClaims extends ClaimFile implements ClaimTable {
  readonly keepsRevoked = true
  readonly tellsCalled = true
  private readonly free = new FreeSlots(slots)
  private readonly tokens = new Uint8Array(slots)
  /** Slots whose parent's byte must be cleared. */
  private readonly written = new Set<number>()

  /** `undefined` if such a file cannot be made. */
  static create(): ParentClaims | undefined {
    for (const directory of directories) {
      const fd = nameless(directory)
      if (fd !== undefined) return new ParentClaims(fd)
    }
    return undefined
  }

  get hasRoom(): boolean {
    return this.free.hasRoom
  }

  hand(call: Claimed): void {
    const slot = (call.slot = this.free.take())
    this.tokens[slot] = call.token = (this.tokens[slot]! % tokens) + 1
    if (this.written.delete(slot)) this.write(slots + slot, 0)
  }

  revoke(call: Claimed): Phase | undefined {
    const { slot } = call
    // Mostly one look shows that a call has begun.
    if (this.phase(call) >= Phase.begun) return undefined
    this.written.add(slot)
    this.write(slots + slot, revoking)
    const phase = this.phase(call)
    const isRevoked = phase < Phase.begun
    this.write(slots + slot, isRevoked ? revoked : left)
    return isRevoked ? phase : undefined
  }

  phase({ slot, token }: Claimed): Phase {
    const byte = this.read(slot)
    return byte >> 2 === token ? phases[byte & 3]! : Phase.handed
  }

  release({ slot }: Claimed): void {
    this.free.release(slot)
  }
}

/** The worker's side. */
export class WorkerClaims extends ClaimFile implements HostClaims {
  readonly tellsRevoked = true

  start(call: Claimed): boolean {
    return this.claim(call, starting)
  }

  begin(call: Claimed, isCalled: boolean): boolean {
    return this.claim(call, isCalled ? called : begun)
  }

  called({ slot, token }: Claimed): void {
    this.write(slot, (token << 2) | called)
  }

  end(): void {}

  private claim({ slot, token }: Claimed, phase: number): boolean {
    this.write(slot, (token << 2) | phase)
    let state = this.read(slots + slot)
    while (state === revoking) {
      this.pause()
      state = this.read(slots + slot)
    }
    return state !== revoked
  }

  /** If the parent dies during the wait, the worker is killed. */
  protected pause(): void {
    Atomics.wait(never, 0, 0, pauseMillis)
  }
}

const never = new Int32Array(new SharedArrayBuffer(4))

const nameless = (directory: string): number | undefined => {
  const path = join(directory, `effect-futures-${process.pid}-${crypto.randomUUID()}`)
  let fd: number | undefined
  try {
    fd = openSync(path, "wx+", 0o600)
    unlinkSync(path)
    // The file is written whole now, so that it never lacks room.
    if (writeSync(fd, Buffer.alloc(size), 0, size, 0) !== size) throw new Error("no room")
    return fd
  } catch {
    if (fd !== undefined) closeSync(fd)
    return undefined
  }
}
