import type { WorkerEndReason } from "../../Executor.ts"
import type { FutureImpl } from "../future/FutureImpl.ts"
import { LazySet } from "../LazySet.ts"
import type { Outcome, TaskFuture } from "./TaskFuture.ts"

type Task = TaskFuture<unknown, unknown>

/**
 * Hears what happens in an executor, at once: in the midst of its bookkeeping. So it takes notes, and runs no foreign code.
 *
 * Times are in microseconds of the executor's clock. Those of a task are in `task.times`.
 */
export class Observer {
  submitted(_task: Task): void {}
  /** The task has a worker. */
  started(_task: Task): void {}
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

/** Those who hear of what happens in an executor or a group. */
export class EventHub {
  private readonly observers = new LazySet<Observer>()
  private ended = false

  get isHeard(): boolean {
    return this.observers.size > 0
  }

  add(observer: Observer): void {
    if (this.ended) observer.closed()
    else this.observers.add(observer)
  }

  remove(observer: Observer): void {
    this.observers.delete(observer)
  }

  tell(notify: (observer: Observer) => void): void {
    for (const observer of this.observers) notify(observer)
  }

  /** No event follows. */
  end(): void {
    this.ended = true
    this.tell((observer) => observer.closed())
    this.observers.clear()
  }
}
