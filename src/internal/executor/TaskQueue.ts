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
  constructor(priority: number, queue: TaskQueue) {
    this.priority = priority
    this.queue = queue
  }
}

/** A queue with priorities, greatest first; first come first served among equals. */
export class TaskQueue {
  size = 0
  // Greatest priority first. Programs use a handful of priorities, so a scan beats a heap.
  private lanes: Array<PriorityLane> = []

  push(node: QueueNode): void {
    const lane = this.laneFor(node.priority)
    node.lane = lane
    node.previous = lane.tail
    if (lane.tail === undefined) lane.head = node
    else lane.tail.next = node
    lane.tail = node
    this.size++
  }

  take(): QueueNode | undefined {
    const node = this.lanes[0]?.head
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
    if (lane.head === undefined) this.lanes.splice(this.lanes.indexOf(lane), 1)
  }

  toArray(): Array<QueueNode> {
    const nodes: Array<QueueNode> = []
    for (const lane of this.lanes) {
      for (let node = lane.head; node !== undefined; node = node.next) nodes.push(node)
    }
    return nodes
  }

  private laneFor(priority: number): PriorityLane {
    let index = 0
    while (index < this.lanes.length && this.lanes[index]!.priority > priority) index++
    const found = this.lanes[index]
    if (found !== undefined && found.priority === priority) return found
    const lane = new PriorityLane(priority, this)
    this.lanes.splice(index, 0, lane)
    return lane
  }
}

/** Takes a node out of the queue it stands in, if it stands in one. */
export const unqueue = (node: QueueNode): void => {
  if (node.lane !== undefined) node.lane.queue.remove(node)
}
