import type { HostReply } from "../../remote/Call.ts"
import { readReply, type WrittenReply, writeReply } from "./smallReply.ts"
import { readWord, writtenWord } from "./Doorbell.ts"

// The size in cells of eight bytes.
const size = 8192
const mask = size - 1
const largest = 256

/** Marks the rest of the ring as unused. No call has the number 0. */
const skip = 0
/** The tag of a reply that comes as a message. */
const announced = 255

/** The reader of the ring, in the parent. */
export interface RingReader {
  /** There are replies, which follow. */
  arrived(): void
  replied(id: number, reply: HostReply): void
  /** The reply of the call is the message with this number, if it can be read. */
  announced(id: number, message: number): void
}

export const makeRing = (): SharedArrayBuffer => new SharedArrayBuffer(size * 8)

/**
 * Small replies on their way from a worker to its parent.
 *
 * Each must be out before the next call begins, because that call may never end, or kill the thread. A message for each would take longer
 * than most calls. A reply in the ring survives even if the thread is gone a moment later.
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

  /** Worker. `false` if the reply is too large or of another kind, or if there is no room. */
  write(id: number, reply: HostReply): boolean {
    try {
      return writeReply(reply, this.scratch) && this.put(id)
    } catch {
      // A value that cannot be cloned is refused again as a message.
      return false
    }
  }

  /** Worker. Says which message will have the reply of a call, so that the parent knows the call even if it cannot read the message. */
  announce(id: number, message: number): boolean {
    const { scratch } = this
    scratch.tag = announced
    scratch.length = scratch.bytes.writeDoubleLE(message)
    return this.put(id)
  }

  private put(id: number): boolean {
    const { scratch, words } = this
    const cells = 1 + ((scratch.length + 7) >> 3)
    // The value is always read from memory, because a cut may come between any two lines here.
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
    // From here on the parent sees the reply.
    Atomics.store(words, writtenWord, (written + cells) | 0)
    return true
  }

  /** Parent. Passes all replies to `reader`, and returns their number. */
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
      // The word is stored before the reader is called, because that may do anything, such as drain.
      Atomics.store(words, readWord, read)
      count++
      if (reply === undefined) reader.announced(id, message)
      else reader.replied(id, reply)
      read = Atomics.load(words, readWord)
    }
  }
}
