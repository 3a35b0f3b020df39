import { type Listed, UnrolledList } from "../UnrolledList.ts"

/** What stands in a queue. */
export interface Queued extends Listed {
  readonly priority: number
}

/** The nodes of one priority, first come first served. */
export class PriorityLane<Node extends Queued = Queued> extends UnrolledList<Node> {
  readonly priority: number
  readonly queue: TaskQueue<Node>
  /** Its place in the heap. */
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

/** A queue with priorities, greatest first; first come first served among equals. */
export class TaskQueue<Node extends Queued = Queued> {
  size = 0
  private readonly lanes = new Map<number, PriorityLane<Node>>()
  // The same lanes; none has a greater priority than the one at half its index. Most programs use a handful of
  // priorities, but those that make them of points of time have one for each task.
  private readonly heap: Array<PriorityLane<Node>> = []
  // The last one that was used up. Most queues have one at a time, and use it up again and again.
  private unused: PriorityLane<Node> | undefined = undefined

  push(node: Node, priority = node.priority): void {
    this.laneFor(priority).push(node)
    this.size++
  }

  /** Puts a node before the others of its priority: it has had its turn once. */
  unshift(node: Node): void {
    this.laneFor(node.priority).unshift(node)
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
    return this.heap.toSorted((a, b) => b.priority - a.priority).flatMap((lane) => lane.toArray())
  }

  private laneFor(priority: number): PriorityLane<Node> {
    const found = this.lanes.get(priority)
    if (found !== undefined) return found
    const lane = this.unused?.priority === priority ? this.unused : new PriorityLane(priority, this)
    this.unused = undefined
    this.lanes.set(priority, lane)
    this.place(lane, this.heap.length)
    this.rise(lane)
    return lane
  }

  /** A node has left that lane. */
  lost(lane: PriorityLane<Node>): void {
    this.size--
    if (lane.size === 0) this.removeLane(lane)
  }

  private removeLane(lane: PriorityLane<Node>): void {
    this.lanes.delete(lane.priority)
    this.unused = lane
    const last = this.heap.pop()!
    if (last === lane) return
    this.place(last, lane.position)
    this.rise(last)
    this.sink(last)
  }

  private place(lane: PriorityLane<Node>, position: number): void {
    lane.position = position
    this.heap[position] = lane
  }

  private rise(lane: PriorityLane<Node>): void {
    while (lane.position > 0) {
      const above = this.heap[(lane.position - 1) >> 1]!
      if (above.priority >= lane.priority) return
      this.swap(lane, above)
    }
  }

  private sink(lane: PriorityLane<Node>): void {
    while (true) {
      const left = this.heap[2 * lane.position + 1]
      const right = this.heap[2 * lane.position + 2]
      if (left === undefined) return
      const below = right !== undefined && right.priority > left.priority ? right : left
      if (below.priority <= lane.priority) return
      this.swap(lane, below)
    }
  }

  private swap(one: PriorityLane<Node>, other: PriorityLane<Node>): void {
    const position = one.position
    this.place(one, other.position)
    this.place(other, position)
  }
}

/** The queue that a node stands in, if it stands in one. */
export const queueOf = (node: Queued): TaskQueue | undefined => {
  const list = node.block?.list
  return list instanceof PriorityLane ? list.queue : undefined
}

/** Takes a node out of the queue it stands in, if it stands in one. */
export const unqueue = (node: Queued): void => {
  node.block?.list.remove(node)
}
