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

  it("believes their silence from the first look on, as long as it looks in time", () => {
    assert.deepStrictEqual(looksAt([50_000, 51_000, 52_500]), [true, true, true])
  })

  it("gives them time to report after the database was away", () => {
    const times = [0, 1000, 60_000, 61_000, 62_000, 63_000, 64_000]
    assert.deepStrictEqual(looksAt(times), [true, true, false, false, false, true, true])
  })

  it("judges at every second look if it is always late, so that lost tasks are found", () => {
    assert.deepStrictEqual(looksAt([0, 5000, 10_000, 15_000, 20_000]), [true, false, true, false, true])
  })
})

it.live("a stream is not cancelled because its reader could not report while the database was away", () =>
  Effect.gen(function* () {
    const sql = yield* sqlClient(DurableExecutor.layerMemory)
    const durable = yield* Effect.provideService(DurableExecutor.make({ name: "away" }), SqlClient, sql)
    const upkeep = new Upkeep(new Ledger(sql, "away"), 0)
    assert.deepStrictEqual(yield* upkeep.abandon, [])
    yield* begin(Stream.runDrain(Executor.stream(durable, Jobs.endless())))
    const pending = Effect.map(DurableExecutor.list(durable, { state: "pending" }), ({ length }) => length)
    yield* eventually(pending, 1)
    yield* Effect.sleep("300 millis")
    yield* sql`UPDATE effect_futures_tasks SET reader_until = 0`
    assert.deepStrictEqual(yield* upkeep.abandon, [])
    assert.strictEqual(yield* pending, 1)
  }).pipe(Effect.scoped)
)
