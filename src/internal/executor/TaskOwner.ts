import type { ExecutorShutdownError } from "../../Errors.ts"
import type { FutureEvents } from "../future/FutureImpl.ts"
import type { Overdue } from "./timeouts/overdueFiber.ts"
import type { RunOwner } from "./TaskRun.ts"
import type { Lease } from "./workers/WorkerPool.ts"

/** How a task ended, as the statistics count it. */
export type Outcome = "succeeded" | "failed" | "cancelled" | "timedOut"

/** The rates of an executor or group, which let a task begin. */
export interface TaskAdmission<Task> {
  /** Whether there are any rates. */
  readonly isRated: boolean
  /** Takes the cost of the task from all rates. Returns the admission whose rate refuses, if one does. */
  pay(task: Task): TaskAdmission<Task> | undefined
  /** The rate does not let the task begin, so the task waits there again. */
  refuse(task: Task): void
}

/** The events of an executor or group, as tasks and their workers see them. */
interface TaskOwnerEvents<Task> extends FutureEvents {
  cleaningUp(task: Task): void
  /** A task that outlives its worker was given to another worker. */
  startedAgain(task: Task, worker: number): void
}

/** The executor or group that a task was submitted to, as the task and its workers see it. */
export interface TaskOwner<Task> extends RunOwner {
  readonly admission: TaskAdmission<Task>
  readonly name: string
  /** The group and its parents, up to the executor. */
  readonly chain: ReadonlyArray<object>
  readonly isGroup: boolean
  /** The key whose tasks it has, if `Executor.keyed` has made it. */
  readonly key: string | undefined
  /** Whether the executor takes no more tasks. */
  readonly isClosed: boolean
  shutdownError(): ExecutorShutdownError
  /** Whether tasks run in this thread, as fibers. */
  readonly runsHere: boolean
  /** Whether workers elsewhere report the call of a task's function. Other machines do not. */
  readonly hearsOfCalls: boolean
  /** The function of the task has been called. */
  called(task: Task): void
  /** The limit of a running task is over. `undefined` if it gets more time. */
  overdue(task: Task): Overdue | undefined
  /** The task has got a worker from the root. */
  taskGranted(task: Task, lease: Lease): void
  /** The task's turn to begin has come. */
  beginTask(task: Task): void
  /** The worker of a task that has not begun is gone. */
  waitAgain(task: Task): void
  /** The task's fiber has found out that the worker is gone and the task has not begun. `park` makes the fiber wait for the next worker. */
  moveLate(task: Task, park: () => void): void
  settled(task: Task, wasPending: boolean, outcome: Outcome, isOutermost: boolean): void
  readonly events: TaskOwnerEvents<Task>
}

/** A handle of the worker elsewhere that a task was handed over to. */
export interface HandedOver {
  /** Takes the task back. `true` if it had not begun: then none of its code will run there. */
  revoke(): boolean
  /** Revokes later, if a worker cannot tell at once and `revoke` has returned `false`. Calls back if the task had not begun. */
  revokeLater?(onGone: () => void, options: { readonly orStop: boolean }): void
  /** Revokes or stops a task that is no longer wanted. */
  abandon(): void
  /** The worker has died before the task began. The task waits for another one. */
  moved(): void
  /** Whether the function of the task has been called, as far as this side knows or the shared memory shows. */
  readonly hasBegun: boolean
}
