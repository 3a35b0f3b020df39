import type { Call } from "../../remote/Call.ts"
import { encodeFrame } from "./encoding.ts"
import { Kind } from "./Frame.ts"
import type { Marks } from "./Marks.ts"
import { Slots } from "./Slots.ts"
import type { Stopping } from "./Stopping.ts"

/** A call that was handed to a worker process and has not ended. */
export interface CallEntry {
  readonly call: Call
  /** 0 until it is sent. */
  id: number
  slot: number
  /** Set once it is to be stopped. */
  stopping: Stopping | undefined
  /** It was not to be taken back, and could not be asked to stop. */
  isForced: boolean
  /** Its file is being loaded, or was. */
  isLoading: boolean
}

/**
 * The books that the parent keeps of one worker process: what waits here, what was sent, and what of that has begun.
 *
 * Without `Marks` a call that was sent counts as begun, and so none is sent ahead of need.
 */
export class ProcessCalls {
  private readonly entries = new Map<Call, CallEntry>()
  private waiting: Array<CallEntry> = []
  private readonly sent = new Map<number, CallEntry>()
  /** Those that were taken back after they were sent: by id, with their slots, until the worker has passed over them. */
  private readonly takenBack = new Map<number, number>()
  private readonly slots: Slots | undefined
  private readonly concurrency: number
  private lastId = 0

  constructor(marks: Marks | undefined, concurrency: number) {
    this.slots = marks === undefined ? undefined : new Slots(marks)
    this.concurrency = concurrency
  }

  get size(): number {
    return this.entries.size
  }

  add(call: Call): void {
    const entry: CallEntry = { call, id: 0, slot: 0, stopping: undefined, isForced: false, isLoading: false }
    this.entries.set(call, entry)
    this.waiting.push(entry)
  }

  find(call: Call): CallEntry | undefined {
    return this.entries.get(call)
  }

  bySent(id: number): CallEntry | undefined {
    return this.sent.get(id)
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0
  }

  /** Adds to `frames` what can be sent now. Gives back what structured clone refused of it, and why. */
  toSend(frames: Array<Buffer>): ReadonlyArray<readonly [Call, unknown]> {
    const refused: Array<readonly [Call, unknown]> = []
    let taken = 0
    while (taken < this.waiting.length && this.hasRoom) {
      const entry = this.waiting[taken++]!
      try {
        frames.push(this.write(entry))
      } catch (reason) {
        this.entries.delete(entry.call)
        refused.push([entry.call, reason])
      }
    }
    this.waiting = taken === this.waiting.length ? [] : this.waiting.slice(taken)
    return refused
  }

  /** Whether the worker has yet to come to a call that was taken back. */
  isTakenBack(id: number): boolean {
    return this.takenBack.has(id)
  }

  /** `true` if it has not begun and never will. */
  takeBack(entry: CallEntry): boolean {
    if (entry.id === 0) {
      this.waiting.splice(this.waiting.indexOf(entry), 1)
      this.entries.delete(entry.call)
      return true
    }
    if (this.slots === undefined || this.slots.hasBegun(entry.slot) || !this.slots.take(entry.slot)) return false
    this.takenBack.set(entry.id, entry.slot)
    this.sent.delete(entry.id)
    this.forget(entry)
    return true
  }

  /** The worker has done with it. */
  settle(entry: CallEntry): void {
    this.sent.delete(entry.id)
    this.slots?.release(entry.slot)
    this.forget(entry)
  }

  /** The worker has passed over a call that had been taken back. `false` if it had not. */
  passedOver(id: number): boolean {
    const slot = this.takenBack.get(id)
    if (slot === undefined) return false
    this.takenBack.delete(id)
    this.slots?.release(slot)
    return true
  }

  /** What is left, in order. */
  all(): ReadonlyArray<CallEntry> {
    return Array.from(this.entries.values())
  }

  /** To be asked when the worker is dead, or when it is about a call that is being stopped. */
  hasBegun(entry: CallEntry): boolean {
    return entry.id !== 0 && (this.slots === undefined || this.slots.hasBegun(entry.slot))
  }

  clear(): void {
    for (const entry of this.entries.values()) entry.stopping?.cancel()
    this.entries.clear()
    this.sent.clear()
    this.waiting = []
  }

  private get hasRoom(): boolean {
    return this.slots === undefined ? this.sent.size < this.concurrency : this.slots.hasRoom
  }

  private write(entry: CallEntry): Buffer {
    const { url, name, args, task, ambient } = entry.call.request
    const id = (this.lastId % 0xffff_ffff) + 1
    const place = this.slots?.acquire()
    try {
      const frame = encodeFrame(Kind.call, [url, name, args, task, ambient], id, place?.slot, place?.token)
      this.lastId = id
      entry.id = id
      entry.slot = place?.slot ?? 0
      this.sent.set(id, entry)
      return frame
    } catch (error) {
      if (place !== undefined) this.slots!.release(place.slot)
      throw error
    }
  }

  private forget(entry: CallEntry): void {
    entry.stopping?.cancel()
    this.entries.delete(entry.call)
  }
}
