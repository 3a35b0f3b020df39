import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { InvalidOptionsError, type StorageError } from "../../../Errors.ts"
import { Executor, type Failure } from "../../../Executor.ts"
import type { WorkerOptions } from "../../../durable/DurableExecutor.ts"
import { finiteDuration, optionsObject, positiveInteger, waitMillis } from "../../options.ts"
import type { TaskFunction } from "../../task/TaskFunction.ts"
import { taskModuleOf } from "../../task/taskModule.ts"
import { checkPayloadSize } from "../storage/checkPayloadSize.ts"
import { hubOf } from "../storage/Hub.ts"
import { every, inRealTime } from "../storage/inRealTime.ts"
import { Ledger } from "../storage/Ledger.ts"
import { listen } from "../storage/listen.ts"
import { migrated } from "../storage/migrations.ts"
import { storedMillis, storedName } from "../storable.ts"
import { patiently } from "../storage/patiently.ts"
import { LedgerWorker, sweepInterval } from "./LedgerWorker.ts"
import { tellDepth } from "./tellDepth.ts"

/** How often a machine checks for tasks to stop, in milliseconds. A cancellation is promised within a second. */
const cancelInterval = 400

/** `DurableExecutor.worker`. */
export const makeWorker = (options: WorkerOptions): Layer.Layer<never, StorageError, SqlClient | Executor<Failure>> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const host = yield* Executor
      const checked = checkOptions(options, host.maxWorkers)
      const sql = yield* SqlClient
      checkPayloadSize(sql, checked.maxPayloadBytes)
      yield* migrated(checked.executor)
      const ledger = new Ledger(sql, checked.executor)
      const hub = hubOf(sql, checked.executor)
      const context = yield* Effect.context<Scope.Scope>()
      const worker = new LedgerWorker({
        worker: checked,
        ledger,
        hub,
        functions: checked.functions,
        host,
        context: Context.omit(Scope.Scope)(context) as Context.Context<never>
      })
      const { drainTimeout, lease, startTimeout } = checked
      yield* listen(sql, checked.executor, hub)
      yield* Effect.ignore(worker.renew)
      // After the database was away, the others wait for this.
      yield* every(lease / 3, patiently(worker.renew))
      yield* every(cancelInterval, worker.lookForWishes)
      yield* every(sweepInterval(lease), worker.sweep)
      yield* Effect.forkScoped(inRealTime(unhurried(Math.max(startTimeout / 3, 100), worker.failUnknown)))
      const depthPause = Math.max(checked.pollInterval, depthInterval)
      yield* Effect.forkScoped(inRealTime(unhurried(depthPause, tellDepth(ledger, new Set()))))
      // Leases are renewed until the last task has ended, so what is added below ends first.
      yield* Scope.addFinalizer(Context.get(context, Scope.Scope), inRealTime(worker.drain(drainTimeout)))
      yield* hub.tell({
        work: worker.nudge,
        cancelled: (seqs) => {
          if (seqs.length > 0) worker.cancelled(seqs)
          else Effect.runFork(Effect.ignore(worker.lookForWishes))
        },
        demanded: (demands) => worker.demanded(demands)
      })
      yield* Effect.forkScoped(inRealTime(worker.claiming))
    })
  )

/** Repeats an effect, less often the longer it takes: a scan of a whole queue should take at most a twentieth of the database's time. */
const unhurried = (millis: number, effect: Effect.Effect<void, SqlError>): Effect.Effect<never> => {
  let pause = millis
  const timed = Effect.map(Effect.timed(Effect.ignore(effect)), ([took]) => {
    pause = Math.max(millis, 19 * Duration.toMillis(took))
  })
  return Effect.forever(
    Effect.andThen(
      Effect.suspend(() => Effect.sleep(pause)),
      timed
    )
  )
}

/** How often a machine counts the tasks for its metrics, in milliseconds, at most: counting a long queue takes some time. */
const depthInterval = 5000

let lastId = 0

const checkOptions = (options: WorkerOptions, places: number) => {
  const {
    concurrency = places,
    drainTimeout = "30 seconds",
    lease = "30 seconds",
    machine = `worker-${++lastId}`,
    maxPayloadBytes = 1024 * 1024,
    modules,
    name,
    pollInterval = "1 second",
    queues = ["default"],
    startTimeout = "30 seconds"
  } = optionsObject(options)
  const millis = (option: string, value: unknown) => storedMillis(Duration.toMillis(finiteDuration(option, value)))
  if (!Array.isArray(queues) || queues.length === 0) {
    throw new InvalidOptionsError({ option: "queues", value: queues, expected: "an array of at least one name" })
  }
  return {
    executor: storedName("name", name),
    name: storedName("machine", machine),
    queues: queues.map((queue, index) => storedName(`queues[${index}]`, queue)),
    functions: functionsOf(modules),
    concurrency: positiveInteger("concurrency", concurrency),
    maxPayloadBytes: positiveInteger("maxPayloadBytes", maxPayloadBytes),
    lease: millis("lease", lease),
    pollInterval: millis("pollInterval", pollInterval),
    startTimeout: millis("startTimeout", startTimeout),
    drainTimeout: waitMillis("drainTimeout", drainTimeout)
  }
}

/** The functions by the names that machines share. */
const functionsOf = (modules: unknown): ReadonlyMap<string, TaskFunction> => {
  if (!Array.isArray(modules) || modules.length === 0) {
    throw new InvalidOptionsError({ option: "modules", value: modules, expected: "an array of task modules" })
  }
  const functions = new Map<string, TaskFunction>()
  modules.forEach((each: unknown, index) => {
    const module = taskModuleOf(each)
    const option = `modules[${index}]`
    if (module?.id === undefined) {
      const expected = `a task module with an id, as Task.module(import.meta.url, { ... }, { id: "images" }) gives`
      throw new InvalidOptionsError({ option, value: each, expected })
    }
    for (const [name, fn] of module.functions) {
      const identity = storedName(option, `${module.id}/${name}`)
      if (functions.get(identity) !== undefined && functions.get(identity) !== fn) {
        const expected = `a unique id for each module: two of them have ${JSON.stringify(identity)}`
        throw new InvalidOptionsError({ option, value: module.id, expected })
      }
      functions.set(identity, fn)
    }
  })
  return functions
}
