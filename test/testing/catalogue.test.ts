import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Interleave } from "effect-futures/testing"
import { catalogue } from "./catalogue/index.ts"

/** Each race must be found in so many schedules. */
const maxSchedules = 1000

/** Each proof must have no more than these. */
const fewThousand = 3000

describe.each(catalogue)("Interleave: $name", ({ broken, fixed, shows }) => {
  it.live("is found by trying all schedules", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(Interleave.check(broken, { strategy: "exhaustive", maxSchedules }))
      assert.propertyVal(failure, "kind", shows)
    })
  )

  it.live.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("is found by PCT with seed %i", (seed) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(Interleave.check(broken, { strategy: "pct", seed, maxSchedules }))
      assert.propertyVal(failure, "kind", shows)
    })
  )

  it.live.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("is found by which read sees which write, with seed %i", (seed) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(Interleave.check(broken, { strategy: "reads", seed, maxSchedules }))
      assert.propertyVal(failure, "kind", shows)
    })
  )

  it.live("can be shown again by the schedule that was found", () =>
    Effect.gen(function* () {
      const { failures } = yield* Interleave.explore(broken, { maxPreemptions: 1 })
      assert.isNotEmpty(failures)
      for (const { cause, schedule } of failures) {
        const again = yield* Effect.flip(Interleave.replay(broken, schedule))
        assert.deepInclude(again, { kind: shows, schedule })
        if (shows === "failure" && again._tag === "InterleaveFailure") assert.deepStrictEqual(again.cause, cause)
      }
    })
  )

  it.live("is proved absent from the corrected form", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.check(fixed, { maxPreemptions: 2 })
      assert.isTrue(report.complete)
      assert.isAtMost(report.schedules, fewThousand)
    })
  )
})
