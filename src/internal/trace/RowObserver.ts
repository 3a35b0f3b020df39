import type { WorkerEndReason } from "../../Executor.ts"
import type { Engine } from "../executor/Engine.ts"
import { runningTasks, waitingTasks } from "../executor/tasksOf.ts"
import { Observer } from "../executor/events/Observer.ts"
import { errorTagOf } from "../executor/events/errorTagOf.ts"
import type { TaskFuture } from "../executor/TaskFuture.ts"
import { TaskTimes, unknown } from "../executor/events/TaskTimes.ts"
import type { Outcome } from "../executor/TaskOwner.ts"
import type { FutureImpl } from "../future/FutureImpl.ts"
import { showFrame } from "../show.ts"
import { Column, Detail, headOf, Origin, outcomes, Row, rowsOfTask, type TraceRows } from "./TraceChunk.ts"

type Task = TaskFuture<unknown, unknown>

/** How often the depth of the queue is recorded, at most, in microseconds. */
const depthEvery = 500
/** How many tasks that still wait at the end are recorded, at most. */
const mostWaiting = 1000

const outcomeNumber: Record<Outcome, number> = { succeeded: 0, failed: 1, cancelled: 2, timedOut: 3 }
const open = outcomes.indexOf("open")
/** The times of a task that ran already when the recording began. */
const untold = TaskTimes.of(unknown)

/** Makes rows of an executor's events: one for each task that has ended. */
export class RowObserver extends Observer {
  private readonly engine: Engine
  private readonly executor: number
  private readonly rows: TraceRows
  private readonly began: number
  private lastDepth = 0
  private lastPending = 0
  private lastRunning = 0

  constructor(engine: Engine, executor: number, rows: TraceRows) {
    super()
    this.engine = engine
    this.executor = executor
    this.rows = rows
    this.began = engine.events.now()
  }

  /** Writes the executor's name. */
  introduce(rows: TraceRows): void {
    const at = rows.add(headOf(Row.executor, this.executor), 0, this.engine.events.now())
    rows.numbers[at + Column.name] = rows.text(this.engine.name)
  }

  override submitted(_task: Task, time: number): void {
    this.depth(time)
  }

  override started(_task: Task, time: number): void {
    this.depth(time)
  }

  override ended(task: Task, outcome: Outcome): void {
    const times = task.times!
    const time = times.ended
    this.task(this.rows, task, times, time, outcome === "succeeded" ? 0 : outcomeNumber[outcome])
    this.depth(time)
  }

  override waitsAgain(task: Task): void {
    const { attempt, running, started, worker } = task.times!
    if (started === unknown) return
    const time = this.engine.events.now()
    const at = this.rows.add(headOf(Row.attempt, this.executor), task.id, time)
    const { numbers } = this.rows
    numbers[at + Column.name] = task.isNamed ? this.rows.text(task.name) : 0
    numbers[at + Column.worker] = worker
    numbers[at + Column.attempt] = attempt
    numbers[at + Column.started] = started
    numbers[at + Column.running] = running
    this.depth(time)
  }

  private task(rows: TraceRows, task: Task, times: TaskTimes, time: number, outcome: number): void {
    rows.reserve(rowsOfTask)
    const at = rows.add(headOf(Row.task, this.executor, outcome), task.id, time)
    const { numbers } = rows
    // A name that consists of the task's number is made by the reader.
    numbers[at + Column.name] = task.isNamed ? rows.text(task.name) : 0
    numbers[at + Column.submitted] = times.submitted
    // A task that ran already when the recording began is shown from then on.
    const isEarlier = times.started === unknown && task.taskRun !== undefined
    numbers[at + Column.worker] = isEarlier ? (task.taskRun?.lease?.worker.id ?? 0) : times.worker
    numbers[at + Column.started] = isEarlier ? this.began : times.started
    numbers[at + Column.running] = isEarlier ? this.began : times.running
    if (times.parent !== undefined || times.after !== undefined || times.attempt > 1) this.origin(rows, times)
    const isPlain = outcome === 0 && times.cleaningUp === unknown && times.durableKey === undefined
    if (!isPlain || task.engine.isGroup || task.shownKey !== undefined || task.cost !== undefined) {
      this.details(rows, task, times, outcome)
    }
  }

