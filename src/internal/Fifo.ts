/** The memory that is kept when the queue is empty. */
const kept = 4096

/**
 * First in, first out.
 *
 * Most lines in here are of one at a time, again and again. An array that is emptied gives its memory away each time, and
 * takes new memory for the next one.
 */
export class Fifo<A extends object> {
  private items: Array<A | undefined> = []
  private head = 0
  private tail = 0

  get length(): number {
    return this.tail - this.head
  }

  get first(): A | undefined {
    return this.items[this.head]
  }

  push(item: A): void {
    this.items[this.tail++] = item
  }

  /** Puts it before the others. */
  unshift(item: A): void {
    if (this.head > 0) this.items[--this.head] = item
    else {
      this.items.unshift(item)
      this.tail++
    }
  }

  shift(): A | undefined {
    const item = this.items[this.head]
    if (item === undefined) return undefined
    this.items[this.head++] = undefined
    if (this.head === this.tail) this.emptied()
    // A queue that never is empty must not grow for ever. What is moved is less than what has gone since the last time.
    else if (this.head >= kept && this.head >= this.length) {
      this.items = this.toArray()
      this.tail -= this.head
      this.head = 0
    }
    return item
  }

  some(isSought: (item: A) => boolean): boolean {
    for (let i = this.head; i < this.tail; i++) if (isSought(this.items[i]!)) return true
    return false
  }

  toArray(): Array<A> {
    return this.items.slice(this.head, this.tail) as Array<A>
  }

  private emptied(): void {
    this.head = this.tail = 0
    if (this.items.length > kept) this.items = []
  }
}
