import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TaskTimeoutError } from "../Errors.ts"
import type { Deadline } from "./Deadlines.ts"
import type { Engine } from "./Engine.ts"
import { FutureImpl } from "./FutureImpl.ts"
import type { Lease } from "./Lanes.ts"
import type { PriorityLane, QueueNode } from "./TaskQueue.ts"
import type { SubmitRequest } from "./submitRequest.ts"
import { TaskRun } from "./TaskRun.ts"
/** How a task ended, as the statistics count it. */
export type Outcome = "succeeded" | "failed" | "cancelled" | "timedOut"
type Resume<A, E> = {
  resume(effect: Effect.Effect<A, E>): void
}["resume"]
/**
 * The future of a submitted task.
 *
 * Its fiber is forked at submission and parks in its first step; a worker resumes
 * it with the task. So cancelling is interrupting that fiber, parked or not.
 */
export declare class TaskFuture<A, E> extends FutureImpl<A, E | TaskTimeoutError> implements QueueNode {
  next: QueueNode | undefined
  previous: QueueNode | undefined
  lane: PriorityLane | undefined
  readonly engine: Engine
  readonly priority: number
  /** Milliseconds from its start; 0 for none, since `Infinity` is no small integer and takes memory of its own. */
  readonly timeout: number
  /** What to run; once that has begun, nothing. */
  effect: Effect.Effect<A, E | TaskTimeoutError> | undefined
  deadline: Deadline | undefined
  taskRun: TaskRun | undefined
  private unpark
  private hasBegun
  private stoppedFor
  constructor(
    effect: Effect.Effect<A, E>,
    engine: Engine,
    request: SubmitRequest,
    submitter: Fiber.Fiber<unknown, unknown>
  )
  /** What it fails with if it was stopped for taking too long. */
  get timeoutError(): TaskTimeoutError | undefined
  get isParked(): boolean
  /** The fiber has done its first step; `resume` lets it go on. */
  parkedWith(resume: Resume<A, E | TaskTimeoutError>): void
  /** A worker is there. Only says so: the code begins with `begin`. */
  granted(lease: Lease): void
  /** Lets the parked fiber go on, with `body`. */
  begin(body: Effect.Effect<A, E | TaskTimeoutError>): void
  private proceed
  /** Asks the task to stop, and keeps a timeout that is not yet due from claiming it. */
  interrupt(by: number | undefined): void
  private interruptFiber
  /** The time that it may take, or may wait, is over. */
  expire(duration: Duration.Duration): void
  private ended
  private outcome
}
export {}
