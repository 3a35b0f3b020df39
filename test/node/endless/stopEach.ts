import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { Executor, Future } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"
import { type Begun, Endless, Where } from "./endlessTasks.ts"

export const kinds = Object.keys(Endless) as ReadonlyArray<keyof typeof Endless>

const hasBegun = (begun: Begun, count: number) =>
  Effect.promise(async () => {
    // Alone the wait would not keep the process alive.
    const alive = setInterval(() => {}, 1000)
    for (let now = Atomics.load(begun, 0); now < count; now = Atomics.load(begun, 0)) {
      await Atomics.waitAsync(begun, 0, now).value
    }
    clearInterval(alive)
  })

/** Stops so many endless tasks of a kind, one after the other. Gives how many threads that took. */
export const stopEach = (kind: keyof typeof Endless, count: number) =>
  Effect.gen(function* () {
    const executor = yield* ThreadExecutor.make({ maxWorkers: 1, minWorkers: 1 })
    const begun: Begun = new Int32Array(new SharedArrayBuffer(4))
    const threads = new Set<number>()
    for (let i = 1; i <= count; i++) {
      const future = yield* executor.submit(Endless[kind](begun))
      yield* hasBegun(begun, i)
      yield* Future.cancel(future)
      assert.strictEqual(future.state, "cancelled")
      threads.add(yield* Executor.run(executor, Where.thread()))
    }
    const { cancelled, failed, running, workers } = yield* Executor.stats(executor)
    assert.deepStrictEqual(
      { cancelled, failed, running, workers },
      { cancelled: count, failed: 0, running: 0, workers: 1 }
    )
    return threads.size
  }).pipe(Effect.scoped)
