import { describe, expect, it } from "vitest"
import { TestThread } from "./support.ts"

// In a file of its own: V8 may abort the whole process instead, if the worker needs more before it notices that it has to end.
describe("a thread that runs", { timeout: 60_000 }, () => {
  it("out of memory fails its call and leaves the process alone", async () => {
    await using thread = await TestThread.start({
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 }
    })
    const end = await thread.call("fill")
    expect(end).toMatchObject({ _tag: "Crashed", reason: { code: "ERR_WORKER_OUT_OF_MEMORY" } })
  })
})
