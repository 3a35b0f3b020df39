import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor } from "effect-futures"
import { doesNotGrow } from "../support/garbage.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 300_000 })

// Four times as many come and go.
const keys = 250_000

describe("a million keys", () => {
  it.effect("that come and go leave nothing behind", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 8 })
      const keyed = yield* Executor.keyed(executor, { idleTimeToLive: 10 })
      let next = 0
      const comeAndGo = (count: number) =>
        Effect.gen(function* () {
          for (let n = 0; n < count; n++) yield* keyed.get(`key ${next++}`).submit(Effect.void)
          yield* Executor.awaitIdle(executor)
          yield* TestClock.adjust(10)
          assert.strictEqual(keyed.size, 0)
        })
      yield* doesNotGrow(keys, comeAndGo)
      assert.strictEqual(next, 1_000_000)
    })
  )
})
