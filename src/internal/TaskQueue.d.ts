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
export declare class PriorityLane {
  head: QueueNode | undefined
  tail: QueueNode | undefined
  readonly priority: number
  readonly queue: TaskQueue
  constructor(priority: number, queue: TaskQueue)
}
/** A queue with priorities, greatest first; first come first served among equals. */
export declare class TaskQueue {
  size: number
  private lanes
  push(node: QueueNode): void
  take(): QueueNode | undefined
  /** Takes out a node of this queue, wherever it stands. */
  remove(node: QueueNode): void
  toArray(): Array<QueueNode>
  private laneFor
}
/** Takes a node out of the queue it stands in, if it stands in one. */
export declare const unqueue: (node: QueueNode) => void
