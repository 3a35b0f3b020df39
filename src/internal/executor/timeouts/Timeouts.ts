import * as Duration from "effect/Duration"
import { readerWaitsOf } from "../../stream/ReaderWaits.ts"
import { Deadlines } from "./Deadlines.ts"
import { Overdue } from "./overdueFiber.ts"
import { PrefetchingWorker } from "../workers/PrefetchingWorker.ts"
import type { TaskFuture } from "../TaskFuture.ts"

type Task = TaskFuture<unknown, unknown>

export interface TimeoutsOptions {
  /** Milliseconds, `Infinity` for none. */
  readonly queueTimeout: number
  /** How long a worker elsewhere may take to prepare for a task, in real milliseconds. */
  readonly startTimeout?: number
}

/**
 * Decides which timeout a task has at the moment (for its wait, for the start of its worker, or for its run), and whether it is over.
 * `Deadlines` has the clock, and `TaskFuture.expire` stops the task.
 */
export class Timeouts {
  private readonly queueTimeout: number
  private readonly startTimeout: number
  private readonly runsHere: boolean
  private readonly giveUp: (worker: PrefetchingWorker) => void
  private readonly deadlines: Deadlines

  constructor(
    { queueTimeout, startTimeout = Infinity }: TimeoutsOptions,
    runsHere: boolean,
    giveUp: (worker: PrefetchingWorker) => void
  ) {
    this.queueTimeout = queueTimeout
    this.startTimeout = startTimeout
    this.runsHere = runsHere
    this.giveUp = giveUp
    this.deadlines = new Deadlines(!runsHere)
  }

  stop(task: Task): void {
    task.deadline?.remove()
  }

  waits(task: Task): void {
    if (this.queueTimeout !== Infinity) this.deadlines.add(task, this.queueTimeout)
  }

  /** The worker prepares for the task. */
  starts(task: Task): void {
    if (task.taskRun === undefined || task.isDone) return
    if (this.startTimeout !== Infinity) this.deadlines.addReal(task, this.startTimeout)
  }

  runs(task: Task): void {
    if (task.timeout !== 0) this.deadlines.add(task, task.timeout)
  }

  /** Why a task whose timeout is over must stop. `undefined` if it gets more time. */
  overdue(task: Task): Overdue | undefined {
    const { handedOver, isRunning, taskRun } = task
    if (this.runsHere) return this.overran(task)
    if (handedOver === undefined || handedOver.hasBegun) {
      if (isRunning) return this.overran(task)
      // The report of the call is on its way.
      if (handedOver !== undefined) {
        task.functionCalled()
        return undefined
      }
    } else if (isRunning && taskRun !== undefined) {
      // The worker was believed to be ready for the task. Its preparation does not count for the task.
      if (taskRun.preparedFor(task.timeout) < this.startTimeout) {
        this.deadlines.add(task, task.timeout)
        return undefined
      }
    }
    const worker = taskRun?.lease?.worker
    if (handedOver !== undefined && worker instanceof PrefetchingWorker) this.giveUp(worker)
    return new Overdue(Duration.millis(this.startTimeout), "starting")
  }

  /** The time in which the task has waited for the reader of its stream does not count. The task gets that time in addition. */
  private overran(task: Task): Overdue | undefined {
    const again = (left: number): void => {
      if (!task.isDone) this.deadlines.add(task, left)
    }
    return readerWaitsOf(task)?.prolong(again) === true
      ? undefined
      : new Overdue(Duration.millis(task.timeout), "running")
  }
}
