import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { type ExecutorShutdownError, InvalidOptionsError, NoSuchTaskError, StorageError } from "../../../Errors.ts"
import type { DurableExecutor, MakeOptions } from "../../../durable/DurableExecutor.ts"
import type { Failure } from "../../../Executor.ts"
import { Engine } from "../../executor/Engine.ts"
import { engineOf, ExecutorImpl } from "../../executor/ExecutorImpl.ts"
import { checkExecutorOptions } from "../../executor/executorOptions.ts"
import { interruptEngine } from "../../executor/shutdown.ts"
import { accept, keep } from "../../executor/submit.ts"
import type { TaskFuture } from "../../executor/TaskFuture.ts"
import {
  aFunction,
  finiteDuration,
  nonEmptyString,
  oneOf,
  optionsObject,
  positiveInteger,
  waitMillis
} from "../../options.ts"
import type { Task } from "../../../Task.ts"
import { checkPayloadSize } from "../storage/checkPayloadSize.ts"
import { hubOf } from "../storage/Hub.ts"
import { every } from "../storage/inRealTime.ts"
import { type Entry, Ledger } from "../storage/Ledger.ts"
import { listen } from "../storage/listen.ts"
import { migrated } from "../storage/migrations.ts"
import { patiently } from "../storage/patiently.ts"
import { storedMillis, storedName } from "../storable.ts"
import { DurableFuture } from "./DurableFuture.ts"
import { checkedAttempts, checkedRetry, type DurableRequest, durableRequest, identityOf } from "./DurableRequest.ts"
import { LedgerClient } from "./LedgerClient.ts"

// After so many milliseconds, a task that is held back becomes due if its program has died. A living program postpones that in a third of
// the time.
const hold = 30_000
// How many polls of the tasks come before one of the machines, which change much less often.
const looksPerMachines = 5

/** `DurableExecutor.make`. */
export const makeDurableExecutor = (
  options: MakeOptions
): Effect.Effect<DurableExecutor, StorageError, Scope.Scope | SqlClient> =>
  // Nothing may come between making the executor and adding the finalizer that ends it.
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const checked = checkOptions(options)
      const { name } = checked
      const sql = yield* SqlClient
      checkPayloadSize(sql, checked.maxPayloadBytes)
      yield* restore(migrated(name))
      const ledger = new Ledger(sql, name)
      const hub = hubOf(sql, name)
      const client = new LedgerClient(ledger, hub, { ...checked, hold })
      const context = yield* Effect.context<Scope.Scope>()
      const engine = new Engine(
        {
          ...checked,
          clock: Context.get(context, Clock.Clock),
          takes: "tasks",
          startError: identity,
          // The type is what the task succeeds and fails with, with what its executor adds.
          body: <A, E>(_: Effect.Effect<A, E>, run: { readonly task: unknown }) =>
            (run.task as DurableFuture<A, E>).call.follow as Effect.Effect<A, E>,
          startElsewhere: (future) => {
            const { call } = future as DurableFuture<unknown, unknown>
            if (call.end !== undefined) call.finish(call.end)
          },
          keeper: {
            request: durableRequest(checked),
            makeFuture: (effect, of, request, fiber) =>
              // As `request` has made it.
              new DurableFuture(effect, of, request as DurableRequest, fiber, client),
            keep: (future) => client.keep(future),
            makeDispatcher: (of) => client.makeDispatcher(of)
          }
        },
        undefined
      )
      engine.limitRate(checked.rates, context)
      yield* listen(sql, name, hub)
      yield* hub.tell({
        begun: (rows, machine) => client.begun(rows, machine),
        settled: (seen) => client.seen(seen),
        changed: (seqs) => client.changed(seqs),
        written: (seqs) => client.streams.written(seqs)
      })
      yield* every(checked.pollInterval, client.poll)
      yield* every(hold / 3, client.renewHolds)
      yield* every(looksPerMachines * checked.pollInterval, client.checkMachines)
      engine.lifecycle.endWith(
        Effect.andThen(
          client.quiet,
          Effect.sync(() => client.dispatcher.end())
        ),
        context
      )
      yield* Scope.addFinalizer(
        Context.get(context, Scope.Scope),
        Effect.andThen(
          Effect.sync(() => {
            if (checked.onClose === "detach") client.detach()
          }),
          interruptEngine(engine)
        )
      )
      clients.set(engine, client)
      // The futures of the engine are those that `makeFuture` makes.
      return new ExecutorImpl<Failure>(engine) as unknown as DurableExecutor
    })
  )

