import type * as Scope from "effect/Scope"
import type { Surrounding } from "./CurrentTask.ts"
import type { Engine } from "./Engine.ts"
import type { Lease } from "./Lanes.ts"
import type { TaskFuture } from "./TaskFuture.ts"
import type { PriorityLane, QueueNode } from "./TaskQueue.ts"
/**
 * A task while it runs: the worker it holds, and what it lends.
 *
 * It stands in the queue itself when it wants back a worker that it has lent.
 */
export declare class TaskRun implements QueueNode, Surrounding {
  next: QueueNode | undefined
  previous: QueueNode | undefined
  lane: PriorityLane | undefined
  readonly priority: number
  readonly task: TaskFuture<unknown, unknown>
  lease: Lease | undefined
  /** Set once the task's code has begun. */
  scope: Scope.Closeable | undefined
  engines: ReadonlyArray<Engine>
  private ended
  private waiting
  private wakes
  constructor(task: TaskFuture<unknown, unknown>, lease: Lease)
  get engine(): Engine
  /** This, until the task has ended: a fiber that outlives it is no part of it. */
  get run(): TaskRun | undefined
  get isLending(): boolean
  lend(): void
  /** Ends one wait; `wake` is called as soon as the task may go on, which is at once if the worker stays lent anyway. */
  takeBack(wake: (() => void) | undefined): void
  granted(lease: Lease): void
  /** The task has ended: what it lends or asks back is settled. */
  end(): void
  private wakeAll
}
