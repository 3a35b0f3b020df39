import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Interleave } from "effect-futures/testing"
import { races, small } from "../../bench/races/index.ts"
import { failureOf } from "./support.ts"

describe("SCTBench, by default", () => {
  it.live.each(small)("$name is found within 1,000 schedules, and told in sixty lines at the most", ({ program }) =>
    Effect.gen(function* () {
      const { message } = yield* failureOf(program, { maxSchedules: 1000 })
      assert.isAtMost(message.split("\n").length, 60)
    })
  )
})

const guided = new Set(["CS.reorder_3", "CS.reorder_5", "CS.reorder_10", "CS.reorder_20", "CS.twostage"])
const seeds = 40

describe("SCTBench, with reads", () => {
  it.live.each(races.filter(({ name }) => guided.has(name)))(
    "$name is found by twice the schedules that RFF needs, at the median",
    ({ program, published }) =>
      Effect.gen(function* () {
        const most = 2 * published!.rff
        let found = 0
        for (let seed = 0; seed < seeds; seed++) {
          const options = { strategy: "reads", seed, maxSchedules: most } as const
          if (yield* Effect.isFailure(Interleave.check(program, options))) found++
        }
        assert.isAtLeast(found, seeds / 2)
      })
  )
})
