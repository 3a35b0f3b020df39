import { assert, describe, it, vi } from "@effect/vitest"
import { Duration, Effect, Exit } from "effect"
import { Executor, WorkerCrashedError } from "effect-futures"
import { kinds } from "../remoteExecutors/support.ts"
import { runPrinting } from "./runPrinting.ts"
import { Leaving } from "./tasks.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

/** On the real clock: workers live by it. */
const pause = (millis: number) => Effect.promise(() => new Promise<void>((resolve) => setTimeout(resolve, millis)))

describe.each(kinds)("%s", (kind, make) => {
  it.live("runs a task elsewhere whose worker dies before the task begins, at whatever moment that is", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      for (const millis of [1, 3, 5, 10, 20]) {
        yield* Executor.run(executor, Leaving.exitLater(20))
        yield* pause(20 - millis)
        const future = yield* executor.submit(Leaving.quick(millis))
        // The worker that it was granted may die meanwhile.
        yield* pause(millis)
        assert.deepStrictEqual(yield* Effect.exit(future), Exit.succeed(millis))
      }
    })
  )

  it.live("replaces a worker whose event loop is stuck after its task has ended, and runs what waits for it", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      yield* Executor.run(executor, Leaving.spinLater(5))
      yield* pause(50)
      const futures = yield* Effect.forEach([1, 2, 3], (n) => executor.submit(Leaving.quick(n)))
      assert.deepStrictEqual(yield* Effect.all(futures), [1, 2, 3])
      assert.strictEqual((yield* Executor.stats(executor)).crashed, 1)
    })
  )

  it.live("gives a task no more than maxAttempts workers that die before it begins there", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1, maxAttempts: 1 })
      yield* Executor.run(executor, Leaving.spinLater(5))
      yield* pause(50)
      const error = yield* Effect.flip(Executor.run(executor, Leaving.quick(1), { name: "unlucky" }))
      if (!(error instanceof WorkerCrashedError)) return assert.fail(String(error))
      assert.include(String(error.reason), "never began")
      assert.strictEqual(error.task, "unlucky")
      assert.strictEqual((yield* Executor.stats(executor)).crashed, 1)
      assert.strictEqual(yield* Executor.run(executor, Leaving.quick(2)), 2)
    })
  )

  it.live("ends a plain async task at once when it is stopped, and its worker goes on", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1, concurrency: 2, grace: "1 hour" })
      const before = yield* Executor.run(executor, Leaving.where())
      const neighbour = yield* executor.submit(Leaving.where())
      const error = yield* Effect.flip(Executor.run(executor, Leaving.never(), { timeout: "50 millis" }))
      assert.strictEqual(error._tag, "TaskTimeoutError")
      assert.strictEqual(yield* neighbour, before)
      assert.strictEqual(yield* Executor.run(executor, Leaving.where()), before)
    })
  )

  it.live("takes a grace that no timer can count for no limit", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1, grace: Duration.days(30) })
      const before = yield* Executor.run(executor, Leaving.where())
      yield* Effect.flip(Executor.run(executor, Leaving.never(), { timeout: "20 millis" }))
      assert.strictEqual(yield* Executor.run(executor, Leaving.where()), before)
    })
  )

  it.live("prints all that its tasks have printed before it ends", () =>
    Effect.gen(function* () {
      const { err, out } = yield* runPrinting(kind, { lines: 12_500, executors: 1 })
      for (const name of ["a", "b"]) {
        const own = out.filter((line) => line.startsWith(`${name} `))
        assert.strictEqual(own.length, 12_500)
        assert.isTrue(own.every((line, i) => line.startsWith(`${name} ${i} `)))
        assert.include(err, `${name} has printed`)
      }
    })
  )
})
