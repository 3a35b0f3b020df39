import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { Interleave } from "effect-futures/testing"
import { smallProgram } from "./smallProgram.ts"

/** What the program may come to, deadlocks among it; `undefined` if there are too many schedules. */
const outcomesOf = (seed: number, options: Interleave.Options) =>
  Effect.gen(function* () {
    const seen = new Set<string>()
    const program = smallProgram(seed, (outcome) => seen.add(outcome))
    const { complete, failures, schedules } = yield* Interleave.explore(program, options)
    for (const failure of failures) seen.add(failure.kind)
    return complete ? { schedules, seen: Array.from(seen).toSorted() } : undefined
  })

/**
 * Tries small programs in all their schedules, and in those of strategy "unbounded", which have to end in the same ways. Programs with
 * more than `mostSchedules` are left out.
 */
export const comparePrograms = (options: {
  readonly from: number
  readonly to: number
  readonly mostSchedules: number
}): Effect.Effect<{ readonly programs: number; readonly tried: number; readonly reduced: number }> =>
  Effect.orDie(
    Effect.gen(function* () {
      const counts = { programs: 0, tried: 0, reduced: 0 }
      const { from, mostSchedules: maxSchedules, to } = options
      for (let seed = from; seed <= to; seed++) {
        const all = yield* outcomesOf(seed, { strategy: "exhaustive", maxPreemptions: Infinity, maxSchedules })
        if (all === undefined) continue
        const some = yield* outcomesOf(seed, { strategy: "unbounded", maxSchedules })
        assert.deepStrictEqual(some?.seen, all.seen, `seed ${seed}`)
        counts.programs++
        counts.tried += all.schedules
        counts.reduced += some?.schedules ?? 0
      }
      return counts
    })
  )
