import type * as Fiber from "effect/Fiber"
import type { WorkerEndReason } from "../../../Executor.ts"
import type { FutureImpl } from "../../future/FutureImpl.ts"
import { takeOrigin } from "../../future/origins.ts"
import type { EventClock } from "./clocks.ts"
import * as trampoline from "../../trampoline.ts"
import { Observer } from "./Observer.ts"
import type { TaskFuture } from "../TaskFuture.ts"
import type { Outcome } from "../TaskOwner.ts"
import { unknown } from "./TaskTimes.ts"

type Task = TaskFuture<unknown, unknown>

/**
 * The observers of an executor or group and of those above it, by the events that they need. An event that no observer needs costs no call.
 */
class ObserverLists {
  readonly all: ReadonlyArray<Observer>
  readonly ofSubmissions: ReadonlyArray<Observer>
  readonly ofStarts: ReadonlyArray<Observer>
  /** Whether somebody needs the times of `running` and `cleaningUp`. */
  readonly needsPhases: boolean
  readonly ofPhases: ReadonlyArray<Observer>
  /** Whether somebody needs to know where tasks come from. */
  readonly needsOrigins: boolean

  constructor(all: ReadonlyArray<Observer>) {
    const nobody = Observer.prototype
    this.all = all
    this.ofSubmissions = all.filter(({ submitted }) => submitted !== nobody.submitted)
    this.ofStarts = all.filter(({ started }) => started !== nobody.started)
    this.needsPhases = all.some(({ needsPhases }) => needsPhases)
    this.needsOrigins = all.some(({ needsOrigins }) => needsOrigins)
    this.ofPhases = all.filter(({ running }) => running !== nobody.running)
  }
}

// A single object for all engines without observers, because with a key for each tenant there are many.
const nobody = new ObserverLists([])

/** The events of an executor or group: notes the times of its tasks and tells observers, here and further up. */
export class TaskEvents {
  readonly clock: EventClock
  /** The time of events, in microseconds. */
  readonly now: () => number
  private readonly parent: TaskEvents | undefined
  private readonly root: TaskEvents
  // Each change makes a new array.
  private observers: ReadonlyArray<Observer> = []
  private knownLists = nobody
  /** Changes of observers, counted at the root, and how many of them `knownLists` includes. */
  private changes = 0
  private changesSeen = 0
  private hasEnded = false
  // The time of the present change, at the root. A change runs no user code, so all its events have the same time. Reading the clock takes
  // as long as everything else.
  private changeTime = unknown
  // The last end, at the root, and the job that comes next. If that job begins a task, no other code has run since the end, and both have
  // the same time.
  private lastEnd = unknown
  private stepAfterEnd = unknown
  // The last task that has begun here, and the job in which it has begun.
  private lastBegun = 0
  private stepOfBegun = unknown

  constructor(parent: TaskEvents | undefined, clock: EventClock) {
    this.clock = clock
    this.now = clock.now
    this.root = parent?.root ?? this
    this.parent = parent
  }

  /** Whether anything observes this engine. If not, no event is made and the clock is not read. */
  get isHeard(): boolean {
    return this.lists !== nobody
  }

  /** Whether this engine itself has observers. */
  get isObserved(): boolean {
    return this.observers.length > 0
  }

  private get lists(): ObserverLists {
    const { changes } = this.root
    if (this.changesSeen === changes) return this.knownLists
    const above = this.parent?.lists.all ?? []
    const all = [...this.observers, ...above]
    this.changesSeen = changes
    return (this.knownLists = all.length === 0 ? nobody : new ObserverLists(all))
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
    this.root.changes++
  }

  /** The last event: the executor has ended. */
  end(): void {
    this.hasEnded = true
    for (const observer of this.observers) observer.closed()
    if (this.isObserved) this.change([])
  }

  /** The next change has its own time. */
  changeEnded(): void {
    this.root.changeTime = unknown
  }

  submitted(task: Task, by: Fiber.Fiber<unknown, unknown>, at: number | undefined): void {
    const admitted = (this.root.changeTime = this.now())
    const { lists } = this
    task.wasSubmitted(at ?? admitted)
    if (at !== undefined) task.times!.admitted = admitted
    if (lists.needsOrigins) this.noteOrigin(task, by)
    for (const observer of lists.ofSubmissions) observer.submitted(task, admitted)
  }

