import { Context, Effect, Layer, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import { type Executor, FiberExecutor } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { TestClock } from "effect/testing"
import { behaviour, type PartName } from "../behaviour/behaviour.ts"
import { localGate } from "../behaviour/Gate.ts"
import type { Kind, MakeOptions } from "../behaviour/Kind.ts"
import { StreamTasks } from "../behaviour/streamTasks.ts"
import { Building, Tasks } from "../behaviour/tasks.ts"

let made = 0

/** Where the option is not allowed, what is made is not used. */
const placesOf = (maxWorkers: unknown): number =>
  typeof maxWorkers === "number" && maxWorkers >= 1 && Number.isSafeInteger(maxWorkers) ? maxWorkers : 8

/** The behaviour table for executors over a database, with one machine of as many places as the executor has workers. */
export const durableBehaviour = (
  name: string,
  database: Effect.Effect<SqlClient.SqlClient, unknown, Scope.Scope>,
  parts?: ReadonlyArray<PartName>
): void => {
  const make = (options?: MakeOptions) =>
    Effect.gen(function* () {
      const sql = yield* Effect.orDie(database)
      const { maxWorkers = 8, ...rest } = options ?? {}
      const isObject = typeof options === "object" && options !== null && !Array.isArray(options)
      const name = isObject && rest.name !== undefined ? rest.name : `behaviour-${++made}`
      // Before the executor, which is closed first then, and tells the machine what to stop.
      yield* Layer.build(
        DurableExecutor.worker({
          name: `${name}`,
          modules: [Tasks, StreamTasks, Building],
          concurrency: placesOf(maxWorkers)
        }).pipe(
          Layer.provide(FiberExecutor.layer({ maxWorkers: placesOf(maxWorkers) })),
          Layer.provide(Layer.succeed(SqlClient.SqlClient, sql))
        )
      )
      const all = { name, maxWorkers, onClose: "cancel", ...rest } as const
      const given = isObject || options === undefined ? all : (options as never)
      const durable = yield* Effect.provideService(DurableExecutor.make(given), SqlClient.SqlClient, sql)
      return durable
    }).pipe(Effect.orDie)
  const kind: Kind<Executor.Failure> = { make, gate: localGate, elapse: TestClock.adjust, hearsAll: false }
  behaviour(name, kind, parts)
}

export const sqlClient = (layer: Layer.Layer<SqlClient.SqlClient, unknown>) =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, SqlClient.SqlClient))
