import { afterEach, assert, beforeEach, describe, it, vi } from "vitest"
import { Effect } from "effect"
import { Executor, Future } from "effect-futures"
import { Tasks } from "../behaviour/tasks.ts"
import { kinds } from "./remoteExecutors/support.ts"
import { Stuck } from "./tasks/stuck.ts"

describe.each(kinds)("%s, while a test has fake timers", (_, make) => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it("does tasks, stops what is stuck, and ends", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const [one, two] = yield* Effect.forEach([1, 2], (n) => executor.submit(Tasks.add(n, n)))
      assert.deepStrictEqual([yield* one!, yield* two!], [2, 4])
      const stuck = yield* executor.submit(Stuck.spin())
      assert.isTrue(yield* Future.cancel(stuck))
      assert.strictEqual(yield* Executor.run(executor, Tasks.add(3, 3)), 6)
    }).pipe(Effect.scoped, Effect.runPromise))

  it("times a task out when the test has moved the time", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      yield* Executor.run(executor, Tasks.add(1, 1))
      const stuck = yield* executor.submit(Stuck.spin(), { timeout: "1 hour" })
      yield* Effect.promise(async () => {
        while (!Future.isDone(stuck)) await vi.advanceTimersByTimeAsync(60_000)
      })
      assert.strictEqual((yield* Effect.flip(stuck))._tag, "TaskTimeoutError")
    }).pipe(Effect.scoped, Effect.runPromise))
})
