import * as Effect from "effect/Effect"
import { Interleave } from "effect-futures/testing"
import { firstBug } from "../../races/firstBug.ts"
import { small } from "../../races/index.ts"
import { microsEach, stopwatch } from "../../stopwatch.ts"
import type { Contender } from "../Contender.ts"
import { program, runs } from "./program.ts"

// So many schedules are enough for the default to find each bug.
const mostSchedules = 1000

export const explorer = (strategy: Interleave.Strategy): Contender["probes"] => ({
  /** The time of a schedule includes all that comes with it. */
  schedule: async (size) => {
    const elapsed = stopwatch()
    const options = { strategy, maxSchedules: runs(size), maxPreemptions: 3 }
    const { schedules } = await Effect.runPromise(Interleave.check(program(size), options))
    return microsEach(schedules, elapsed())
  },
  firstBugs: async (seeds) => {
    const elapsed = stopwatch()
    for (let seed = 0; seed < seeds; seed++)
      for (const race of small) await firstBug(race, strategy, seed, mostSchedules)
    return elapsed() / seeds
  }
})
