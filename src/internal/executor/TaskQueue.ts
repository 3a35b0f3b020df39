import type { Engine } from "./Engine.ts"
import type { Lease } from "./Lanes.ts"
import { type Listed, UnrolledList } from "../UnrolledList.ts"

/** Who waits for a worker. */
export interface QueueNode extends Listed {
  readonly priority: number
  /** Where it was submitted. */
  readonly engine: Engine
  /** It has a worker now. */
  granted(lease: Lease): void
}

/** The nodes of one priority, first come first served. */
export class PriorityLane extends UnrolledList<QueueNode> {
  readonly priority: number
  readonly queue: TaskQueue
  /** Its place in the heap. */
  position = 0
  constructor(priority: number, queue: TaskQueue) {
    super()
    this.priority = priority
    this.queue = queue
  }

  override remove(node: QueueNode): void {
    super.remove(node)
    this.queue.lost(this)
  }
}

/** A queue with priorities, greatest first; first come first served among equals. */
export class TaskQueue {
  size = 0
  private readonly lanes = new Map<number, PriorityLane>()
  // The same lanes; none has a greater priority than the one at half its index. Most programs use a handful of
  // priorities, but those that make them of points of time have one for each task.
  private readonly heap: Array<PriorityLane> = []
  // The last one that was used up. Most queues have one at a time, and use it up again and again.
  private unused: PriorityLane | undefined = undefined

  push(node: QueueNode, priority = node.priority): void {
    this.laneFor(priority).push(node)
    this.size++
  }

  /** Puts a node before the others of its priority: it has had its turn once. */
  unshift(node: QueueNode): void {
    this.laneFor(node.priority).unshift(node)
    this.size++
  }

  get first(): QueueNode | undefined {
    return this.heap[0]?.first
  }

  take(): QueueNode | undefined {
    const node = this.first
    if (node !== undefined) unqueue(node)
    return node
  }

  toArray(): Array<QueueNode> {
    return this.heap.toSorted((a, b) => b.priority - a.priority).flatMap((lane) => lane.toArray())
  }

  private laneFor(priority: number): PriorityLane {
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
  lost(lane: PriorityLane): void {
    this.size--
    if (lane.size === 0) this.removeLane(lane)
  }

  private removeLane(lane: PriorityLane): void {
    this.lanes.delete(lane.priority)
    this.unused = lane
    const last = this.heap.pop()!
    if (last === lane) return
    this.place(last, lane.position)
    this.rise(last)
    this.sink(last)
  }

  private place(lane: PriorityLane, position: number): void {
    lane.position = position
    this.heap[position] = lane
  }

  private rise(lane: PriorityLane): void {
    while (lane.position > 0) {
      const above = this.heap[(lane.position - 1) >> 1]!
      if (above.priority >= lane.priority) return
      this.swap(lane, above)
    }
  }

  private sink(lane: PriorityLane): void {
    while (true) {
      const left = this.heap[2 * lane.position + 1]
      const right = this.heap[2 * lane.position + 2]
      if (left === undefined) return
      const below = right !== undefined && right.priority > left.priority ? right : left
      if (below.priority <= lane.priority) return
      this.swap(lane, below)
    }
  }

  private swap(one: PriorityLane, other: PriorityLane): void {
    const position = one.position
    this.place(one, other.position)
    this.place(other, position)
  }
}

/** The queue that a node stands in, if it stands in one. */
export const queueOf = (node: QueueNode): TaskQueue | undefined => {
  const list = node.block?.list
  return list instanceof PriorityLane ? list.queue : undefined
}

/** Takes a node out of the queue it stands in, if it stands in one. */
export const unqueue = (node: QueueNode): void => {
  node.block?.list.remove(node)
}
