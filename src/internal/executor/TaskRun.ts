import type * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { StackFrame } from "../../Errors.ts"
import type { Surrounding } from "./CurrentTask.ts"
import type { Engine } from "./Engine.ts"
import type { Lease } from "./Lanes.ts"
import { addReport } from "../future/ReportLog.ts"
import type { Reporter } from "../task/reporting.ts"
import type { TaskFuture } from "./TaskFuture.ts"
import type { QueueNode } from "./TaskQueue.ts"
import * as trampoline from "../trampoline.ts"
import type { Block } from "../UnrolledList.ts"

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

/**
 * A task while it runs: the worker it holds, and what it lends. As an effect it is what the task's fiber does.
 *
 * It stands in the queue itself when it wants back a worker that it has lent.
 */
export class TaskRun extends Body implements QueueNode, Surrounding, Reporter {
  block: Block | undefined = undefined
  index = 0
  readonly task: TaskFuture<unknown, unknown>
  lease: Lease | undefined
  /** Set once the task's code has begun. */
  scope: Scope.Closeable | undefined = undefined
  engines: ReadonlyArray<Engine> = none
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

  constructor(task: TaskFuture<unknown, unknown>, lease: Lease) {
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
    return task.engine.options.body(effect, this, fiber)
  }

  get engine(): Engine {
    return this.task.engine
  }

  /** This, until the task has ended: a fiber that outlives it is no part of it. */
  get run(): TaskRun | undefined {
    return this.ended ? undefined : this
  }

  /** What the task says of itself, where it runs here. */
  report(value: unknown): void {
    if (!this.ended) addReport(this.task, value)
  }

  get isLending(): boolean {
    return this.waiting > 0
  }

  lend(): void {
    if (this.ended || ++this.waiting > 1) return
    const { wakes } = this
    this.wakes = undefined
    this.engine.lend(this)
    // Those that wait for the worker to come back go on: it stays lent, and what is waited for now may wait for them.
    wakes?.forEach(trampoline.run)
  }

  /** Ends one wait; `wake` is called as soon as the task may go on, which is at once if the worker stays lent anyway. */
  takeBack(wake: (() => void) | undefined): void {
    if (this.ended || --this.waiting > 0) {
      if (wake !== undefined) trampoline.run(wake)
      return
    }
    // Code that cleans up waits for no worker: stopping a task would else depend on the others, which may never end.
    const isStopping = this.task.isStopping
    if (wake !== undefined && !isStopping) (this.wakes ??= []).push(wake)
    this.engine.takeBack(this)
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
