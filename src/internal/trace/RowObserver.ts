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

/** How often the depth of the queue is recorded, at most, in microseconds. */
const depthEvery = 500
/** How many tasks that still wait at the end are recorded, at most. */
const mostWaiting = 1000

const outcomeNumber: Record<Outcome, number> = { succeeded: 0, failed: 1, cancelled: 2, timedOut: 3 }
const open = outcomes.indexOf("open")

/** Makes rows of an executor's events: one for each task that has ended. */
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

  /** Writes the executor's name. */
  introduce(rows = this.rows): void {
    const at = rows.add(Row.executor, this.executor, 0, this.engine.events.now())
    rows.numbers[at + Column.name] = rows.text(this.engine.name)
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
    const { rows } = this
    rows.numbers[at + Column.error] = rows.text(errorTagOf(task.exit))
    const { stuckAt } = task
    if (stuckAt.length > 0) rows.numbers[at + Column.detail] = rows.text(stuckAt.map(showFrame).join("\n"))
  }

  private task(rows: TraceRows, task: Task, time: number, outcome: number): number {
    const times = task.times!
    const { cost, engine, shownKey } = task
    const { durableKey } = times
    const at = rows.add(Row.task, this.executor, task.id, time)
    const { numbers } = rows
    // A name that consists of the task's number is made by the reader.
    numbers[at + Column.name] = task.isNamed ? rows.text(task.name) : 0
    numbers[at + Column.worker] = times.worker
    numbers[at + Column.submitted] = rowTime(times.submitted)
    numbers[at + Column.started] = rowTime(times.started)
    numbers[at + Column.running] = rowTime(times.running)
    numbers[at + Column.cleaningUp] = rowTime(times.cleaningUp)
    numbers[at + Column.outcome] = outcome
    numbers[at + Column.attempt] = times.attempt
    numbers[at + Column.parent] = times.parent ?? 0
    numbers[at + Column.after] = times.after ?? 0
    numbers[at + Column.error] = 0
    numbers[at + Column.detail] = 0
    numbers[at + Column.group] = engine.isGroup ? rows.text(engine.name) : 0
    numbers[at + Column.key] = rows.text(durableKey ?? shownKey)
    numbers[at + Column.isDurable] = durableKey === undefined ? 0 : 1
    numbers[at + Column.cost] = cost ?? 0
    return at
  }

  override joined(task: FutureImpl<unknown, unknown>, by: Task | undefined, time: number): void {
    const { rows } = this
    const at = rows.add(Row.join, this.executor, task.id, time)
    rows.numbers[at + Column.name] = task.isNamed ? rows.text(task.name) : 0
    rows.numbers[at + Column.parent] = by?.id ?? 0
  }

  override workerStarted(worker: number, time: number): void {
    this.worker(Row.workerStarted, worker, undefined, undefined, time)
  }

  override workerEnded(worker: number, reason: WorkerEndReason, error: unknown, time: number): void {
    const detail = error === undefined || error instanceof Error ? error?.message : String(error)
    this.worker(Row.workerEnded, worker, reason, detail, time)
  }

  private worker(
    kind: number,
    worker: number,
    error: string | undefined,
    detail: string | undefined,
    time: number
  ): void {
    const { rows } = this
    const at = rows.add(kind, this.executor, 0, time)
    rows.numbers[at + Column.worker] = worker
    rows.numbers[at + Column.error] = rows.text(error)
    rows.numbers[at + Column.detail] = rows.text(detail)
  }

  private depth(time: number): void {
    const { pending, running } = this.engine
    // An empty queue, and the end of all running tasks, are always recorded, because they may last.
    const isOver = (pending === 0 && this.lastPending > 0) || (running === 0 && this.lastRunning > 0)
    if (time - this.lastDepth < depthEvery && !isOver) return
    this.lastDepth = time
    this.lastPending = pending
    this.lastRunning = running
    const at = this.rows.add(Row.depth, this.executor, pending, time)
    this.rows.numbers[at + Column.worker] = running
  }

  /** Ends the recording with the tasks that have not ended. */
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

/** In a row, 0 means an unknown time. */
const rowTime = (time: number): number => (time === unknown ? 0 : time)
