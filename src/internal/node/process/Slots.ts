import { type Marks, slots } from "./Marks.ts"

/** The places in a worker's `Marks`, on the parent's side: which are free, and the token of who has one. */
export class Slots {
  private readonly free = Array.from({ length: slots }, (_, i) => slots - 1 - i)
  private readonly tokens = new Uint8Array(slots)
  private readonly taken = new Set<number>()
  private readonly marks: Marks

  constructor(marks: Marks) {
    this.marks = marks
  }

  get hasRoom(): boolean {
    return this.free.length > 0
  }

  /** Only if there is room. The token is never 0, as the file is at first, nor that of the slot's last call. */
  acquire(): { readonly slot: number; readonly token: number } {
    const slot = this.free.pop()!
    const token = (this.tokens[slot]! % 255) + 1
    this.tokens[slot] = token
    if (this.taken.delete(slot)) this.marks.wipeTaken(slot)
    return { slot, token }
  }

  /** `true` if the worker will never run the call. */
  take(slot: number): boolean {
    this.taken.add(slot)
    return this.marks.take(slot, this.tokens[slot]!)
  }

  hasBegun(slot: number): boolean {
    return this.marks.hasBegun(slot, this.tokens[slot]!)
  }

  /** When the worker has done with the call. */
  release(slot: number): void {
    this.free.push(slot)
  }
}
