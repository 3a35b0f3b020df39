import type { WorkerEndReason } from "../../Executor.ts"
import type { FutureImpl } from "../future/FutureImpl.ts"
import type { Outcome, TaskFuture } from "./TaskFuture.ts"

type Task = TaskFuture<unknown, unknown>

/**
 * Hears what happens in an executor, at once: in the midst of its bookkeeping. So it takes notes, and runs no foreign code.
 *
 * Times are in microseconds of the executor's clock. Those of a task are in `task.times`.
 */
export class Observer {
  /** Whether it is told of `running` and `cleaningUp`, so that somebody has to look at the clock for them. */
  readonly hearsPhases: boolean = true
  submitted(_task: Task, _time: number): void {}
  /** The task has a worker. */
  started(_task: Task, _time: number): void {}
  /** Its function has been called. */
  running(_task: Task): void {}
  /** The task is asked to stop, or has come to its finalizers. */
  cleaningUp(_task: Task): void {}
  ended(_task: Task, _outcome: Outcome): void {}
  /** The worker has died before the task began: it waits again. */
  waitsAgain(_task: Task): void {}
  /** Somebody has got the result: code of the task `by`, if it is one's. */
  joined(_task: FutureImpl<unknown, unknown>, _by: { readonly id: number } | undefined, _time: number): void {}
  workerStarted(_worker: number, _time: number): void {}
  workerEnded(_worker: number, _reason: WorkerEndReason, _error: unknown, _time: number): void {}
  /** The executor has ended. */
  closed(): void {}
}

/** Tells an observer of something. Functions that are made once: an arrow for each event would be garbage for each. */
export const told = {
  submitted: (observer: Observer, task: Task, time: number) => observer.submitted(task, time),
  started: (observer: Observer, task: Task, time: number) => observer.started(task, time),
  running: (observer: Observer, task: Task) => observer.running(task),
  cleaningUp: (observer: Observer, task: Task) => observer.cleaningUp(task),
  ended: (observer: Observer, task: Task, outcome: Outcome) => observer.ended(task, outcome),
  waitsAgain: (observer: Observer, task: Task) => observer.waitsAgain(task),
  workerStarted: (observer: Observer, worker: number, time: number) => observer.workerStarted(worker, time)
} as const

/** The same for all that nobody listens to: with a key for each tenant there are many. */
const nobody: ReadonlyArray<Observer> = []

/** Those who hear of what happens in an executor or a group. */
export class EventHub {
  hearsPhases = false
  /** Another array after each change. */
  private observers = nobody
  private ended = false

  get isHeard(): boolean {
    return this.observers.length > 0
  }

  add(observer: Observer): void {
    if (this.ended) observer.closed()
    else this.change([...this.observers, observer])
  }

  remove(observer: Observer): void {
    this.change(this.observers.filter((other) => other !== observer))
  }

  private change(observers: ReadonlyArray<Observer>): void {
    this.observers = observers
    this.hearsPhases = observers.some(({ hearsPhases }) => hearsPhases)
  }

  tell<A, B>(notify: (observer: Observer, a: A, b: B) => void, a: A, b: B): void {
    for (const observer of this.observers) notify(observer, a, b)
  }

  /** No event follows. */
  end(): void {
    this.ended = true
    for (const observer of this.observers) observer.closed()
    this.change(nobody)
  }
}
