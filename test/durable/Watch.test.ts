import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Executor } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { Ledger } from "../../src/internal/durable/storage/Ledger.ts"
import { Upkeep } from "../../src/internal/durable/storage/Upkeep.ts"
import { Watch } from "../../src/internal/durable/storage/Watch.ts"
import { begin, eventually } from "../behaviour/support.ts"
import { sqlClient } from "./behaviour.ts"
import { Jobs } from "./support/tasks.ts"

describe("whoever looks for machines that are gone", () => {
  const looksAt = (times: ReadonlyArray<number>): ReadonlyArray<boolean> => {
    let now = 0
    const watch = new Watch(1000, () => now)
    return times.map((time) => {
      now = time
      return watch.look()
    })
  }

  it("believes their silence as long as it looks in time", () => {
    assert.deepStrictEqual(looksAt([1000, 2000, 3500]), [true, true, true])
  })

  it("does not believe it at the first look if the database was away until then", () => {
    assert.deepStrictEqual(looksAt([5000, 6000, 7000, 8000]), [false, false, false, true])
  })

  it("gives them time to report after the database was away", () => {
    const times = [0, 1000, 60_000, 61_000, 62_000, 63_000, 64_000]
    assert.deepStrictEqual(looksAt(times), [true, true, false, false, false, true, true])
  })

  it("gives them time again if the database is away once more", () => {
    const times = [60_000, 61_000, 70_000, 71_000, 72_000, 73_000]
    assert.deepStrictEqual(looksAt(times), [false, false, false, false, false, true])
  })

  it("judges if it is always late, so that lost tasks are found", () => {
    assert.deepStrictEqual(looksAt([5000, 10_000, 15_000, 20_000, 25_000]), [false, false, false, true, true])
  })
})

describe("while the database was away", () => {
  const program = Effect.gen(function* () {
    const sql = yield* sqlClient(DurableExecutor.layerMemory)
    const options = { name: "away", maxWorkers: 1, pollInterval: "1 minute" } as const
    const durable = yield* Effect.provideService(DurableExecutor.make(options), SqlClient, sql)
    const upkeep = new Upkeep(new Ledger(sql, "away"), { looks: 0, polls: 0 })
    yield* upkeep.abandon
    yield* upkeep.promote
    const states = Effect.map(DurableExecutor.list(durable), (tasks) => tasks.map(({ state }) => state))
    return { durable, sql, states, upkeep }
  })

  it.live("no reader could report, and its stream is not cancelled", () =>
    Effect.gen(function* () {
      const { durable, sql, states, upkeep } = yield* program
      yield* begin(Stream.runDrain(Executor.stream(durable, Jobs.endless())))
      yield* eventually(states, ["pending"])
      yield* Effect.sleep("300 millis")
      yield* sql`UPDATE effect_futures_tasks SET reader_until = 0`
      assert.deepStrictEqual(yield* upkeep.abandon, [])
      assert.deepStrictEqual(yield* states, ["pending"])
    }).pipe(Effect.scoped)
  )

  it.live("no program could hold its tasks back any longer, and they are not let go", () =>
    Effect.gen(function* () {
      const { durable, sql, upkeep } = yield* program
      yield* durable.submit(Jobs.add(1, 1))
      yield* durable.submit(Jobs.add(1, 2), { key: "held" })
      yield* durable.submit(Jobs.add(1, 3), { key: "late", delay: "1 hour" })
      yield* Effect.sleep("300 millis")
      yield* sql`UPDATE effect_futures_tasks SET visible_at = 0`
      yield* sql`UPDATE effect_futures_tasks SET is_held = 0 WHERE key = 'late'`
      yield* upkeep.promote
      const rows = yield* sql`SELECT key, state FROM effect_futures_tasks WHERE key IN ('held', 'late') ORDER BY key`
      assert.deepStrictEqual(rows, [
        { key: "held", state: "scheduled" },
        { key: "late", state: "pending" }
      ])
    }).pipe(Effect.scoped)
  )
})
