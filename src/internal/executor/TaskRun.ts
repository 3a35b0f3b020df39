import type * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { StackFrame } from "../../Errors.ts"
import type { Blockable, Surrounding } from "../future/blocking.ts"
import type { Lease } from "./WorkerPool.ts"
import type { FutureImpl, FutureOwner } from "../future/FutureImpl.ts"
import { addReport } from "../future/ReportLog.ts"
import type { Reporter } from "../task/reporting.ts"
import type { Queued } from "./TaskQueue.ts"
import * as trampoline from "../trampoline.ts"
import type { Segment } from "../UnrolledList.ts"

const none: ReadonlyArray<never> = []

// An effect that knows its fiber, without a closure for each task.
const Body: new () => Effect.Effect<unknown, unknown> = (() => {
  const Body = function () {}
  Body.prototype = Effectable.Prototype<TaskRun>({
    label: "TaskRun",
    evaluate(fiber) {
      return this.beginIn(fiber)
    }
  })
  // All that `class` asks of what it extends.
  return Body as unknown as new () => Effect.Effect<unknown, unknown>
})()

/** A task, as its run sees it. */
export interface Runnable extends FutureImpl<unknown, unknown> {
  readonly engine: RunOwner
  /** What to run; once that has begun, nothing. */
  effect: Effect.Effect<unknown, unknown> | undefined
  /** Whether it has been asked to stop. */
  readonly isStopping: boolean
  /** It has come to its finalizers. */
  cleansUp(): void
  /** To be called in the first step of its fiber. */
  forkedAs(fiber: Fiber.Fiber<unknown, unknown>): void
}

/** The executor or group of a task, as its run sees it. */
export interface RunOwner extends FutureOwner {
  /** What a worker does with a task. */
  bodyOf(
    run: TaskRun,
    effect: Effect.Effect<unknown, unknown>,
    fiber: Fiber.Fiber<unknown, unknown>
  ): Effect.Effect<unknown, unknown>
  /** Others have the worker of the task. */
  block(run: TaskRun): void
  /** The task wants a worker again. */
  unblock(run: TaskRun): void
}

/**
 * A task while it runs: the worker it holds, and what it lends. As an effect it is what the task's fiber does.
 *
 * It stands in the queue itself when it wants back a worker that it has lent.
 */
export class TaskRun<Task extends Runnable = Runnable>
  extends Body
  implements Queued, Blockable, Surrounding, Reporter
{
  segment: Segment | undefined = undefined
  index = 0
  readonly task: Task
  lease: Lease | undefined
  /** Set once the task's code has begun. */
  scope: Scope.Closeable | undefined = undefined
  engines: ReadonlyArray<object> = none
  /** Where it was when it was stopped by force. */
  stuckAt: ReadonlyArray<StackFrame> = none
  /** How long its worker took to get ready for it while it was thought to run, in milliseconds. */
  startingFor = 0
  private ended = false
  // How many fibers of the task wait for its own executor. The worker is lent while any does:
  // kept for the others it could be just the one that these wait for.
  private waiting = 0
  // Most tasks never wait for their own executor.
  private wakes: Array<() => void> | undefined = undefined

  constructor(task: Task, lease: Lease) {
    super()
    this.task = task
    this.lease = lease
  }

  /** Before all that has not begun: it holds what the others may be waiting for. */
  get priority(): number {
    return Infinity
  }

  /** The first step of the task's fiber. */
  beginIn(fiber: Fiber.Fiber<unknown, unknown>): Effect.Effect<unknown, unknown> {
    const { task } = this
    const effect = task.effect!
    task.effect = undefined
    task.forkedAs(fiber)
    return task.engine.bodyOf(this, effect, fiber)
  }

  get engine(): Task["engine"] {
    return this.task.engine
  }

  get pool(): object {
    return this.task.engine.pool
  }

  /** This, until the task has ended: a fiber that outlives it is no part of it. */
  get run(): TaskRun<Task> | undefined {
    return this.ended ? undefined : this
  }

  /** What the task says of itself, where it runs here. */
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
    // Those that wait for the worker to come back go on: it stays lent, and what is waited for now may wait for them.
    wakes?.forEach(trampoline.run)
  }

  /** Ends one wait; `wake` is called as soon as the task may go on, which is at once if the worker stays lent anyway. */
  unblock(wake: (() => void) | undefined): void {
    if (this.ended || --this.waiting > 0) {
      if (wake !== undefined) trampoline.run(wake)
      return
    }
    // Code that cleans up waits for no worker: stopping a task would else depend on the others, which may never end.
    const isStopping = this.task.isStopping
    if (wake !== undefined && !isStopping) (this.wakes ??= []).push(wake)
    this.engine.unblock(this)
    if (wake !== undefined && isStopping) trampoline.run(wake)
  }

  /** Its task is being stopped: what waits for a worker goes on without. */
  stopping(): void {
    this.wakeAll()
  }

  granted(lease: Lease): void {
    this.lease = lease
    this.wakeAll()
  }

  /** The task has ended: what it lends or asks back is settled. */
  end(): void {
    this.ended = true
    this.engines = none
    this.waiting = 0
    this.wakeAll()
  }

  private wakeAll(): void {
    const { wakes } = this
    this.wakes = undefined
    wakes?.forEach(trampoline.run)
  }
}
