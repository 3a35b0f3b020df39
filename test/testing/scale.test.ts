import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { Interleave } from "effect-futures/testing"
import { heapUsed } from "../support/garbage.ts"

const fibers = 20
const steps = 1000

const program = Effect.gen(function* () {
  const count = yield* Ref.make(0)
  const counting = Effect.gen(function* () {
    for (let i = 0; i < steps; i++) yield* Ref.update(count, (n) => n + 1)
  })
  yield* Effect.all(
    Array.from({ length: fibers }, () => counting),
    { concurrency: "unbounded" }
  )
  assert.strictEqual(yield* Ref.get(count), fibers * steps)
})

const heapAfter = (strategy: Interleave.Strategy, maxSchedules: number) =>
  Effect.gen(function* () {
    const report = yield* Interleave.check(program, { strategy, maxSchedules })
    assert.strictEqual(report.schedules, maxSchedules)
    assert.isAtLeast(report.steps, fibers * steps)
    return yield* heapUsed
  })

describe("Interleave: twenty fibers with a thousand steps each", () => {
  it.live.each(["exhaustive", "pct", "random"] as const)(
    "need no more memory with each schedule, with %s",
    (strategy) =>
      Effect.gen(function* () {
        const before = yield* heapAfter(strategy, 5)
        const after = yield* heapAfter(strategy, 25)
        // One schedule alone has twenty thousand choices.
        assert.isBelow(after - before, 2_000_000)
      })
  )
})
