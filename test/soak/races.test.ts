import { describe, it } from "vitest"
import { runRandomPrograms } from "../support/randomPrograms.ts"
import { taskEnds } from "../support/taskEnds.ts"

describe("random programs, in random orders", () => {
  it("end as they should, and their counters are right whenever they rest", { timeout: 3_600_000 }, () =>
    runRandomPrograms(10_000)
  )
})

taskEnds("a task", { maxWorkers: 1 })
