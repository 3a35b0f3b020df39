/**
 * A set that takes no memory before something is put into it.
 *
 * Each executor has several sets that mostly stay empty, and there may be a million of them: a group for each key.
 */
export class LazySet<A> {
  private items: Set<A> | undefined = undefined

  get size(): number {
    return this.items === undefined ? 0 : this.items.size
  }

  add(item: A): void {
    this.items ??= new Set()
    this.items.add(item)
  }

  delete(item: A): boolean {
    return this.items !== undefined && this.items.delete(item)
  }

  [Symbol.iterator](): IterableIterator<A> {
    return (this.items ?? nothing)[Symbol.iterator]()
  }
}

const nothing: ReadonlyArray<never> = []
