import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { identity } from "effect/Function"
import * as Scope from "effect/Scope"
import type { TaskTimeoutError } from "../../Errors.ts"
import type { FiberExecutor, Options } from "../../FiberExecutor.ts"
import { availableCores } from "./workers/availableCores.ts"
import { Engine, type EngineOptions } from "./Engine.ts"
import { ExecutorImpl } from "./ExecutorImpl.ts"
import { checkExecutorOptions } from "./executorOptions.ts"
import { makeWorkerPool, Worker } from "./workers/WorkerPool.ts"
import { boolean, limitMillis, nonEmptyString, optionsObject, positiveInteger } from "../options.ts"
import { interruptEngine } from "./shutdown.ts"
import { taskInScope } from "./taskInScope.ts"
import { isTask } from "../task/TaskFunction.ts"
import { functionOf } from "../task/TaskImpl.ts"
import type { TaskLayer } from "../task/TaskLayer.ts"

let lastId = 0

/** `FiberExecutor.make`. */
export const makeFiberExecutor = (options?: Options): Effect.Effect<FiberExecutor, never, Scope.Scope> =>
  // Uninterruptible, because nothing may come between making the workers and adding the finalizer that ends them.
  Effect.uninterruptible(
    Effect.gen(function* () {
      const checked = checkOptions(options)
      const context = yield* Effect.context<Scope.Scope>()
      const layers = new HeldLayers()
      // Isolation loads the codecs, which nothing else here needs.
      const isolation = checked.isolate ? yield* Effect.promise(() => import("../remote/codec/isolated.ts")) : undefined
      const body: EngineOptions["body"] = (effect, run, fiber) => {
        layers.hold(effect)
        const isCopied = isolation !== undefined && isTask(effect as unknown)
        return taskInScope(isCopied ? isolation.isolated(effect, run.task.name, checked.name) : effect, run, fiber)
      }
      const startError = identity
      const clock = yield* Clock.Clock
      const engine = new Engine({ ...checked, clock, takes: "effects", startError, body }, undefined)
      engine.limitRate(checked.rates, context)
      const workers = Scope.makeUnsafe()
      const pool = yield* makeWorkerPool({
        minWorkers: 0,
        maxWorkers: checked.maxWorkers,
        concurrency: 1,
        idleTimeToLive: checked.idleTimeToLive,
        acquire: lane(engine)
      }).pipe(Scope.provide(workers))
      engine.dispatcher.usePool(pool)
      engine.lifecycle.endWith(Effect.andThen(Scope.close(workers, Exit.void), layers.release), context)
      yield* Scope.addFinalizer(Context.get(context, Scope.Scope), interruptEngine(engine))
      return new ExecutorImpl<TaskTimeoutError>(engine)
    })
  )

const checkOptions = (options: Options = {}) => {
  const {
    name = `fibers-${++lastId}`,
    maxWorkers = Math.min(32, availableCores() + 4),
    idleTimeToLive,
    isolate = false
  } = optionsObject(options)
  return {
    ...checkExecutorOptions(nonEmptyString("name", name), options),
    maxWorkers: positiveInteger("maxWorkers", maxWorkers),
    idleTimeToLive: limitMillis("idleTimeToLive", idleTimeToLive),
    isolate: boolean("isolate", isolate)
  }
}

/** A lane needs no resource: it is a place for one fiber at a time. */
const lane = (engine: Engine) => {
  let lastWorker = 0
  return Effect.acquireRelease(
    Effect.sync(() => {
      const worker = new Worker(++lastWorker)
      engine.events.workerStarted(worker.id)
      return worker
    }),
    ({ endReason = "closed", id }) => Effect.sync(() => engine.events.workerEnded(id, endReason, undefined))
  )
}

/** The layers of the task modules that an executor in this process has run. It keeps them until its end, as a worker does. */
class HeldLayers {
  private readonly releases = new Map<TaskLayer<never, unknown, unknown>, Effect.Effect<void>>()

  /** Keeps the layer of the task, if it is a task and has one. */
  hold(effect: Effect.Effect<unknown, unknown>): void {
    const layer = isTask(effect) ? functionOf(effect).layer : undefined
    if (layer !== undefined && !this.releases.has(layer)) this.releases.set(layer, layer.hold())
  }

  /** Releases all of them. */
  readonly release: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach(Array.from(this.releases.values()).toReversed(), (release) => release, { discard: true })
  )
}
