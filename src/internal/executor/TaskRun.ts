import type * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import type * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { StackFrame } from "../../Errors.ts"
import type { Blockable, Surrounding } from "../future/blocking.ts"
import type { Lease } from "./workers/WorkerPool.ts"
import type { FutureImpl, FutureOwner } from "../future/FutureImpl.ts"
import { addReport } from "../future/ReportLog.ts"
import type { Reporter } from "../task/reporting.ts"
import type { Queued } from "./queues/TaskQueue.ts"
import * as trampoline from "../trampoline.ts"
import type { Segment } from "../UnrolledList.ts"

const none: ReadonlyArray<never> = []

// The base of an effect that knows its fiber, without a closure for each task.
const Body: new () => Effect.Effect<unknown, unknown> = (() => {
  const Body = function () {}
  Body.prototype = Effectable.Prototype<TaskRun>({
    label: "TaskRun",
    evaluate(fiber) {
      return this.beginIn(fiber)
    }
  })
  // A `class` needs no more of its base than that.
  return Body as unknown as new () => Effect.Effect<unknown, unknown>
})()

/** A task, as its run sees it. */
interface Runnable extends FutureImpl<unknown, unknown> {
  readonly engine: RunOwner
  /** The effect to run. The task drops it. */
  takeEffect(): Effect.Effect<unknown, unknown>
  /** Whether the task has been asked to stop. */
  readonly isStopping: boolean
  /** The task has come to its finalizers. */
  cleansUp(): void
  /** Called in the fiber's first step. */
  forkedAs(fiber: Fiber.Fiber<unknown, unknown>): void
}

/** The executor or group of a task, as its run sees it. */
export interface RunOwner extends FutureOwner {
  /** The work of a worker on a task. */
  bodyOf(
    run: TaskRun,
    effect: Effect.Effect<unknown, unknown>,
    fiber: Fiber.Fiber<unknown, unknown>
  ): Effect.Effect<unknown, unknown>
  /** The task waits for its own executor, and lends its worker. */
  block(run: TaskRun): void
  /** The task wants a worker again. */
  unblock(run: TaskRun): void
}

/**
 * A running task, and the worker that it has unless it is blocked. As an effect, the run is the body of the task's fiber.
 *
 * When the task wants a worker again, the run itself waits in the queue.
 */
export class TaskRun<Task extends Runnable = Runnable>
  extends Body
  implements Queued, Blockable, Surrounding, Reporter
{
  segment: Segment | undefined = undefined
  index = 0
  readonly task: Task
  private ownLease: Lease | undefined
  private ownScope: Scope.Closeable | undefined = undefined
  private ownEngines: ReadonlyArray<object> = none
  private frames: ReadonlyArray<StackFrame> = none
  private preparing = 0
  private ended = false
  // How many fibers of the task wait for its own executor. The worker is lent as long as any of them does: the task that it waits for may
  // need that very worker.
  private waiting = 0
  // The fibers that wait for a worker to come back. Most tasks never have any.
  private wakes: Array<() => void> | undefined = undefined

  constructor(task: Task, lease: Lease) {
    super()
    this.task = task
    this.ownLease = lease
  }

  /** The lease of its worker, unless it is blocked. */
  get lease(): Lease | undefined {
    return this.ownLease
  }

  /** The executors and groups that the task is in. */
  get engines(): ReadonlyArray<object> {
    return this.ownEngines
  }

  /** The stack of the code that was stopped by force. */
  get stuckAt(): ReadonlyArray<StackFrame> {
    return this.frames
  }

  /** The scope of the task's code, once that has begun. */
  get scope(): Scope.Closeable | undefined {
    return this.ownScope
  }

  /** A blocked task goes before all tasks that have not begun: they may be waiting for what it holds. */
  get priority(): number {
    return Infinity
  }

  /** The first step of the task's fiber. */
  beginIn(fiber: Fiber.Fiber<unknown, unknown>): Effect.Effect<unknown, unknown> {
    const { task } = this
    const effect = task.takeEffect()
    task.forkedAs(fiber)
    return task.engine.bodyOf(this, effect, fiber)
  }

  /** The code of the task begins, in a scope of its own. */
  openScope(): Scope.Closeable {
    return (this.ownScope = Scope.makeUnsafe())
  }

  /** The task begins, in these executors and groups. */
  beginsIn(engines: ReadonlyArray<object>): void {
    this.ownEngines = engines
  }

  /** The task was believed to run while its worker prepared for so many milliseconds. Returns how many these are by now. */
  preparedFor(millis: number): number {
    return (this.preparing += millis)
  }

  /** The code of the task was stopped by force. */
  stoppedAt(frames: ReadonlyArray<StackFrame>): void {
    this.frames = frames
  }

  get engine(): Task["engine"] {
    return this.task.engine
  }

  get pool(): object {
    return this.task.engine.pool
  }

  /** The run itself until the task has ended: a fiber that outlives the task is no part of it. */
  get run(): TaskRun<Task> | undefined {
    return this.ended ? undefined : this
  }

  /** A report of the task, where it runs here. */
  report(value: unknown): void {
    if (!this.ended) addReport(this.task, value)
  }

  get isBlocked(): boolean {
    return this.waiting > 0
  }

  block(): void {
    if (this.ended || ++this.waiting > 1) return
    const { wakes } = this
    this.wakes = undefined
    this.engine.block(this)
    // The fibers that wait for the worker to come back go on without it. The task stays blocked, and the task that it waits for now may
    // wait for them.
    wakes?.forEach(trampoline.run)
  }

  /** Ends one wait. `wake` is called as soon as the task may go on, which is at once if it stays blocked anyway. */
  unblock(wake: (() => void) | undefined): void {
    if (this.ended || --this.waiting > 0) {
      if (wake !== undefined) trampoline.run(wake)
      return
    }
    // Cleanup does not wait for a worker. Otherwise stopping a task would depend on other tasks, which may never end.
    const isStopping = this.task.isStopping
    if (wake !== undefined && !isStopping) (this.wakes ??= []).push(wake)
    this.engine.unblock(this)
    if (wake !== undefined && isStopping) trampoline.run(wake)
  }

  /** The task is being stopped: fibers that wait for a worker go on without it. */
  stopping(): void {
    this.wakeAll()
  }

  /** A blocked task lends its worker. Returns the lease, if it has one. */
  lendWorker(): Lease | undefined {
    const { lease } = this
    this.ownLease = undefined
    return lease
  }

  granted(lease: Lease): void {
    this.ownLease = lease
    this.wakeAll()
  }

  /** The task has ended: its waits are over. */
  end(): void {
    this.ended = true
    this.ownEngines = none
    this.waiting = 0
    this.wakeAll()
  }

  private wakeAll(): void {
    const { wakes } = this
    this.wakes = undefined
    wakes?.forEach(trampoline.run)
  }
}
