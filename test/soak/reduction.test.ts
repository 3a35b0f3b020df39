import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { outcomes } from "../testing/outcomes.ts"

describe("Interleave: what the reduction leaves out", () => {
  it.live("hides none with two preemptions", () =>
    Effect.gen(function* () {
      for (let seed = 101; seed <= 112; seed++) {
        const without = yield* outcomes(seed, 2, false)
        const within = yield* outcomes(seed, 2, true)
        assert.deepStrictEqual(within.seen, without.seen, `seed ${seed}`)
      }
    })
  )
})
