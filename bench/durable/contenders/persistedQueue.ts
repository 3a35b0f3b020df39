import { Effect, Layer, ManagedRuntime, Schema } from "effect"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import { SqlClient } from "effect/sql/SqlClient"
import { DurableExecutor } from "effect-futures/durable"
import { Batch } from "../../../src/internal/durable/storage/Batch.ts"
import { Ledger } from "../../../src/internal/durable/storage/Ledger.ts"
import { migrated } from "../../../src/internal/durable/storage/migrations.ts"
import type { NewRow } from "../../../src/internal/durable/storage/Row.ts"
import type { Contender, Job } from "../Contender.ts"

/** Effect's own queue, on a Postgres. It is asked every 20 milliseconds, as nothing tells it of other processes' tasks. */
const layer = (url: string) =>
  PersistedQueue.layer.pipe(
    Layer.provide(PersistedQueue.layerStoreSql({ pollInterval: "20 millis" })),
    Layer.provideMerge(DurableExecutor.layerPostgres({ url }))
  )

const PlainJob = Schema.Struct({ sentAt: Schema.Number })

export const persistedQueue: Contender = {
  name: "Effect's `PersistedQueue`",
  server: "postgres",
  submitter: async (url, queue) => {
    const runtime = ManagedRuntime.make(layer(url))
    const jobs = await runtime.runPromise(PersistedQueue.make({ name: queue, schema: PlainJob }))
    return {
      add: (all) =>
        runtime.runPromise(Effect.forEach(all, (job) => jobs.offer(job), { concurrency: 50, discard: true })),
      close: () => runtime.dispose()
    }
  },
  work: async (url, queue, places, ran) => {
    const runtime = ManagedRuntime.make(layer(url))
    const jobs = await runtime.runPromise(PersistedQueue.make({ name: queue, schema: PlainJob }))
    const take = jobs.take((job) => Effect.sync(() => ran(job)))
    for (let place = 0; place < places; place++) runtime.runFork(Effect.forever(take))
    return () => runtime.dispose()
  }
}

const rowOf = (job: Job): NewRow => ({
  queue: "default",
  key: crypto.randomUUID(),
  task: "jobs/run",
  label: "run",
  args: JSON.stringify(job),
  trace: null,
  priority: 0,
  delay: 0,
  isHeld: 0,
  hold: 0,
  timeout: null,
  retries: null,
  maxAttempts: 3,
  retain: 1e9,
  retainFailed: 1e9,
  owner: "bench",
  buffer: null
})

/** Collects the calls of a turn, and runs one statement for them. */
const together = <A>(statement: (items: ReadonlyArray<A>) => Effect.Effect<unknown, unknown>) => {
  const batch = new Batch<readonly [A, (done: Effect.Effect<void>) => void]>(
    (all) =>
      Effect.map(Effect.orDie(statement(all.map(([item]) => item))), () => {
        for (const [, resume] of all) resume(Effect.void)
      }),
    500
  )
  return (item: A) => Effect.callback<void>((resume) => batch.add([item, resume]))
}

const openBoth = (queue: string) =>
  Effect.gen(function* () {
    yield* migrated(queue)
    const sql = yield* SqlClient
    return {
      sql,
      ledger: new Ledger(sql, queue),
      seqs: yield* PersistedQueue.make({ name: queue, schema: Schema.Number })
    }
  })

/** The queue with a ledger, which says what became of each task: the least that a durable executor on `PersistedQueue` would do. */
export const persistedQueueWithLedger: Contender = {
  name: "Effect's `PersistedQueue`, with a ledger",
  server: "postgres",
  submitter: async (url, queue) => {
    const runtime = ManagedRuntime.make(layer(url))
    const { ledger, seqs, sql } = await runtime.runPromise(openBoth(queue))
    const add = (jobs: ReadonlyArray<Job>) =>
      sql.withTransaction(
        Effect.gen(function* () {
          const entries = yield* ledger.submit(jobs.map(rowOf))
          yield* Effect.forEach(entries, ({ seq }) => seqs.offer(seq), { discard: true })
        })
      )
    return {
      add: async (jobs) => {
        for (let from = 0; from < jobs.length; from += 500) await runtime.runPromise(add(jobs.slice(from, from + 500)))
      },
      close: () => runtime.dispose()
    }
  },
  work: async (url, queue, places, ran) => {
    const runtime = ManagedRuntime.make(layer(url))
    const { ledger, seqs, sql } = await runtime.runPromise(openBoth(queue))
    const jobs = new Map<number, Job>()
    const begin = together<number>((all) =>
      Effect.map(
        sql<{ readonly seq: number; readonly args: string }>`UPDATE effect_futures_tasks
          SET state = 'running', attempt = attempt + 1, claims = claims + 1, worker = 'bench'
          WHERE seq IN ${ledger.dialect.list(all, "bigint")} AND state = 'pending' RETURNING seq, args`,
        (rows) => {
          for (const { args, seq } of rows) jobs.set(Number(seq), JSON.parse(args) as Job)
        }
      )
    )
    const none = { delay: 0, uncounted: 0, outcome: "null", tag: null, failure: null, report: null } as const
    const settle = together<number>((all) =>
      ledger.settle(
        all.map((seq) => ({ seq, claims: 1, state: "succeeded", ...none })),
        "bench"
      )
    )
    const take = seqs.take((seq) =>
      Effect.gen(function* () {
        yield* begin(seq)
        const job = jobs.get(seq)
        if (job === undefined) return
        jobs.delete(seq)
        ran(job)
        yield* settle(seq)
      })
    )
    for (let place = 0; place < places; place++) runtime.runFork(Effect.forever(take))
    return () => runtime.dispose()
  }
}
