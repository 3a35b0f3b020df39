import type { WorkerEndReason } from "../../../Executor.ts"
import type { FutureImpl } from "../../future/FutureImpl.ts"
import type { TaskFuture } from "../TaskFuture.ts"
import type { Outcome } from "../TaskOwner.ts"

type Task = TaskFuture<unknown, unknown>

/**
 * Is called for each event of an executor, in the middle of bookkeeping. So an observer only records, and runs no user code.
 *
 * A subclass overrides the methods for the events that it needs. Times are in microseconds of the executor's clock. The times of a task are
 * in `task.times`.
 */
export class Observer {
  /** Whether it needs the times of `running` and `cleaningUp`. Otherwise the clock is not read for them. */
  readonly needsPhases: boolean = true
  /** Whether it needs to know where tasks come from: `parent`, `after` and `durableKey`. */
  readonly needsOrigins: boolean = true
  submitted(_task: Task, _time: number): void {}
  /** The task has a worker. */
  started(_task: Task, _time: number): void {}
  /** The function of the task has been called. */
  running(_task: Task): void {}
  /** The task is asked to stop, or has come to its finalizers. */
  cleaningUp(_task: Task): void {}
  ended(_task: Task, _outcome: Outcome): void {}
  /** The task waits again: its worker has died before the task began. */
  waitsAgain(_task: Task): void {}
  /** The result has been read, by code of the task `by` or by code outside of tasks. */
  joined(_task: FutureImpl<unknown, unknown>, _by: { readonly id: number } | undefined, _time: number): void {}
  workerStarted(_worker: number, _time: number): void {}
  workerEnded(_worker: number, _reason: WorkerEndReason, _error: unknown, _time: number): void {}
  /** The executor has ended. */
  closed(): void {}
}