  private noteOrigin(task: Task, by: Fiber.Fiber<unknown, unknown>): void {
    if (task.key !== undefined) task.times!.durableKey = task.key
    const parent = task.submitContext.surrounding?.run?.task.id
    if (parent !== undefined) task.times!.parent = parent
    const after = takeOrigin(by)
    if (after !== undefined) task.times!.after = after
  }

  started(task: Task, worker: number): void {
    const times = task.notedTimes()
    const time = this.timeOfChange()
    times.started = time
    times.worker = worker
    times.attempt++
    for (const observer of this.lists.ofStarts) observer.started(task, time)
  }

  /** The time of the present change, if there is one. */
  private timeOfChange(): number {
    const { changeTime } = this.root
    return changeTime === unknown ? this.now() : changeTime
  }

  /** A task that outlives its worker was given to another worker, which does not report when it calls the function. */
  startedAgain(task: Task, worker: number): void {
    if (!this.isHeard) return
    if (task.times !== undefined) this.waitsAgain(task)
    this.started(task, worker)
    this.running(task)
  }

  running(task: Task): void {
    const times = task.times!
    if (times.running !== unknown || task.isDone || !this.lists.needsPhases) return
    // No worker reports the call of a function that it has called before. The call comes as soon as the task has its turn there.
    times.running = task.engine.runsHere ? this.beginningOf(task) : this.clock.arrival()
    for (const observer of this.lists.ofPhases) observer.running(task)
  }

  /** The time when a task begins here. The last end gives it if possible, because reading the clock takes as long as all other notes. */
  private beginningOf(task: Task): number {
    const { root } = this
    const step = trampoline.currentStep()
    root.lastBegun = task.id
    root.stepOfBegun = step
    return root.stepAfterEnd === step ? root.lastEnd : this.now()
  }

  cleaningUp(task: Task): void {
    const times = task.times!
    if (times.cleaningUp !== unknown || task.isDone || !this.lists.needsPhases) return
    times.cleaningUp = this.now()
    for (const observer of this.lists.ofPhases) observer.cleaningUp(task)
  }

  waitsAgain(task: Task): void {
    const times = task.times!
    for (const observer of this.lists.all) observer.waitsAgain(task)
    times.started = times.running = times.cleaningUp = unknown
  }

  /** A task has ended. `isOutermost` says that no code goes on which has ended it. */
  ended(task: Task, outcome: Outcome, isOutermost: boolean): void {
    const times = task.notedTimes()
    const { root } = this
    // A worker elsewhere had ended the task by the time its reply arrived.
    const hasArrived = outcome === "succeeded" && !task.engine.runsHere
    times.ended = root.changeTime = root.lastEnd = hasArrived ? this.clock.arrival() : this.now()
    const step = trampoline.currentStep()
    // Otherwise other code goes on in this job, such as a task or a fiber that has cancelled this one. Code that waits for this task is no
    // such code: it runs in a job of its own.
    const isLast = isOutermost || (root.lastBegun === task.id && root.stepOfBegun === step)
    root.stepAfterEnd = isLast ? step + 1 : unknown
    for (const observer of this.lists.all) observer.ended(task, outcome)
    task.forgetTimes()
    times.release()
  }

  /** The result has been read, by code of the task `by` or by code outside of tasks. */
  joined(task: FutureImpl<unknown, unknown>, by: { readonly id: number } | undefined): void {
    const time = this.now()
    for (const observer of this.lists.all) observer.joined(task, by, time)
  }

  workerStarted(worker: number): void {
    if (!this.isHeard) return
    const time = this.timeOfChange()
    for (const observer of this.lists.all) observer.workerStarted(worker, time)
  }

  workerEnded(worker: number, reason: WorkerEndReason, error: unknown): void {
    if (!this.isHeard) return
    const time = this.timeOfChange()
    for (const observer of this.lists.all) observer.workerEnded(worker, reason, error, time)
  }
}
