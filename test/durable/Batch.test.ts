import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { Batch } from "../../src/internal/durable/storage/Batch.ts"

describe("a batch", () => {
  it.live("handles what comes in one turn together, and what comes meanwhile afterwards", () =>
    Effect.gen(function* () {
      const handled: Array<ReadonlyArray<number>> = []
      const batch: Batch<number> = new Batch(
        (items) =>
          Effect.sync(() => {
            handled.push(items)
            if (handled.length === 1) batch.add(4)
          }),
        2
      )
      for (const item of [1, 2, 3]) batch.add(item)
      yield* batch.idle
      assert.deepStrictEqual(handled, [
        [1, 2],
        [3, 4]
      ])
    })
  )

  it.live("goes on after one that died, and says so", () =>
    Effect.gen(function* () {
      const log = vi.spyOn(console, "log").mockImplementation(() => {})
      yield* Effect.addFinalizer(() => Effect.sync(() => log.mockRestore()))
      const handled: Array<number> = []
      const batch = new Batch<number>(
        ([item]) => (item === 1 ? Effect.die(new Error("a fault")) : Effect.sync(() => void handled.push(item!))),
        1
      )
      for (const item of [1, 2]) batch.add(item)
      yield* batch.idle
      batch.add(3)
      yield* batch.idle
      assert.deepStrictEqual(handled, [2, 3])
      assert.include(String(log.mock.calls), "a fault")
    })
  )
})
