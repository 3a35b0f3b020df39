/**
 * Durable tasks next to other queues on one Postgres: `npm run bench:durable -- 5000`. Each works off a backlog of trivial tasks in
 * one process, with what it has for doing much at a time; two rounds, the order turned round for the second.
 */
import { Effect, Layer, Schema } from "effect"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import { FiberExecutor, Future, Task } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { PostgresServer } from "../../test/durable/support/PostgresServer.ts"

const tasks = Number(process.argv[2] ?? 5000)
const places = 50

const Trivial = Task.module(import.meta.url, { add: (a: number, b: number) => a + b }, { id: "trivial" })

/** Waits until it was called so often. */
const countdown = (count: number) => {
  let left = count
  let done = () => {}
  const reached = new Promise<void>((resolve) => (done = resolve))
  return { tick: () => --left === 0 && done(), reached }
}

/** A second, for a backlog of so many: the milliseconds that it takes to work it off. */
type Contender = (url: string, round: number) => Promise<number>

const ours =
  (
    database: (url: string) => Layer.Layer<never, unknown> | ReturnType<typeof DurableExecutor.layerPostgres>
  ): Contender =>
  (url, round) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const name = `bench-${round}`
          const durable = yield* DurableExecutor.make({ name })
          const numbers = Array.from({ length: tasks }, (_, n) => n)
          const futures = yield* Effect.forEach(numbers, (n) => durable.submit(Trivial.add(n, 1)), {
            concurrency: "unbounded"
          })
          const start = performance.now()
          yield* Layer.build(
            DurableExecutor.worker({ name, modules: [Trivial], concurrency: places }).pipe(
              Layer.provide(FiberExecutor.layer({ maxWorkers: places }))
            )
          )
          yield* Future.all(futures)
          return performance.now() - start
        })
      ).pipe(Effect.provide(database(url) as ReturnType<typeof DurableExecutor.layerPostgres>))
    )

const persistedQueue: Contender = (url, round) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const queue = yield* PersistedQueue.make({ name: `bench-${round}`, schema: Schema.Number })
        const numbers = Array.from({ length: tasks }, (_, n) => n)
        yield* Effect.forEach(numbers, (n) => queue.offer(n), { concurrency: places })
        const { reached, tick } = countdown(tasks)
        const start = performance.now()
        const take = queue.take(() => Effect.sync(() => void tick()))
        for (let n = 0; n < places; n++) yield* Effect.forkScoped(Effect.forever(take))
        yield* Effect.promise(() => reached)
        return performance.now() - start
      })
    ).pipe(
      Effect.provide(PersistedQueue.layer.pipe(Layer.provide(PersistedQueue.layerStoreSql()))),
      Effect.provide(DurableExecutor.layerPostgres({ url }))
    )
  )

// By names that the compiler does not look for: their types are of no use here, and they need not be installed to check this file.
const load = <A>(specifier: string): Promise<A> => import(specifier) as Promise<A>

interface Graphile {
  readonly runMigrations: (options: object) => Promise<void>
  readonly makeWorkerUtils: (options: object) => Promise<{
    readonly addJobs: (jobs: ReadonlyArray<object>) => Promise<unknown>
    readonly release: () => Promise<void>
  }>
  readonly run: (options: object) => Promise<{ readonly stop: () => Promise<void> }>
}

const graphile =
  (worker: object): Contender =>
  async (url, round) => {
    const { makeWorkerUtils, run, runMigrations } = await load<Graphile>("graphile-worker")
    const logger = new (await load<{ Logger: new (f: () => () => void) => unknown }>("graphile-worker")).Logger(
      () => () => {}
    )
    await runMigrations({ connectionString: url, logger })
    const utils = await makeWorkerUtils({ connectionString: url, logger })
    const identifier = `bench-${round}`
    await utils.addJobs(Array.from({ length: tasks }, (_, n) => ({ identifier, payload: { n } })))
    await utils.release()
    const { reached, tick } = countdown(tasks)
    const start = performance.now()
    const runner = await run({
      connectionString: url,
      logger,
      concurrency: places,
      noHandleSignals: true,
      taskList: { [identifier]: async () => void tick() },
      preset: { worker: { concurrentJobs: places, connectionString: url, ...worker } }
    })
    await reached
    const millis = performance.now() - start
    await runner.stop()
    return millis
  }

interface Boss {
  readonly start: () => Promise<unknown>
  readonly createQueue: (name: string) => Promise<void>
  readonly insert: (name: string, jobs: ReadonlyArray<object>) => Promise<unknown>
  readonly work: (
    name: string,
    options: object,
    handler: (jobs: ReadonlyArray<object>) => Promise<void>
  ) => Promise<unknown>
  readonly stop: (options: object) => Promise<void>
}

const boss: Contender = async (url, round) => {
  const { PgBoss } = await load<{ PgBoss: new (url: string) => Boss }>("pg-boss")
  const instance = new PgBoss(url)
  await instance.start()
  const queue = `bench-${round}`
  await instance.createQueue(queue)
  for (let from = 0; from < tasks; from += 1000) {
    const jobs = Array.from({ length: Math.min(1000, tasks - from) }, (_, n) => ({ data: { n: from + n } }))
    await instance.insert(queue, jobs)
  }
  const { reached, tick } = countdown(tasks)
  const start = performance.now()
  await instance.work(queue, { batchSize: 512, pollingIntervalSeconds: 0.5 }, async (jobs) => {
    for (const _ of jobs) tick()
  })
  await reached
  const millis = performance.now() - start
  await instance.stop({ graceful: false })
  return millis
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-durable-"))
const contenders: ReadonlyArray<readonly [name: string, run: Contender]> = [
  ["effect-futures, Postgres", ours((url) => DurableExecutor.layerPostgres({ url }))],
  ["Effect's PersistedQueue, Postgres", persistedQueue],
  ["graphile-worker", graphile({})],
  ["graphile-worker, with a local queue of 500", graphile({ localQueue: { size: 500 } })],
  ["pg-boss, batches of 512", boss],
  ["effect-futures, SQLite", ours(() => DurableExecutor.layerSqlite({ filename: path.join(folder, "tasks.db") }))]
]

const server = await PostgresServer.make()
const rates = new Map<string, Array<number>>()
for (const round of [1, 2]) {
  for (const [name, run] of round === 1 ? contenders : contenders.toReversed()) {
    const url = server.database(`bench_${round}_${contenders.findIndex((each) => each[0] === name)}`)
    const millis = await run(url, round)
    rates.set(name, [...(rates.get(name) ?? []), Math.round((1000 * tasks) / millis)])
  }
}
await server.remove()
fs.rmSync(folder, { recursive: true, force: true })

console.log(`| ${tasks} trivial tasks, ${places} places, one process | tasks a second, two rounds |\n| --- | --- |`)
for (const [name] of contenders) console.log(`| ${name} | ${rates.get(name)!.join(" / ")} |`)
