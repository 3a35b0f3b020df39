import { describe, it } from "@effect/vitest"
import { races } from "../../bench/races/index.ts"
import { failureOf } from "./support.ts"

/** Nobody finds the first within so many schedules; the second has two hundred steps for each of a hundred fibers. */
const tooLarge = new Set(["misc.safestack", "CS.twostage_100"])

describe("SCTBench, by default", () => {
  it.live.each(races.filter(({ name }) => !tooLarge.has(name)))(
    "$name is found within 1,000 schedules",
    ({ program }) => failureOf(program, { maxSchedules: 1000 })
  )
})
