import type { WorkerEndReason } from "../../Executor.ts"
import type { Engine } from "../executor/Engine.ts"
import { runningTasks, waitingTasks } from "../executor/tasksOf.ts"
import { Observer } from "../executor/Observer.ts"
import { errorTagOf } from "../executor/errorTagOf.ts"
import type { TaskFuture } from "../executor/TaskFuture.ts"
import { unknown } from "../executor/TaskTimes.ts"
import type { Outcome } from "../executor/TaskOwner.ts"
import type { FutureImpl } from "../future/FutureImpl.ts"
import { showFrame } from "../showFrame.ts"
import { Column, outcomes, Row, type TraceRows } from "./TraceChunk.ts"

type Task = TaskFuture<unknown, unknown>

/** How often the depth of the queue is noted, at most, in microseconds. */
const depthEvery = 500
/** Tasks that wait when the recording ends, at most, that get a place in it. */
const mostWaiting = 1000

const outcomeNumber: Record<Outcome, number> = { succeeded: 0, failed: 1, cancelled: 2, timedOut: 3 }
const open = outcomes.indexOf("open")

/** Makes rows of what happens in an executor: one for each task, when it has ended. */
export class RowObserver extends Observer {
  private readonly engine: Engine
  private readonly executor: number
  private readonly rows: TraceRows
  private lastDepth = 0
  private lastPending = 0
  private lastRunning = 0

  constructor(engine: Engine, executor: number, rows: TraceRows) {
    super()
    this.engine = engine
    this.executor = executor
    this.rows = rows
  }

  /** Says what the executor is called. */
  introduce(rows = this.rows): void {
    const at = rows.add(Row.executor, this.executor, 0, this.engine.events.now())
    setText(rows, at, Column.name, this.engine.name)
  }

  override submitted(_task: Task, time: number): void {
    this.depth(time)
  }

  override started(_task: Task, time: number): void {
    this.depth(time)
  }

  override ended(task: Task, outcome: Outcome): void {
    const time = task.times!.ended
    const at = this.task(this.rows, task, time, outcomeNumber[outcome])
    if (outcome !== "succeeded") this.failed(at, task)
    this.depth(time)
  }

  private failed(at: number, task: Task): void {
    setText(this.rows, at, Column.error, errorTagOf(task.exit))
    const { stuckAt } = task
    if (stuckAt.length > 0) setText(this.rows, at, Column.detail, stuckAt.map(showFrame).join("\n"))
  }

  private task(rows: TraceRows, task: Task, time: number, outcome: number): number {
    const times = task.times!
    const at = rows.add(Row.task, this.executor, task.id, time)
    // A name that is made of the task's number is made again where the row is read.
    if (task.isNamed) setText(rows, at, Column.name, task.name)
    if (task.engine.isGroup) setText(rows, at, Column.group, task.engine.name)
    const { cost, shownKey } = task
    const { durableKey: key = shownKey } = times
    if (key !== undefined) setText(rows, at, Column.key, key)
    const { numbers } = rows
    numbers[at + Column.isDurable] = times.durableKey === undefined ? 0 : 1
    if (cost !== undefined) numbers[at + Column.cost] = cost
    numbers[at + Column.worker] = times.worker
    numbers[at + Column.submitted] = rowTime(times.submitted)
    numbers[at + Column.admitted] = rowTime(times.admitted)
    numbers[at + Column.started] = rowTime(times.started)
    numbers[at + Column.running] = rowTime(times.running)
    numbers[at + Column.cleaningUp] = rowTime(times.cleaningUp)
    numbers[at + Column.outcome] = outcome
    numbers[at + Column.attempt] = times.attempt
    numbers[at + Column.parent] = times.parent ?? 0
    numbers[at + Column.after] = times.after ?? 0
    return at
  }

  override joined(task: FutureImpl<unknown, unknown>, by: Task | undefined, time: number): void {
    const at = this.rows.add(Row.join, this.executor, task.id, time)
    if (task.isNamed) setText(this.rows, at, Column.name, task.name)
    this.rows.numbers[at + Column.parent] = by?.id ?? 0
  }

  override workerStarted(worker: number, time: number): void {
    this.rows.numbers[this.rows.add(Row.workerStarted, this.executor, 0, time) + Column.worker] = worker
  }

  override workerEnded(worker: number, reason: WorkerEndReason, error: unknown, time: number): void {
    const at = this.rows.add(Row.workerEnded, this.executor, 0, time)
    this.rows.numbers[at + Column.worker] = worker
    setText(this.rows, at, Column.error, reason)
    if (error !== undefined)
      setText(this.rows, at, Column.detail, error instanceof Error ? error.message : String(error))
  }

  private depth(time: number): void {
    const { pending, running } = this.engine
    // An empty queue is always noted, as is the end of all running: it may be for long.
    const isOver = (pending === 0 && this.lastPending > 0) || (running === 0 && this.lastRunning > 0)
    if (time - this.lastDepth < depthEvery && !isOver) return
    this.lastDepth = time
    this.lastPending = pending
    this.lastRunning = running
    const at = this.rows.add(Row.depth, this.executor, pending, time)
    this.rows.numbers[at + Column.worker] = running
  }

  /** Finishes the recording with the tasks that have not ended. */
  finish(rows = this.rows): void {
    const time = this.engine.events.now()
    for (const task of runningTasks(this.engine)) if (task.times !== undefined) this.task(rows, task, time, open)
    let left = mostWaiting
    for (const task of waitingTasks(this.engine)) {
      if (task.times === undefined) continue
      if (left-- === 0) break
      this.task(rows, task, time, open)
    }
    const at = rows.add(Row.depth, this.executor, this.engine.pending, time)
    rows.numbers[at + Column.worker] = this.engine.running
  }
}

/** In a row, 0 stands for a time that is not known. */
const rowTime = (time: number): number => (time === unknown ? 0 : time)

const setText = (rows: TraceRows, at: number, column: number, text: string | undefined): void => {
  rows.numbers[at + column] = rows.text(text)
}
