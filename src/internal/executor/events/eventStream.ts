import * as Cause from "effect/Cause"
import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { Event, EventOptions, TaskEvent, WorkerEndReason } from "../../../Executor.ts"
import { Fifo } from "../../Fifo.ts"
import { boolean, oneOf, optionsObject, positiveIntegerOrInfinity } from "../../options.ts"
import type { Engine } from "../Engine.ts"
import { Observer } from "./Observer.ts"
import { known } from "./TaskTimes.ts"
import { errorTagOf } from "./errorTagOf.ts"
import type { TaskFuture } from "../TaskFuture.ts"
import type { Outcome } from "../TaskOwner.ts"

type Task = TaskFuture<unknown, unknown>

interface CheckedOptions {
  readonly bufferSize: number
  readonly strategy: "sliding" | "dropping"
  readonly phases: boolean
}

/** Makes events, and keeps them until the reader takes them, as many as there is room for. */
class EventReader extends Observer {
  private readonly options: CheckedOptions
  private readonly events = new Fifo<Event>()
  private lost = 0
  /** The time of the event next to those that are kept: the last lost of the oldest, or the first lost of the newest. */
  private lostAt = 0
  private isClosed = false
  private wake: (() => void) | undefined = undefined

  constructor(options: CheckedOptions) {
    super()
    this.options = options
  }

  override submitted(task: Task): void {
    const { priority } = task
    const times = task.times!
    this.offer({
      _tag: "Submitted",
      ...taskFields(task, times.admitted),
      submittedAt: times.submitted,
      priority,
      parent: times.parent,
      after: times.after
    })
  }

  override started(task: Task): void {
    const { attempt, started, worker } = task.times!
    this.offer({ _tag: "Started", ...taskFields(task, started), worker, attempt })
  }

  override running(task: Task): void {
    if (!this.options.phases) return
    this.offer({ _tag: "Phase", ...taskFields(task, task.times!.running), phase: "running" })
  }

  override cleaningUp(task: Task): void {
    if (!this.options.phases) return
    this.offer({ _tag: "Phase", ...taskFields(task, task.times!.cleaningUp), phase: "cleaningUp" })
  }

  override ended(task: Task, outcome: Outcome): void {
    const times = task.times!
    this.offer({
      _tag: "Ended",
      ...taskFields(task, times.ended),
      outcome,
      phase: times.phase,
      worker: times.worker,
      attempt: times.attempt,
      error: outcome === "succeeded" ? undefined : errorTagOf(task.exit),
      stuckAt: task.stuckAt,
      submittedAt: known(times.submitted),
      admittedAt: known(times.admitted),
      startedAt: known(times.started),
      runningAt: known(times.running),
      cleaningUpAt: known(times.cleaningUp)
    })
  }

  override workerStarted(worker: number, time: number): void {
    this.offer({ _tag: "WorkerStarted", worker, time })
  }

  override workerEnded(worker: number, reason: WorkerEndReason, error: unknown, time: number): void {
    this.offer({ _tag: "WorkerEnded", worker, reason, error, time })
  }

  override closed(): void {
    this.isClosed = true
    this.wake?.()
  }

  private offer(event: Event): void {
    const { bufferSize, strategy } = this.options
    if (this.events.length >= bufferSize) {
      if (strategy === "dropping") {
        if (this.lost++ === 0) this.lostAt = event.time
        return
      }
      this.lost++
      this.lostAt = this.events.shift()!.time
    }
    this.events.push(event)
    this.wake?.()
  }

  /** All events that are there, as soon as there are some. */
  readonly take: Pull.Pull<Arr.NonEmptyReadonlyArray<Event>> = Effect.suspend(() => {
    if (this.events.length > 0 || this.isClosed) return this.taken()
    return Effect.flatMap(this.isThere, () => this.taken())
  })

  private readonly isThere = Effect.withFiber<void>((fiber) =>
    Effect.callback<void>((resume) => {
      // The fiber may have given way since the last look.
      if (this.events.length > 0 || this.isClosed) return resume(Effect.void)
      this.wake = () => {
        this.wake = undefined
        // The reader is woken in a turn of its own. By then there may be more events, and it must not read in the middle of a change.
        fiber.currentDispatcher.scheduleTask(() => resume(Effect.void), 0)
      }
      return Effect.sync(() => {
        this.wake = undefined
      })
    })
  )

  private taken(): Pull.Pull<Arr.NonEmptyReadonlyArray<Event>> {
    const events: Array<Event> = []
    const loss = this.lost === 0 ? [] : [{ _tag: "Lost", count: this.lost, time: this.lostAt } as const]
    this.lost = 0
    if (this.options.strategy === "sliding") events.push(...loss)
    for (let event = this.events.shift(); event !== undefined; event = this.events.shift()) events.push(event)
    if (this.options.strategy === "dropping") events.push(...loss)
    const [first, ...others] = events
    return first === undefined ? Cause.done() : Exit.succeed([first, ...others] as const)
  }
}

const taskFields = (task: Task, time: number): TaskEvent => ({
  id: task.id,
  name: task.name,
  group: task.engine.isGroup ? task.engine.name : undefined,
  key: task.shownKey,
  cost: task.cost,
  time
})

const checkOptions = (options: EventOptions = {}): CheckedOptions => {
  const { bufferSize = Infinity, phases = false, strategy = "sliding" } = optionsObject(options)
  return {
    bufferSize: positiveIntegerOrInfinity("bufferSize", bufferSize),
    strategy: oneOf("strategy", strategy, ["sliding", "dropping"]),
    phases: boolean("phases", phases)
  }
}

/** The events from now on. */
export const eventsOf = (engineOf: () => Engine, options: EventOptions | undefined): Stream.Stream<Event> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const engine = engineOf()
      const reader = new EventReader(checkOptions(options))
      // The release is certain: a reader that is gone must be removed.
      yield* Effect.acquireRelease(
        Effect.sync(() => engine.events.add(reader)),
        () => Effect.sync(() => engine.events.remove(reader))
      )
      return Stream.fromPull(Effect.succeed(reader.take))
    })
  )
