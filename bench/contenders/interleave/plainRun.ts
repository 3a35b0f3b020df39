import * as Effect from "effect/Effect"
import { microsEach, stopwatch } from "../../stopwatch.ts"
import type { Contender } from "../Contender.ts"
import { program, runs } from "./program.ts"

export const contender: Contender = {
  module: import.meta.url,
  name: "plain run",
  probes: {
    schedule: async (size) => {
      const each = program(size)
      const elapsed = stopwatch()
      for (let i = 0; i < runs(size); i++) await Effect.runPromise(each)
      return microsEach(runs(size), elapsed())
    }
  }
}