const clients = new WeakMap<Engine, LedgerClient>()

/** The client of a durable executor, or of a group on one. */
export const clientOf = (executor: unknown): LedgerClient => {
  const client = clients.get(engineOf(executor).root)
  if (client !== undefined) return client
  const expected = "a durable executor, such as DurableExecutor.make gives"
  throw new InvalidOptionsError({ option: "executor", value: executor, expected })
}

/** `DurableExecutor.attach`. */
export const attachTo = <A, E>(
  executor: unknown,
  fn: Function,
  key: string
): Effect.Effect<DurableFuture<A, E | Failure>, NoSuchTaskError | StorageError | ExecutorShutdownError> =>
  Effect.withFiber((fiber) => {
    const engine = engineOf(executor)
    const { ledger } = clientOf(executor)
    aFunction("fn", fn, "a function of a task module")
    // The call only shows which function it is. Its arguments are in the ledger.
    const task = fn() as Task<unknown, unknown>
    const asked = identityOf(task)
    const noSuchTask = (found: string | undefined) =>
      Effect.fail(new NoSuchTaskError({ executor: ledger.executor, key, task: asked, found }))
    const adopt = (entry: Entry): Effect.Effect<TaskFuture<unknown, unknown>, ExecutorShutdownError> => {
      if (engine.isClosed) return Effect.fail(engine.shutdownError())
      const read = durableRequest({ maxAttempts: 1, retry: undefined })
      const request = { ...read(task, { key }, Infinity, "tasks"), seq: entry.seq }
      return keep(engine, accept(engine, task, request, fiber), fiber)
    }
    return patiently(ledger.find([nonEmptyString("key", key)])).pipe(
      Effect.mapError((cause) => new StorageError({ executor: ledger.executor, operation: "read a task", cause })),
      Effect.flatMap(([entry]): Effect.Effect<TaskFuture<unknown, unknown>, ExecutorShutdownError | NoSuchTaskError> =>
        entry?.task === asked ? adopt(entry) : noSuchTask(entry?.task)
      ),
      // The keeper makes no other futures, and the function gives their type.
      Effect.map((future) => future as DurableFuture<A, E | Failure>)
    )
  })

const checkOptions = (options: MakeOptions) => {
  const {
    name,
    queue = "default",
    maxWorkers = Infinity,
    maxAttempts = 3,
    retry,
    retain = "7 days",
    retainFailed = "30 days",
    maxPayloadBytes = 1024 * 1024,
    pollInterval = "1 second",
    onClose = "detach"
  } = optionsObject(options)
  return {
    ...checkExecutorOptions(storedName("name", name), options),
    queue: storedName("queue", queue),
    maxWorkers: maxWorkers === Infinity ? maxWorkers : positiveInteger("maxWorkers", maxWorkers),
    maxAttempts: checkedAttempts(maxAttempts),
    retry: checkedRetry(retry),
    retain: storedMillis(waitMillis("retain", retain)),
    retainFailed: storedMillis(waitMillis("retainFailed", retainFailed)),
    maxPayloadBytes: positiveInteger("maxPayloadBytes", maxPayloadBytes),
    pollInterval: Duration.toMillis(finiteDuration("pollInterval", pollInterval)),
    onClose: oneOf("onClose", onClose, ["detach", "cancel"])
  }
}
