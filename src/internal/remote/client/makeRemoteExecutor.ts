import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { TaskModuleError, WorkerCrashedError } from "../../../Errors.ts"
import type { Executor } from "../../../Executor.ts"
import { Engine } from "../../executor/Engine.ts"
import { type Worker, makeWorkerPool } from "../../executor/workers/WorkerPool.ts"
import { errorOf, isCrash, type WorkerEnd } from "../../executor/workers/WorkerEnd.ts"
import { show } from "../../show.ts"
import { ExecutorImpl } from "../../executor/ExecutorImpl.ts"
import { interruptEngine } from "../../executor/shutdown.ts"
import { TelemetrySink } from "../telemetry/TelemetrySink.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"
import type { RemoteCall } from "./RemoteCall.ts"
import { remoteBody, startRemote } from "./remoteBody.ts"
import type { CheckedRemoteOptions } from "./remoteOptions.ts"
import { TaskWorker } from "./TaskWorker.ts"
import { importFile } from "./preload.ts"
import { StandbyWorkers } from "./StandbyWorkers.ts"
import {
  errorOfStart,
  type NotReady,
  notStarted,
  Readiness,
  retryStart,
  starter,
  type StartWorker,
  workerName
} from "./workerStart.ts"

/**
 * Makes an executor whose workers are not in this thread. It ends with the scope.
 *
 * Returns when the first workers are ready. Dies if one of them cannot be started.
 */
export const makeRemoteExecutor = <X>(
  options: CheckedRemoteOptions,
  startWorker: StartWorker
): Effect.Effect<Executor<X>, TaskModuleError, Scope.Scope> =>
  // Nothing may come between making the workers and adding the finalizer that ends them.
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const context = yield* Effect.context<Scope.Scope>()
      const engine = new Engine(
        {
          ...options,
          clock: Context.get(context, Clock.Clock),
          maxWorkers: options.maxWorkers * options.concurrency,
          takes: "tasks",
          startError: notStarted(options.name),
          crashError: diedBefore(options.name),
          body: remoteBody,
          startElsewhere: startRemote
        },
        undefined
      )
      engine.limitRate(options.rates, context)
      const workers = Scope.makeUnsafe()
      const sink = new TelemetrySink(Context.omit(Scope.Scope)(context))
      const start = starter(options, startWorker, sink)
      const spares = new StandbyWorkers(options.spares, start, (handle, url, name) =>
        importFile(handle, url, name, options.startTimeout)
      )
      const readiness = new Readiness<NotReady>(options.minWorkers)
      const pool = yield* makeWorkerPool({
        minWorkers: options.minWorkers,
        maxWorkers: options.maxWorkers,
        concurrency: options.concurrency,
        idleTimeToLive: options.idleTimeToLive,
        acquire: readiness.watch(worker(engine, options, sink, spares, retryStart(start), context)),
        onAcquired: readiness.acquired
      }).pipe(Scope.provide(workers))
      engine.dispatcher.usePool(pool)
      const end = Effect.all([Scope.close(workers, Exit.void), spares.close], { concurrency: 2, discard: true })
      engine.lifecycle.endWith(end, context)
      yield* Scope.addFinalizer(Context.get(context, Scope.Scope), interruptEngine(engine))
      yield* restore(readiness.wait).pipe(
        // Started workers end now. The scope may be that of the application, and end much later.
        Effect.onError(() => interruptEngine(engine)),
        Effect.catch((error) =>
          error instanceof TaskModuleError ? Effect.fail(error) : Effect.die(errorOfStart(options.name, error, "make"))
        )
      )
      return new ExecutorImpl<X>(engine)
    })
  )

const worker = (
  engine: Engine,
  { mostTasks, name }: CheckedRemoteOptions,
  sink: TelemetrySink,
  spares: StandbyWorkers,
  start: Effect.Effect<RemoteWorker, NotReady, Scope.Scope>,
  context: Context.Context<never>
) =>
  Effect.gen(function* () {
    const handle = yield* spares.take(start)
    const { id } = handle
    const made = new TaskWorker(workerName(name, id), handle, sink, mostTasks)
    let isOver = false
    const over = (unbegun: ReadonlyArray<RemoteCall>, death?: WorkerEnd) => {
      if (isOver) return
      isOver = true
      sink.workerEnded(made.name)
      const futures = unbegun.map((call) => call.future)
      engine.dispatcher.ended(made, futures, death)
      const reason = death?.kind ?? made.endReason ?? "closed"
      const error = death === undefined ? undefined : errorOf(death)
      engine.events.workerEnded(id, reason, error)
      if (death !== undefined && isCrash(death.kind) && !made.hasFailedTask) {
        Effect.runForkWith(context)(diedBetweenTasks(made.name, death))
      }
    }
    handle.ownedBy({
      // The worker got no calls but those of `TaskWorker`.
      onDeath: (unbegun, death) => over(unbegun as ReadonlyArray<RemoteCall>, death),
      onCalled: ({ name, url }) => spares.uses(url, name),
      onOverMemory() {
        if (!made.isGone) engine.dispatcher.replace(made, "memory")
      },
      onGivenUp() {
        if (made.prefetched.size > 0 || engine.queue.size > 0) spares.anticipate()
      }
    })
    // A worker that has died first reports the calls that had begun. Their tasks release it, which runs this finalizer before it has
    // reported the other calls. So then this waits a moment for that report.
    const end = () => (handle.isAlive ? over([]) : queueMicrotask(() => over([])))
    yield* Effect.addFinalizer(() => Effect.sync(end))
    engine.dispatcher.started(made)
    engine.events.workerStarted(id)
    return made
  })

/** Logs a death that no task reports. */
const diedBetweenTasks = (worker: string, death: WorkerEnd): Effect.Effect<void> => {
  const why = death.kind === "crashed" ? "died between tasks" : "stopped answering and was ended"
  const tail = death.stderr === "" ? "" : `\nIts last output:\n${death.stderr}`
  return Effect.logWarning(
    `Worker "${worker}" ${why}. No task was running there; another worker replaces it when needed.${tail}`,
    Cause.fail(errorOf(death))
  )
}

const diedBefore =
  (executor: string) =>
  ({ id }: Worker, { error, exitCode, signal, stderr }: WorkerEnd, attempts: number, task: string) => {
    const message = `the task never began: each of the ${attempts} workers that it was given to died (maxAttempts)`
    const reason = error === undefined ? new Error(message) : new Error(`${message}: ${show(error)}`, { cause: error })
    return new WorkerCrashedError({ task, worker: workerName(executor, id), exitCode, signal, stderr, reason })
  }