  private origin(rows: TraceRows, { after, attempt, parent }: TaskTimes): void {
    const at = rows.add(headOf(Row.origin, this.executor), attempt, parent ?? 0)
    rows.numbers[at + Origin.after] = after ?? 0
  }

  private details(rows: TraceRows, task: Task, times: TaskTimes, outcome: number): void {
    const { cost, engine, shownKey, stuckAt } = task
    const { cleaningUp, durableKey } = times
    const hasFailed = outcome !== 0 && outcome !== open
    const at = rows.add(headOf(Row.details, this.executor), cleaningUp, 0)
    const { numbers } = rows
    numbers[at + Detail.error] = hasFailed ? rows.text(errorTagOf(task.exit)) : 0
    numbers[at + Detail.stuckAt] = hasFailed && stuckAt.length > 0 ? rows.text(stuckAt.map(showFrame).join("\n")) : 0
    numbers[at + Detail.group] = engine.isGroup ? rows.text(engine.name) : 0
    numbers[at + Detail.key] = rows.text(durableKey ?? shownKey)
    numbers[at + Detail.isDurable] = durableKey === undefined ? 0 : 1
    numbers[at + Detail.cost] = cost ?? 0
  }

  override joined(task: FutureImpl<unknown, unknown>, by: Task | undefined, time: number): void {
    const { rows } = this
    const at = rows.add(headOf(Row.join, this.executor), task.id, time)
    rows.numbers[at + Column.name] = task.isNamed ? rows.text(task.name) : 0
    rows.numbers[at + Column.by] = by?.id ?? 0
  }

  override workerStarted(worker: number, time: number): void {
    this.worker(Row.workerStarted, worker, undefined, undefined, time)
  }

  override workerEnded(worker: number, reason: WorkerEndReason, error: unknown, time: number): void {
    this.worker(Row.workerEnded, worker, reason, messageOf(error), time)
  }

  private worker(
    kind: number,
    worker: number,
    reason: string | undefined,
    message: string | undefined,
    time: number
  ): void {
    const { rows } = this
    const at = rows.add(headOf(kind, this.executor), 0, time)
    rows.numbers[at + Column.worker] = worker
    rows.numbers[at + Column.reason] = rows.text(reason)
    rows.numbers[at + Column.message] = rows.text(message)
  }

  private depth(time: number): void {
    const { pending, running } = this.engine
    // An empty queue, and the end of all running tasks, are always recorded, because they may last.
    const isOver = (pending === 0 && this.lastPending > 0) || (running === 0 && this.lastRunning > 0)
    if (time - this.lastDepth < depthEvery && !isOver) return
    this.lastDepth = time
    this.lastPending = pending
    this.lastRunning = running
    const at = this.rows.add(headOf(Row.depth, this.executor), pending, time)
    this.rows.numbers[at + Column.worker] = running
  }

  /** Ends the recording with the tasks that have not ended. */
  finish(rows = this.rows): void {
    const time = this.engine.events.now()
    for (const task of runningTasks(this.engine)) this.unended(rows, task, time)
    let listed = 0
    for (const task of waitingTasks(this.engine)) {
      if (listed === mostWaiting) break
      if (this.unended(rows, task, time)) listed++
    }
    const unlisted = this.engine.pending - listed
    if (unlisted > 0) rows.add(headOf(Row.unlisted, this.executor), unlisted, time)
    const at = rows.add(headOf(Row.depth, this.executor), this.engine.pending, time)
    rows.numbers[at + Column.worker] = this.engine.running
  }

  private unended(rows: TraceRows, task: Task, time: number): boolean {
    const times = task.times ?? (task.taskRun === undefined ? undefined : untold)
    if (times !== undefined) this.task(rows, task, times, time, open)
    return times !== undefined
  }
}

// Errors of workers may come from foreign code: a message may be anything, and a getter may throw.
const messageOf = (error: unknown): string | undefined => {
  if (error === undefined) return undefined
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    return "an error that cannot be shown"
  }
}
