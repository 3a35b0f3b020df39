import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Deferred from "effect/Deferred"
import { TaskModuleError, TaskTimeoutError, WorkerCrashedError } from "../../../Errors.ts"
import type { TaskFuture } from "../../executor/TaskFuture.ts"
import { latestFuture } from "../../future/FutureImpl.ts"
import type { TelemetryMessage } from "../telemetry/TelemetryMessage.ts"
import type { TelemetrySink } from "../telemetry/TelemetrySink.ts"
import { preload } from "./preload.ts"
import { sleepInRealTime, withinRealTime } from "./realTime.ts"
import type { CheckedRemoteOptions } from "./remoteOptions.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"
import type { TransportEnd } from "./Transport.ts"

/** How threads or processes are started. */
export type StartWorker = (options: {
  readonly id: number
  readonly name: string
  readonly concurrency: number
  readonly grace: number
  readonly maxMemory: number | undefined
  readonly onMessage: (message: unknown) => void
}) => Effect.Effect<RemoteWorker, TransportEnd, Scope.Scope>

/** Why a worker cannot be had. */
export type NotReady = TransportEnd | StartOverdue | TaskModuleError

/** A worker was not ready in time, and was given up. */
class StartOverdue extends Data.TaggedError("StartOverdue")<{
  /** Milliseconds. */
  readonly limit: number
  /** The number of the last future at the time of the start. Later ones have not waited as long. */
  readonly lastTask: number
}> {}

export const workerName = (executor: string, id: number): string => `${executor}/worker-${id}`

/** Makes the start of the next worker, which ends with its modules preloaded. */
export const starter = (options: CheckedRemoteOptions, startWorker: StartWorker, sink: TelemetrySink) => {
  const { concurrency, grace, maxMemory, name, preload: modules, startTimeout: limit } = options
  let lastId = 0
  return Effect.suspend(() => {
    const id = ++lastId
    const worker = workerName(name, id)
    // The worker sends nothing else.
    const onMessage = (message: unknown) => sink.receive(message as TelemetryMessage, worker)
    const lastTask = latestFuture()
    const start = startWorker({ id, name: worker, concurrency, grace, maxMemory, onMessage })
    return withinRealTime(start, limit, () => new StartOverdue({ limit, lastTask })).pipe(
      Effect.tap((handle) => preload(handle, worker, modules, limit))
    )
  })
}

const tries = 4
const firstPause = 50

/**
 * Tries again if a worker cannot be started, after twice the pause each time. Gives up after the fourth try, or if another one could not
 * help.
 */
export const retryStart = <A, R>(start: Effect.Effect<A, NotReady, R>): Effect.Effect<A, NotReady, R> => {
  const attempt = (left: number, pause: number): Effect.Effect<A, NotReady, R> =>
    left === 1
      ? start
      : Effect.catch(start, (error) =>
          isFinal(error) ? Effect.fail(error) : Effect.andThen(sleepInRealTime(pause), attempt(left - 1, pause * 2))
        )
  return attempt(tries, firstPause)
}

/** A second try would take as long again, or load the same file. */
const isFinal = (error: NotReady): boolean => error instanceof StartOverdue || error instanceof TaskModuleError

/** The error of a task that waited for the worker. `undefined` if it may wait for the next one. */
export const notStarted = (executor: string) => (failure: unknown, task: TaskFuture<unknown, unknown>) => {
  // Later tasks wait for the next worker, because this one hung and is replaced.
  if (failure instanceof StartOverdue && task.id > failure.lastTask) return undefined
  // The start of a worker fails with nothing else.
  return errorOfStart(executor, failure as NotReady, task.name)
}

export const errorOfStart = (executor: string, failure: NotReady, task: string) => {
  if (failure instanceof TaskModuleError) return failure
  if (failure instanceof StartOverdue) {
    return new TaskTimeoutError({ task, duration: Duration.millis(failure.limit), phase: "starting", stuckAt: [] })
  }
  return new WorkerCrashedError({ task, worker: executor, ...failure })
}

/** Waits until an executor has its first workers. */
export class Readiness<E> {
  private missing: number
  private readonly done: Deferred.Deferred<void, E> = Deferred.makeUnsafe()

  constructor(wanted: number) {
    this.missing = wanted
    if (wanted === 0) Deferred.doneUnsafe(this.done, Effect.void)
  }

  /** Fails as soon as one of them cannot be had. */
  get wait(): Effect.Effect<void, E> {
    return Deferred.await(this.done)
  }

  /** Another worker is there. */
  readonly acquired = (): void => {
    if (--this.missing === 0) Deferred.doneUnsafe(this.done, Effect.void)
  }

  /** Notes a failure of the effect. */
  watch<A, R>(acquire: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.tapCause(acquire, (cause) =>
      Effect.sync(() => Deferred.doneUnsafe(this.done, Effect.failCause(cause)))
    )
  }
}
