import type * as Fiber from "effect/Fiber"
import type * as Scheduler from "effect/Scheduler"
import { Fifo } from "../../Fifo.ts"
import * as trampoline from "../../trampoline.ts"
import type { Worker } from "../workers/WorkerPool.ts"
import type { TaskFuture } from "../TaskFuture.ts"

type Task = TaskFuture<unknown, unknown>

// How many tasks may begin before the event loop gets a turn. Otherwise tasks that never wait would starve timers and sockets.
const startsPerTurn = 2048

/**
 * The tasks of an executor and its groups that have a worker and have not begun. They begin in order, each after the fibers that the one
 * before has woken.
 */
export class StartQueue {
  private readonly dispatcher: { releaseUnused(): void }
  private readonly begin: (task: Task) => void
  private readonly starting = new Fifo<Task>()
  private begun = 0
  private isYielding = false
  private isScheduled = false
  private isReleasing = false

  constructor(dispatcher: { releaseUnused(): void }, begin: (task: Task) => void) {
    this.dispatcher = dispatcher
    this.begin = begin
  }

  get isEmpty(): boolean {
    return this.starting.length === 0
  }

  /** Whether a task is to begin in this worker. */
  isFor(worker: Worker): boolean {
    return this.starting.some(({ taskRun }) => taskRun?.lease?.worker === worker)
  }

  add(task: Task): void {
    this.starting.push(task)
  }

  /** The tasks begin after the turn of this fiber, like fibers that it forks. */
  later(fiber: Fiber.Fiber<unknown, unknown>): void {
    if (this.isScheduled) return
    this.isScheduled = true
    fiber.currentDispatcher.scheduleTask(this.nextTurn, 0)
  }

  private readonly nextTurn = (): void => {
    this.isScheduled = false
    this.begun = 0
    this.isYielding = false
    this.dispatcher.releaseUnused()
    trampoline.run(this.advance)
  }

  /**
   * Unused workers go back to the pool at the end of the turn.
   *
   * Tasks do not begin in that turn, because the next submitter may have another dispatcher, which comes sooner.
   */
  releaseLater(dispatcher: Scheduler.SchedulerDispatcher): void {
    if (this.isScheduled || this.isReleasing) return
    this.isReleasing = true
    dispatcher.scheduleTask(this.releaseTurn, 0)
  }

  private readonly releaseTurn = (): void => {
    this.isReleasing = false
    this.begun = 0
    this.dispatcher.releaseUnused()
  }

  /** The tasks begin now, or right after the present change. A fiber waits for one of them, so its turn is over anyway. */
  now(): void {
    if (!this.isEmpty) trampoline.run(this.advance)
  }

  /** A task begins. The next one follows after the fibers that this one wakes. */
  private readonly advance = (): void => {
    if (this.isYielding) return
    const task = this.starting.shift()
    if (task === undefined) return
    // A synchronous scheduler has no turns to give.
    if (++this.begun > startsPerTurn && task.ownFiber.cache.scheduler.executionMode === "async") {
      this.isYielding = true
      this.starting.unshift(task)
      this.later(task.ownFiber)
      return
    }
    // The task may have been cancelled since, or have lost its worker and wait for another one.
    if (task.isToBegin) this.begin(task)
    this.now()
  }
}
