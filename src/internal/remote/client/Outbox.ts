/** So many items are as cheap in a message of their own as with others. */
const enough = 32

/**
 * Collects what is to be sent in one turn and hands it over together at the turn's end,
 * as messages cost much more than what is in them.
 */
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

  /** Sends what there is now, so that what is sent by another way after this comes after it. */
  readonly flush = (): void => {
    this.isScheduled = false
    if (this.items.length === 0) return
    const items = this.items
    this.items = []
    this.send(items)
  }

  /** Sends what there is if it is enough: the other side has something to do while this one's turn goes on. */
  flushEnough(): void {
    if (this.items.length >= enough) this.flush()
  }

  clear(): void {
    this.items = []
  }
}
