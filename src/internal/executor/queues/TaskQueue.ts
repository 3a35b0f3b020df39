import { type Listed, UnrolledList } from "../../UnrolledList.ts"

/** A node of a queue. */
export interface Queued extends Listed {
  readonly priority: number
}

/** The nodes of one priority, first come, first served. */
export class PriorityLevel<Node extends Queued = Queued> extends UnrolledList<Node> {
  readonly priority: number
  readonly queue: TaskQueue<Node>
  /** The place in the heap. */
  position = 0
  constructor(priority: number, queue: TaskQueue<Node>) {
    super()
    this.priority = priority
    this.queue = queue
  }

  override remove(node: Node): void {
    super.remove(node)
    this.queue.lost(this)
  }
}

/** A queue with priorities, the greatest first. Nodes of the same priority are first come, first served. */
export class TaskQueue<Node extends Queued = Queued> {
  size = 0
  // The levels by their priorities. Most queues never have more than one at a time, and then this map is not kept.
  private levels: Map<number, PriorityLevel<Node>> | undefined = undefined
  // The heap of the levels: none has a greater priority than the level at half its index. Most programs use a handful of priorities, but
  // those that use points of time have one for each task.
  private readonly heap: Array<PriorityLevel<Node>> = []
  // The last level that was emptied. Most queues have one at a time, and use it again and again.
  private unused: PriorityLevel<Node> | undefined = undefined

  push(node: Node, priority = node.priority): void {
    this.levelFor(priority).push(node)
    this.size++
  }

  /** Puts a node before the others of its priority, because it has had its turn before. */
  unshift(node: Node): void {
    this.levelFor(node.priority).unshift(node)
    this.size++
  }

  get first(): Node | undefined {
    return this.heap[0]?.first
  }

  take(): Node | undefined {
    const node = this.first
    if (node !== undefined) unqueue(node)
    return node
  }

  toArray(): Array<Node> {
    return this.heap.toSorted((a, b) => b.priority - a.priority).flatMap((level) => level.toArray())
  }

  private levelFor(priority: number): PriorityLevel<Node> {
    const top = this.heap[0]
    const found = top?.priority === priority ? top : this.levels?.get(priority)
    if (found !== undefined) return found
    if (top !== undefined) this.levels ??= new Map([[top.priority, top]])
    const level = this.unused?.priority === priority ? this.unused : new PriorityLevel(priority, this)
    this.unused = undefined
    this.levels?.set(priority, level)
    this.place(level, this.heap.length)
    this.rise(level)
    return level
  }

  /** A node has left that level. */
  lost(level: PriorityLevel<Node>): void {
    this.size--
    if (level.size === 0) this.removeLevel(level)
  }

  private removeLevel(level: PriorityLevel<Node>): void {
    this.levels?.delete(level.priority)
    this.unused = level
    const last = this.heap.pop()!
    if (last === level) return
    this.place(last, level.position)
    this.rise(last)
    this.sink(last)
  }

  private place(level: PriorityLevel<Node>, position: number): void {
    level.position = position
    this.heap[position] = level
  }

  private rise(level: PriorityLevel<Node>): void {
    while (level.position > 0) {
      const above = this.heap[(level.position - 1) >> 1]!
      if (above.priority >= level.priority) return
      this.swap(level, above)
    }
  }

  private sink(level: PriorityLevel<Node>): void {
    while (true) {
      const left = this.heap[2 * level.position + 1]
      const right = this.heap[2 * level.position + 2]
      if (left === undefined) return
      const below = right !== undefined && right.priority > left.priority ? right : left
      if (below.priority <= level.priority) return
      this.swap(level, below)
    }
  }

  private swap(one: PriorityLevel<Node>, other: PriorityLevel<Node>): void {
    const position = one.position
    this.place(one, other.position)
    this.place(other, position)
  }
}

/** The queue that a node stands in, if it stands in one. */
export const queueOf = (node: Queued): TaskQueue | undefined => {
  const list = node.segment?.list
  return list instanceof PriorityLevel ? list.queue : undefined
}

/** Takes a node out of the queue it stands in, if it stands in one. */
export const unqueue = (node: Queued): void => {
  node.segment?.list.remove(node)
}
