import * as Effect from "effect/Effect"
import { Interleave } from "effect-futures/testing"
import { microsEach, stopwatch } from "../../stopwatch.ts"
import type { Contender } from "../Contender.ts"
import { program, runs } from "./program.ts"

/** Microseconds a schedule, all that comes with it included. */
export const explorer = (strategy: Interleave.Strategy): Contender["probes"] => ({
  schedule: async (size) => {
    const elapsed = stopwatch()
    const options = { strategy, maxSchedules: runs(size), maxPreemptions: 3 }
    const { schedules } = await Effect.runPromise(Interleave.check(program(size), options))
    return microsEach(schedules, elapsed())
  }
})
