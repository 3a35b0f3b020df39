import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ThreadExecutor } from "effect-futures/node"
import { SlowImport } from "./tasks/slowImport.ts"

describe("ThreadExecutor, while a file is imported", () => {
  it.live(
    "a task that times out does no harm to the next one of the same file",
    () =>
      Effect.gen(function* () {
        const executor = yield* ThreadExecutor.make({ maxWorkers: 1 })
        const first = yield* executor.submit(SlowImport.double(1), { timeout: "100 millis" })
        const second = yield* executor.submit(SlowImport.double(2))
        const error = yield* Effect.flip(first)
        assert.strictEqual(error._tag, "TaskTimeoutError")
        assert.strictEqual(yield* second, 4)
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "the place that it was stuck at is in that file, and the frames are the user's",
    () =>
      Effect.gen(function* () {
        const executor = yield* ThreadExecutor.make({ maxWorkers: 1 })
        // Started, so that it is not the start that takes the time.
        const error = yield* Effect.flip(yield* executor.submit(SlowImport.double(1), { timeout: "250 millis" }))
        assert.strictEqual(error._tag, "TaskTimeoutError")
        if (error._tag !== "TaskTimeoutError") return
        assert.notInclude(JSON.stringify(error.stuckAt), "/src/internal/")
      }).pipe(Effect.scoped),
    60_000
  )
})
