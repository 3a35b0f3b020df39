import type { HostReply } from "../../remote/Call.ts"
import { readReply, type WrittenReply, writeReply } from "./smallReply.ts"
import { readWord, writtenWord } from "./Doorbell.ts"

// The size in cells of eight bytes.
const size = 8192
const mask = size - 1
const largest = 256

/** Says that the rest up to the end of the ring is unused. No call has the number 0. */
const skip = 0
/** The tag that stands for a reply which comes in a message. */
const announced = 255

/** The parent, which reads the ring. */
export interface RingReader {
  /** There are replies, which come next. */
  arrived(): void
  replied(id: number, reply: HostReply): void
  /** The reply of the call is the message with this number, if that can be read. */
  announced(id: number, message: number): void
}

export const makeRing = (): SharedArrayBuffer => new SharedArrayBuffer(size * 8)

/**
 * Small replies, on their way from a worker to its parent.
 *
 * Each must be out before the next call begins, as that one may never end or kill the thread. A message each would
 * take longer than most calls do. What has been written here is there even if the thread is gone the moment after.
 */
export class ReplyRing {
  private readonly words: Int32Array
  private readonly heads: Int32Array
  private readonly bytes: Buffer
  private readonly scratch: WrittenReply = { tag: 0, length: 0, bytes: Buffer.alloc(largest * 8) }

  constructor(words: Int32Array, ring: SharedArrayBuffer) {
    this.words = words
    this.heads = new Int32Array(ring)
    this.bytes = Buffer.from(ring)
  }

  /** Worker. `false` if the reply is too large for this, or is nothing for it, or there is no room. */
  write(id: number, reply: HostReply): boolean {
    try {
      return writeReply(reply, this.scratch) && this.put(id)
    } catch {
      // A value that cannot be cloned is refused once more as a message.
      return false
    }
  }

  /** Worker. Says which message has a call's reply, before that is sent: who cannot read a message cannot tell what it was about. */
  announce(id: number, message: number): boolean {
    const { scratch } = this
    scratch.tag = announced
    scratch.length = scratch.bytes.writeDoubleLE(message)
    return this.put(id)
  }

  private put(id: number): boolean {
    const { scratch, words } = this
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
    this.heads[at * 2] = id
    this.heads[at * 2 + 1] = (scratch.length << 8) | scratch.tag
    if (scratch.length > 0) scratch.bytes.copy(this.bytes, (at + 1) * 8, 0, scratch.length)
    // Seen by the parent from here on, or not at all.
    Atomics.store(words, writtenWord, (written + cells) | 0)
    return true
  }

  /** Parent. Gives `reader` what there is, and says how many it were. */
  drain(reader: RingReader): number {
    const { words } = this
    let count = 0
    let read = Atomics.load(words, readWord)
    let arrived = read
    for (;;) {
      if (((arrived - read) | 0) <= 0) {
        arrived = Atomics.load(words, writtenWord)
        if (arrived === read) return count
        reader.arrived()
      }
      const at = read & mask
      const id = this.heads[at * 2]!
      if (id === skip) {
        read = (read + size - at) | 0
        Atomics.store(words, readWord, read)
        continue
      }
      const head = this.heads[at * 2 + 1]!
      const length = head >>> 8
      const tag = head & 255
      const from = (at + 1) * 8
      const message = tag === announced ? this.bytes.readDoubleLE(from) : 0
      const reply = tag === announced ? undefined : readReply(tag, this.bytes, from, length)
      read = (read + 1 + ((length + 7) >> 3)) | 0
      // The word is stored before the reader is called, which may do anything, such as drain.
      Atomics.store(words, readWord, read)
      count++
      if (reply === undefined) reader.announced(id, message)
      else reader.replied(id, reply)
      read = Atomics.load(words, readWord)
    }
  }
}
