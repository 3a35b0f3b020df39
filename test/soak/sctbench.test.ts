import { describe, it } from "@effect/vitest"
import { small } from "../../bench/races/index.ts"
import { failureOf } from "../testing/support.ts"

// Seed 0 is tried by `test/testing/races.test.ts`.
describe.each([1, 2, 3, 4, 5])("SCTBench, by default, with seed %s", (seed) => {
  it.live.each(small)("$name is found within 1,000 schedules", ({ program }) =>
    failureOf(program, { seed, maxSchedules: 1000 })
  )
})
