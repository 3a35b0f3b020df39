/** The number of places that are kept when the queue is empty. */
const kept = 4096

/**
 * First in, first out.
 *
 * Most queues here hold one item at a time, again and again. An emptied array would give up its memory each time, and take new memory for
 * the next item.
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

  /** Puts an item before the others. */
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
    // The array of a queue that is never empty must not grow for ever. Each move copies fewer items than have left since the last one.
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
