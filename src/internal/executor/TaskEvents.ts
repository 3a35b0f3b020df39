import type * as Fiber from "effect/Fiber"
import type { WorkerEndReason } from "../../Executor.ts"
import type { FutureImpl } from "../future/FutureImpl.ts"
import { takeOrigin } from "../future/origins.ts"
import { type Observer, told } from "./Observer.ts"
import type { TaskFuture } from "./TaskFuture.ts"
import type { Outcome } from "./TaskOwner.ts"
import { TaskTimes, unknown } from "./TaskTimes.ts"

type Task = TaskFuture<unknown, unknown>

// A single array for all that nobody listens to: with a key for each tenant there are many.
const nobody: ReadonlyArray<Observer> = []

/** The events of an executor or group: notes the times of its tasks and tells observers, here and further up. */
export class TaskEvents {
  /** The time of events, in microseconds. */
  readonly now: () => number
  // Another array after each change.
  private observers = nobody
  private hearsOwnPhases = false
  private readonly parent: TaskEvents | undefined
  private readonly root: TaskEvents
  private hasEnded = false
  // The time of the change that is going on, at the root. Changes run no foreign code, so all that a change grants is granted at
  // one time; and to ask the system for the time takes as long as all the rest.
  private changeTime: number | undefined = undefined

  constructor(parent: TaskEvents | undefined, now: () => number) {
    this.now = now
    this.root = parent?.root ?? this
    this.parent = parent
  }

  /** Whether anybody hears what happens here. If not, no event is made and no time is taken. */
  get isHeard(): boolean {
    return this.isObserved || (this.parent !== undefined && this.parent.isHeard)
  }

  /** Whether this very executor or group has observers. */
  get isObserved(): boolean {
    return this.observers.length > 0
  }

  add(observer: Observer): void {
    if (this.hasEnded) observer.closed()
    else this.change([...this.observers, observer])
  }

  remove(observer: Observer): void {
    this.change(this.observers.filter((other) => other !== observer))
  }

  private change(observers: ReadonlyArray<Observer>): void {
    this.observers = observers
    this.hearsOwnPhases = observers.some(({ hearsPhases }) => hearsPhases)
  }

  private get hearsPhases(): boolean {
    return this.hearsOwnPhases || (this.parent !== undefined && this.parent.hearsPhases)
  }

  /** The last event: the executor has ended. */
  end(): void {
    this.hasEnded = true
    for (const observer of this.observers) observer.closed()
    this.change(nobody)
  }

  /** The next change has a time of its own. */
  changeEnded(): void {
    this.root.changeTime = undefined
  }

  submitted(task: Task, by: Fiber.Fiber<unknown, unknown>, at: number | undefined): void {
    const admitted = (this.root.changeTime = this.now())
    task.wasSubmitted(at ?? admitted)
    if (at !== undefined) task.times!.admitted = admitted
    if (task.key !== undefined) task.times!.durableKey = task.key
    const parent = task.submitContext.surrounding?.run?.task.id
    if (parent !== undefined) task.times!.parent = parent
    const after = takeOrigin(by)
    if (after !== undefined) task.times!.after = after
    this.tell(told.submitted, task, admitted)
  }

  started(task: Task, worker: number): void {
    const times = (task.times ??= TaskTimes.of(unknown))
    const time = this.root.changeTime ?? this.now()
    times.started = time
    times.worker = worker
    times.attempt++
    this.tell(told.started, task, time)
  }

  /** A task that does not end with its worker has been given to another worker. */
  startedAgain(task: Task, worker: number): void {
    if (!this.isHeard) return
    if (task.times !== undefined) this.waitsAgain(task)
    this.started(task, worker)
  }

  running(task: Task): void {
    const times = task.times!
    if (times.running !== unknown || task.isDone || !this.hearsPhases) return
    times.running = this.now()
    this.tell(told.running, task, undefined)
  }

  cleaningUp(task: Task): void {
    const times = task.times!
    if (times.cleaningUp !== unknown || task.isDone || !this.hearsPhases) return
    times.cleaningUp = this.now()
    this.tell(told.cleaningUp, task, undefined)
  }

  waitsAgain(task: Task): void {
    const times = task.times!
    this.tell(told.waitsAgain, task, undefined)
    times.started = times.running = times.cleaningUp = unknown
  }

  ended(task: Task, outcome: Outcome): void {
    const times = (task.times ??= TaskTimes.of(unknown))
    times.ended = this.root.changeTime = this.now()
    this.tell(told.ended, task, outcome)
    task.times = undefined
    times.release()
  }

  /** The result has been read, by code of the task `by` or by code outside of tasks. */
  joined(task: FutureImpl<unknown, unknown>, by: { readonly id: number } | undefined): void {
    const time = this.now()
    this.tell((observer) => observer.joined(task, by, time), undefined, undefined)
  }

  workerStarted(worker: number): void {
    if (this.isHeard) this.tell(told.workerStarted, worker, this.now())
  }

  workerEnded(worker: number, reason: WorkerEndReason, error: unknown): void {
    if (!this.isHeard) return
    const time = this.now()
    this.tell((observer) => observer.workerEnded(worker, reason, error, time), undefined, undefined)
  }

  private tell<A, B>(notify: (observer: Observer, a: A, b: B) => void, a: A, b: B): void {
    for (const observer of this.observers) notify(observer, a, b)
    this.parent?.tell(notify, a, b)
  }
}
