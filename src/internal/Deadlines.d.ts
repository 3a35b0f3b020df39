import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import type { TaskFuture } from "./TaskFuture.ts"
/** A task's place in the list of those with the same limit. */
export declare class Deadline {
  next: Deadline | undefined
  previous: Deadline | undefined
  readonly task: TaskFuture<unknown, unknown>
  /** Milliseconds on the clock's monotonic time. */
  readonly due: number
  readonly list: DeadlineList
  constructor(task: TaskFuture<unknown, unknown>, due: number, list: DeadlineList)
  remove(): void
}
/** Deadlines with one limit, so the order in which they were set is the order in which they fall due. */
declare class DeadlineList {
  head: Deadline | undefined
  private tail
  readonly limit: number
  private readonly owner
  constructor(limit: number, owner: ClockDeadlines)
  push(task: TaskFuture<unknown, unknown>, due: number): Deadline
  remove(deadline: Deadline): void
}
/**
 * The deadlines on one clock, with a single sleeper for all of them.
 *
 * `Effect.timeout` gives each task two more fibers and a timer, which costs more
 * than most tasks. Setting and removing a deadline here is a matter of links; the
 * one sleeper wakes for the earliest, and goes back to sleep if that was removed.
 */
declare class ClockDeadlines {
  private readonly lists
  private sleeper
  private readonly clock
  private readonly context
  private readonly owner
  constructor(clock: Clock.Clock, context: Context.Context<never>, owner: Deadlines)
  add(task: TaskFuture<unknown, unknown>, limit: number): Deadline
  emptied(list: DeadlineList): void
  private now
  private wakeNoMore
  private sleepUntil
  private expire
}
/** The time limits of an executor's tasks. Tasks may come with different clocks; usually there is one. */
export declare class Deadlines {
  private readonly clocks
  /** Tells the task to `expire` after `limit` milliseconds, on the clock of its submitter. */
  add(task: TaskFuture<unknown, unknown>, limit: number): void
  emptied(clock: Clock.Clock): void
}
export {}
