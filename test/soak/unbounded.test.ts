import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { comparePrograms } from "../testing/compareUnbounded.ts"

describe("Interleave: proofs without a bound", () => {
  it.live("come to the same outcomes as trying everything, for some hundred small programs", () =>
    Effect.gen(function* () {
      const { programs } = yield* comparePrograms({ from: 1, to: 700, mostSchedules: 10_000 })
      assert.isAtLeast(programs, 200)
    })
  )
})
