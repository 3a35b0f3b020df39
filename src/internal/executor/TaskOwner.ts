import type { ExecutorShutdownError } from "../../Errors.ts"
import type { FutureEvents } from "../future/FutureImpl.ts"
import type { Overdue } from "./Overdue.ts"
import type { RunOwner } from "./TaskRun.ts"
import type { Lease } from "./WorkerPool.ts"

/** How a task ended, as the statistics count it. */
export type Outcome = "succeeded" | "failed" | "cancelled" | "timedOut"

/** What lets a task begin: the rates that it is subject to. */
export interface TaskAdmission<Task> {
  /** Whether there are any. */
  readonly isRated: boolean
  /** Takes what the task costs from all rates. Gives back the one whose rate does not let it. */
  pay(task: Task): TaskAdmission<Task> | undefined
  /** Its rate does not let the task begin: that one waits there again. */
  refuse(task: Task): void
}

/** The events of an executor or group, as tasks and their workers see them. */
interface TaskOwnerEvents<Task> extends FutureEvents {
  cleaningUp(task: Task): void
  /** A task that does not end with its worker has been given to another worker. */
  startedAgain(task: Task, worker: number): void
}

/** The executor or group that a task was submitted to, as the task and its workers see it. */
export interface TaskOwner<Task> extends RunOwner {
  readonly admission: TaskAdmission<Task>
  readonly name: string
  /** Itself, and what it is a group of, up to the executor. */
  readonly chain: ReadonlyArray<object>
  readonly isGroup: boolean
  /** The key whose tasks it has, of those that are made by key. */
  readonly key: string | undefined
  /** Whether it takes no more tasks. */
  readonly isClosed: boolean
  shutdownError(): ExecutorShutdownError
  /** Whether tasks run in this thread, as fibers. */
  readonly runsHere: boolean
  /** Whether it hears when a worker elsewhere has called the function of a task. Of another machine it does not. */
  readonly hearsOfCalls: boolean
  /** The function of the task has been called. */
  called(task: Task): void
  /** The time of a running task is over. `undefined` if it gets more. */
  overdue(task: Task): Overdue | undefined
  /** The root has given the task a worker. */
  taskGranted(task: Task, lease: Lease): void
  /** It is the task's turn to begin. */
  beginTask(task: Task): void
  /** The worker of a task that has not begun is gone. */
  waitAgain(task: Task): void
  /** The same, found out by the task's fiber. `park` has that wait for the next worker. */
  moveLate(task: Task, park: () => void): void
  settled(task: Task, wasPending: boolean, outcome: Outcome): void
  readonly events: TaskOwnerEvents<Task>
}

/** What a task is to the worker that it was handed to. */
export interface HandedOver {
  /** `true` if it had not begun: none of its code will run there. */
  revoke(): boolean
  /** For what cannot tell at once: asks for the same, and calls back if it had not begun. `revoke` has said `false` then. */
  revokeLater?(onGone: () => void, options: { readonly orStop: boolean }): void
  /** Nobody waits for it any more: it is taken back or stopped. */
  abandon(): void
  /** The worker has died before it began. It waits for another one. */
  moved(): void
  /** Whether its function has been called, as far as can be told: what is known here, or stands in memory that both share. */
  readonly hasBegun: boolean
}
