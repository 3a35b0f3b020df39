import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { getHeapSpaceStatistics } from "node:v8"
import { ThreadPoolJobs } from "../../src/internal/testing/ThreadPoolJobs.ts"
import { collectGarbage } from "../support/garbage.ts"

const count = 10_000

/** Bytes in use in the old generation, after small collections only. */
const oldAfterSmall = async (): Promise<number> => {
  const { gc } = globalThis
  for (let i = 0; i < 2; i++) await gc?.({ type: "minor", execution: "async" })
  return getHeapSpaceStatistics().find((space) => space.space_name === "old_space")!.space_used_size
}

describe("ThreadPoolJobs", () => {
  it.live("leaves small garbage collections nothing to keep", () =>
    Effect.gen(function* () {
      // The garbage collector has kept something of this one.
      const jobs = new ThreadPoolJobs()
      yield* collectGarbage
      jobs.close()
      for (let i = 0; i < count; i++) new ThreadPoolJobs().close()
      const before = yield* Effect.promise(oldAfterSmall)
      for (let i = 0; i < count; i++) new ThreadPoolJobs().close()
      const after = yield* Effect.promise(oldAfterSmall)
      // With a set it was more than a hundred for each.
      assert.isBelow((after - before) / count, 16)
    })
  )
})
