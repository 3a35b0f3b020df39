import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import { ExecutorShutdownError, QueueFullError } from "../Errors.ts"
import type { ShutdownMode, Stats, SubmitOptions } from "../Executor.ts"
import { EventHub } from "./EventHub.ts"
import type { Lanes } from "./Lanes.ts"
import { RoomQueue } from "./RoomQueue.ts"
import { type Outcome, TaskFuture } from "./TaskFuture.ts"
import { TaskQueue } from "./TaskQueue.ts"
import type { TaskRun } from "./TaskRun.ts"
import { Watchers } from "./Watchers.ts"
export interface EngineOptions {
  readonly name: string
  readonly maxWorkers: number
  /** Milliseconds, `Infinity` for none. */
  readonly timeout: number
  /** Milliseconds, `Infinity` for none. */
  readonly queueTimeout: number
  readonly capacity: number
  readonly overflow: "suspend" | "fail"
  readonly onFailure: "isolate" | "cancelAll"
  /** What a worker does with a task. */
  readonly body: <A, E>(effect: Effect.Effect<A, E>, run: TaskRun) => Effect.Effect<A, E>
}
/**
 * An executor's queue, its limits and its books; also those of a group, which passes
 * its tasks on to its parent and is, like it, a link in the `chain` that ends at the root.
 *
 * Everything here is bookkeeping in one turn and runs no user code; what does (beginning
 * a task, waking a joiner) goes through the trampoline, after the books are right.
 */
export declare class Engine {
  readonly options: EngineOptions
  readonly parent: Engine | undefined
  readonly root: Engine
  /** From here up to the root. */
  readonly chain: ReadonlyArray<Engine>
  readonly children: Set<Engine>
  readonly queue: TaskQueue
  readonly events: EventHub
  readonly watchers: Watchers
  /** Tasks of this very engine that run. */
  readonly active: Set<TaskFuture<unknown, unknown>>
  /** Tasks of this very engine that stand in line upstream. */
  readonly forwarded: Set<TaskFuture<unknown, unknown>>
  readonly callbacks: Set<Fiber.Fiber<unknown, unknown>>
  readonly terminated: Latch.Latch
  readonly tally: Record<Outcome, number>
  pending: number
  running: number
  /** Running tasks that wait for this executor and have lent their worker. */
  lending: number
  timeout: number
  closing: ShutdownMode | undefined
  /** Closed, and its last task has ended. */
  isEnding: boolean
  /** What to do when nothing is left after a shutdown. */
  onDrained: (() => void) | undefined
  /** Set for the root, before the first submission. */
  lanes: Lanes | undefined
  readonly room: RoomQueue
  private readonly deadlines
  private granted
  private requested
  private isRequesting
  private readonly starting
  private begun
  private isYielding
  private isScheduled
  private readonly spare
  constructor(options: EngineOptions, parent: Engine | undefined)
  get name(): string
  get isClosed(): boolean
  get isIdle(): boolean
  /** Whether nothing goes on but tasks that wait for this executor itself, and so in the end for each other. */
  get isQuiet(): boolean
  get stats(): Stats
  submit<A, E>(
    effect: Effect.Effect<A, E>,
    options: SubmitOptions | undefined,
    overflow?: "suspend" | "fail",
    restore?: <B, F>(effect: Effect.Effect<B, F>) => Effect.Effect<B, F>
  ): Effect.Effect<TaskFuture<A, E>, ExecutorShutdownError | QueueFullError>
  private waitForRoom
  shutdownError(): ExecutorShutdownError
  /** Room to wait in, or a worker at once. */
  private hasRoom
  /** Whether nothing waits here and the limit allows one more. */
  private get isFree()
  /** Gives back the workers that nothing uses. */
  releaseSpare(): void
  private admitWaiters
  private accept
  /** Hands what waits here and upstream a worker, as far as the limits allow. */
  private passOn
  private forwardTo
  private requestWorkers
  private readonly leased
  /** The root's, for a lease that `granted` counts. */
  private useOrRelease
  private grant
  /** Takes a node out of the line it stands in, and off the books of the engines that it has passed. */
  private leave
  /** Gives the worker of a task to the next in line. */
  private handOver
  /** A task waits for this executor: while it does, others have its worker. */
  lend(run: TaskRun): void
  takeBack(run: TaskRun): void
  private beginLater
  private readonly nextTurn
  /** Begins what has a worker, now: for one that waits for it, whose turn is over anyway. */
  beginNow(): void
  /** Begins one task that has a worker; the next gets its turn after what this one wakes. */
  private readonly advance
  private beginTask
  /** A task has ended. To be called between `enter` and `leave`, so that nobody sees the books before they are right. */
  settled(task: TaskFuture<unknown, unknown>, wasPending: boolean, outcome: Outcome): void
  private stopped
  private siblingFailed
  /** Replaced by the group that this is. */
  cancelAll: () => void
  /** Wakes whoever waits for what the last change has made true. */
  private changed
  private get isHeard()
  private publish
}
