import { closeSync, openSync, unlinkSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Claimed, type ClaimTable, FreeSlots, Phase } from "../../../remote/client/ClaimTable.ts"
import { ClaimFile, ParentByte, size, slots } from "../ClaimFile.ts"

/** The phases by the lowest bits of the worker's byte. */
const phases: ReadonlyArray<Phase> = [Phase.handed, Phase.starting, Phase.begun, Phase.called]

/** Tokens are counted from 1, because each byte of the file is 0 at first. */
const tokens = 63

const directories = process.platform === "linux" ? ["/dev/shm", tmpdir()] : [tmpdir()]

/** The parent's side of the file of claims. */
export class ParentClaims extends ClaimFile implements ClaimTable {
  readonly keepsRevoked = true
  readonly tellsCalled = true
  readonly free = new FreeSlots(slots)
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
    this.write(slots + slot, ParentByte.revoking)
    const phase = this.phase(call)
    const isRevoked = phase < Phase.begun
    this.write(slots + slot, isRevoked ? ParentByte.revoked : ParentByte.left)
    return isRevoked ? phase : undefined
  }

  phase({ slot, token }: Claimed): Phase {
    const byte = this.read(slot)
    return byte >> 2 === token ? phases[byte & 3]! : Phase.handed
  }
}

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
