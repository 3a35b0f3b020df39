import type { Engine } from "./Engine.ts"
import type { Lease } from "./Lanes.ts"

/** Who waits for a worker. It carries its own links, so that it leaves the queue from the middle in constant time. */
export interface QueueNode {
  next: QueueNode | undefined
  previous: QueueNode | undefined
  lane: PriorityLane | undefined
  readonly priority: number
  /** Where it was submitted. */
  readonly engine: Engine
  /** It has a worker now. */
  granted(lease: Lease): void
}

/** The nodes of one priority, first come first served. */
export class PriorityLane {
  head: QueueNode | undefined = undefined
  tail: QueueNode | undefined = undefined
  readonly priority: number
  readonly queue: TaskQueue
  /** Its place in the heap. */
  index: number
  constructor(priority: number, queue: TaskQueue, index: number) {
    this.priority = priority
    this.queue = queue
    this.index = index
  }
}

/** A queue with priorities, greatest first; first come first served among equals. */
export class TaskQueue {
  size = 0
  private readonly lanes = new Map<number, PriorityLane>()
  // The same lanes; none has a greater priority than the one at half its index. Most programs use a handful of
  // priorities, but those that make them of points of time have one for each task.
  private readonly heap: Array<PriorityLane> = []

  push(node: QueueNode, priority = node.priority): void {
    const lane = this.laneFor(priority)
    node.lane = lane
    node.previous = lane.tail
    if (lane.tail === undefined) lane.head = node
    else lane.tail.next = node
    lane.tail = node
    this.size++
  }

  /** Puts a node before the others of its priority: it has had its turn once. */
  unshift(node: QueueNode): void {
    const lane = this.laneFor(node.priority)
    node.lane = lane
    node.next = lane.head
    if (lane.head === undefined) lane.tail = node
    else lane.head.previous = node
    lane.head = node
    this.size++
  }

  get first(): QueueNode | undefined {
    return this.heap[0]?.head
  }

  take(): QueueNode | undefined {
    const node = this.heap[0]?.head
    if (node !== undefined) this.remove(node)
    return node
  }

  /** Takes out a node of this queue, wherever it stands. */
  remove(node: QueueNode): void {
    const lane = node.lane!
    if (node.previous === undefined) lane.head = node.next
    else node.previous.next = node.next
    if (node.next === undefined) lane.tail = node.previous
    else node.next.previous = node.previous
    node.next = node.previous = node.lane = undefined
    this.size--
    if (lane.head === undefined) this.removeLane(lane)
  }

  toArray(): Array<QueueNode> {
    const nodes: Array<QueueNode> = []
    for (const lane of this.heap.toSorted((a, b) => b.priority - a.priority)) {
      for (let node = lane.head; node !== undefined; node = node.next) nodes.push(node)
    }
    return nodes
  }

  private laneFor(priority: number): PriorityLane {
    const found = this.lanes.get(priority)
    if (found !== undefined) return found
    const lane = new PriorityLane(priority, this, this.heap.length)
    this.lanes.set(priority, lane)
    this.heap.push(lane)
    this.rise(lane)
    return lane
  }

  private removeLane(lane: PriorityLane): void {
    this.lanes.delete(lane.priority)
    const last = this.heap.pop()!
    if (last === lane) return
    this.place(last, lane.index)
    this.rise(last)
    this.sink(last)
  }

  private place(lane: PriorityLane, index: number): void {
    lane.index = index
    this.heap[index] = lane
  }

  private rise(lane: PriorityLane): void {
    while (lane.index > 0) {
      const above = this.heap[(lane.index - 1) >> 1]!
      if (above.priority >= lane.priority) return
      this.swap(lane, above)
    }
  }

  private sink(lane: PriorityLane): void {
    while (true) {
      const left = this.heap[2 * lane.index + 1]
      const right = this.heap[2 * lane.index + 2]
      if (left === undefined) return
      const below = right !== undefined && right.priority > left.priority ? right : left
      if (below.priority <= lane.priority) return
      this.swap(lane, below)
    }
  }

  private swap(one: PriorityLane, other: PriorityLane): void {
    const index = one.index
    this.place(one, other.index)
    this.place(other, index)
  }
}

/** Takes a node out of the queue it stands in, if it stands in one. */
export const unqueue = (node: QueueNode): void => {
  if (node.lane !== undefined) node.lane.queue.remove(node)
}
