import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { forSleeping, monotonicMillis, realClock } from "../events/clocks.ts"
import { setImmediate } from "../../timers.ts"
import * as trampoline from "../../trampoline.ts"
import { type Segment, type Listed, UnrolledList } from "../../UnrolledList.ts"

/** A task with a limit to its time. */
export interface Expirable {
  /** The deadline, while there is a limit. Only this file writes it. */
  deadline: Deadline | undefined
  readonly submitContext: { readonly clock: Clock.Clock; readonly context: Context.Context<never> }
  /** The time is over: `duration` was the limit. */
  expire(duration: Duration.Duration): void
}

/** The end of a task's limit, in the list of deadlines with the same limit. */
export class Deadline implements Listed {
  segment: Segment | undefined = undefined
  index = 0
  readonly task: Expirable
  /** Milliseconds on the clock's monotonic time. */
  readonly due: number
  constructor(task: Expirable, due: number) {
    this.task = task
    this.due = due
  }

  remove(): void {
    this.task.deadline = undefined
    this.segment!.list.remove(this)
  }
}

/** Deadlines with one limit. They are due in the order in which they were set. */
class DeadlineList extends UnrolledList<Deadline> {
  readonly limit: number
  private readonly owner: ClockDeadlines
  constructor(limit: number, owner: ClockDeadlines) {
    super()
    this.limit = limit
    this.owner = owner
  }

  override remove(deadline: Deadline): void {
    super.remove(deadline)
    if (this.size === 0) this.owner.emptied(this)
  }
}

// Sums of fractional milliseconds are less than a nanosecond off.
const epsilon = 1e-6

/**
 * The deadlines on one clock, with a single sleeping fiber for all of them.
 *
 * `Effect.timeout` gives each task two more fibers and a timer, which costs more than most tasks. Setting and removing a deadline here
 * takes constant time. The fiber wakes for the earliest one, and goes back to sleep if that was removed.
 */
class ClockDeadlines {
  private readonly lists = new Map<number, DeadlineList>()
  private sleeper: { readonly fiber: Fiber.Fiber<void>; readonly until: number } | undefined = undefined
  private readonly clock: Clock.Clock
  private readonly context: Context.Context<never>
  private readonly owner: Deadlines
  constructor(clock: Clock.Clock, context: Context.Context<never>, owner: Deadlines) {
    this.clock = clock
    this.context = context
    this.owner = owner
  }

  add(task: Expirable, limit: number): void {
    let list = this.lists.get(limit)
    if (list === undefined) this.lists.set(limit, (list = new DeadlineList(limit, this)))
    const due = this.now() + limit
    task.deadline = new Deadline(task, due)
    list.push(task.deadline)
    if (this.sleeper === undefined || due < this.sleeper.until) this.sleepUntil(due)
  }

  emptied(list: DeadlineList): void {
    this.lists.delete(list.limit)
    if (this.lists.size > 0) return
    this.wakeNoMore()
    this.owner.emptied(this.clock)
  }

  private now(): number {
    return monotonicMillis(this.clock)
  }

  private wakeNoMore(): void {
    const sleeper = this.sleeper
    this.sleeper = undefined
    sleeper?.fiber.interruptUnsafe()
  }

  private sleepUntil(due: number): void {
    this.wakeNoMore()
    // Timers count whole milliseconds, and after an early one the fiber must sleep again.
    const start = this.now()
    const duration = Duration.millis(Math.max(1, Math.ceil(due - start - epsilon)))
    const fiber = Effect.runForkWith(this.context)(this.clock.sleep(duration))
    const sleeper = { fiber, until: due }
    this.sleeper = sleeper
    fiber.addObserver(() => {
      if (this.sleeper !== sleeper) return
      this.sleeper = undefined
      // Some clocks stand still during a sleep. There the sleep itself counts as time, or this would never end.
      const now = this.now()
      const expire = () => trampoline.run(() => this.expire(now > start ? now : due))
      if (this.owner.hearsLate && this.clock === realClock && setImmediate !== undefined) setImmediate(expire)
      else expire()
    })
  }

  private expire(now: number): void {
    for (const list of Array.from(this.lists.values())) {
      for (let deadline = list.first; deadline !== undefined && deadline.due <= now + epsilon; deadline = list.first) {
        deadline.remove()
        deadline.task.expire(Duration.millis(list.limit))
      }
    }
    let earliest = Infinity
    for (const list of this.lists.values()) earliest = Math.min(earliest, list.first!.due)
    if (earliest !== Infinity && (this.sleeper === undefined || earliest < this.sleeper.until)) {
      this.sleepUntil(earliest)
    }
  }
}

/** The time limits of an executor's tasks. Tasks may have different clocks, but usually there is one. */
export class Deadlines {
  /**
   * Whether the end of a task may have arrived and wait to be read. Then an expired deadline waits for one turn of the event loop: on a
   * busy machine, timers fire before what arrived earlier.
   */
  readonly hearsLate: boolean
  private readonly clocks = new Map<Clock.Clock, ClockDeadlines>()

  constructor(hearsLate: boolean) {
    this.hearsLate = hearsLate
  }

  /** Calls `expire` of the task after `limit` milliseconds, by the clock of its submitter. */
  add(task: Expirable, limit: number): void {
    this.addOn(task.submitContext.clock, task, limit)
  }

  /** Sets a limit on the real clock, whatever clock the submitter has: threads and processes start in real time. */
  addReal(task: Expirable, limit: number): void {
    this.addOn(realClock, task, limit)
  }

  private addOn(clock: Clock.Clock, task: Expirable, limit: number): void {
    const { context } = task.submitContext
    let deadlines = this.clocks.get(clock)
    if (deadlines === undefined) {
      deadlines = new ClockDeadlines(clock, forSleeping(context), this)
      this.clocks.set(clock, deadlines)
    }
    deadlines.add(task, limit)
  }

  emptied(clock: Clock.Clock): void {
    this.clocks.delete(clock)
  }
}
