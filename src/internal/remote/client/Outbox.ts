/** How many items make a message of their own worth its cost. */
const enough = 32

/** Collects the items of one turn, and sends them together at its end, because a message costs much more than an item. */
export class Outbox<T> {
  private items: Array<T> = []
  private isScheduled = false
  private readonly send: (items: Array<T>) => void

  constructor(send: (items: Array<T>) => void) {
    this.send = send
  }

  add(item: T): void {
    this.items.push(item)
    if (this.isScheduled) return
    this.isScheduled = true
    queueMicrotask(this.flush)
  }

  /** Sends all items now, ahead of a message that goes another way. */
  readonly flush = (): void => {
    this.isScheduled = false
    if (this.items.length === 0) return
    const items = this.items
    this.items = []
    this.send(items)
  }

  /** Sends the items if there are enough of them, so that the other side has work while this turn goes on. */
  flushEnough(): void {
    if (this.items.length >= enough) this.flush()
  }

  clear(): void {
    this.items = []
  }
}
