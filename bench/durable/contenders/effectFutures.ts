import { Effect, Layer, ManagedRuntime, Scope } from "effect"
import { FiberExecutor, Task } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import type { Contender, Job } from "../Contender.ts"

let tell: (job: Job) => void = () => {}

const Jobs = Task.module(import.meta.url, { run: (job: Job) => tell(job) }, { id: "jobs" })

type Database = ReturnType<typeof DurableExecutor.layerPostgres>

const effectFutures = (name: string, server: Contender["server"], database: (url: string) => Database): Contender => ({
  name,
  server,
  submitter: async (url, queue) => {
    const runtime = ManagedRuntime.make(database(url))
    const scope = Scope.makeUnsafe()
    const durable = await runtime.runPromise(Scope.provide(DurableExecutor.make({ name: queue }), scope))
    return {
      add: (jobs) =>
        runtime.runPromise(
          Effect.forEach(jobs, (job) => durable.submit(Jobs.run(job)), { concurrency: "unbounded", discard: true })
        ),
      close: async () => {
        await Effect.runPromise(Scope.close(scope, Effect.runSync(Effect.exit(Effect.void))))
        await runtime.dispose()
      }
    }
  },
  work: async (url, queue, places, ran) => {
    tell = ran
    const machine = DurableExecutor.worker({ name: queue, modules: [Jobs], concurrency: places }).pipe(
      Layer.provide(FiberExecutor.layer({ maxWorkers: places })),
      Layer.provide(database(url))
    )
    const runtime = ManagedRuntime.make(machine)
    await runtime.runPromise(Effect.void)
    return () => runtime.dispose()
  }
})

export const effectFuturesPostgres = effectFutures("effect-futures, Postgres", "postgres", (url) =>
  DurableExecutor.layerPostgres({ url })
)

export const effectFuturesSqlite = effectFutures("effect-futures, SQLite", "file", (filename) =>
  DurableExecutor.layerSqlite({ filename })
)
