import type { CallReply } from "../../remote/Call.ts"
import { readReply, type WrittenReply, writeReply } from "./smallReply.ts"
import { readWord, type ThreadMemory, writtenWord } from "./ThreadMemory.ts"

// In cells of eight bytes.
const size = 8192
const mask = size - 1
const largest = 256

/** Says that the rest up to the end of the ring is unused. No call has the number 0. */
const skip = 0

export const makeRing = (): SharedArrayBuffer => new SharedArrayBuffer(size * 8)

/**
 * Small replies, on their way from a worker to its parent.
 *
 * Each must be out before the next call begins, as that one may never end or kill the thread. A message each would
 * take longer than most calls do. What has been written here is there even if the thread is gone the moment after.
 */
export class ReplyRing {
  private readonly memory: ThreadMemory
  private readonly heads: Int32Array
  private readonly bytes: Buffer
  private readonly scratch: WrittenReply = { tag: 0, length: 0, bytes: Buffer.alloc(largest * 8) }

  constructor(memory: ThreadMemory, ring: SharedArrayBuffer) {
    this.memory = memory
    this.heads = new Int32Array(ring)
    this.bytes = Buffer.from(ring)
  }

  /** Worker. `false` if the reply is too large for this or there is no room. */
  write(seq: number, reply: CallReply): boolean {
    const { words } = this.memory
    const scratch = this.scratch
    if (!writeReply(reply, scratch)) return false
    const cells = 1 + ((scratch.length + 7) >> 3)
    // Always taken from the memory: a cut may have come between any two lines of this.
    let written = Atomics.load(words, writtenWord)
    const free = size - ((written - Atomics.load(words, readWord)) | 0)
    const toEnd = size - (written & mask)
    if (free < (toEnd < cells ? toEnd + cells : cells)) return false
    if (toEnd < cells) {
      this.heads[(written & mask) * 2] = skip
      written = (written + toEnd) | 0
    }
    const at = written & mask
    this.heads[at * 2] = seq
    this.heads[at * 2 + 1] = (scratch.length << 8) | scratch.tag
    if (scratch.length > 0) scratch.bytes.copy(this.bytes, (at + 1) * 8, 0, scratch.length)
    // Seen by the parent from here on, or not at all.
    Atomics.store(words, writtenWord, (written + cells) | 0)
    return true
  }

  /** Parent. Calls `each` for what there is, and says how many it were. */
  drain(each: (seq: number, reply: CallReply) => void): number {
    const { words } = this.memory
    let count = 0
    let read = Atomics.load(words, readWord)
    while (read !== Atomics.load(words, writtenWord)) {
      const at = read & mask
      const seq = this.heads[at * 2]!
      if (seq === skip) {
        read = (read + size - at) | 0
        Atomics.store(words, readWord, read)
        continue
      }
      const head = this.heads[at * 2 + 1]!
      const length = head >>> 8
      const reply = readReply(head & 255, this.bytes, (at + 1) * 8, length)
      read = (read + 1 + ((length + 7) >> 3)) | 0
      // Before `each`, which may do anything, such as drain.
      Atomics.store(words, readWord, read)
      count++
      each(seq, reply)
      read = Atomics.load(words, readWord)
    }
    return count
  }
}
