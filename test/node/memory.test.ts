import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Executor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { assertInvalid, recordEvents } from "../behaviour/support.ts"
import { defectOf } from "../support/defectOf.ts"
import { Hoard } from "./tasks/hoard.ts"

const megabyte = 1024 * 1024

for (const { make, name } of [
  { name: "threads", make: ThreadExecutor.make },
  { name: "processes", make: ProcessExecutor.make }
]) {
  describe(`maxMemoryPerWorker of ${name}`, () => {
    it.effect("replaces a worker that has more after a task, which has its result, and says why", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, maxMemoryPerWorker: 200 * megabyte })
        const recording = yield* recordEvents(executor)
        const first = yield* Executor.run(executor, Hoard.keep(10 * megabyte))
        const second = yield* Executor.run(executor, Hoard.keep(300 * megabyte))
        const third = yield* Executor.run(executor, Hoard.keep(megabyte))
        // How many each has kept there so far.
        assert.deepStrictEqual([first, second, third], [1, 2, 1])
        yield* Executor.shutdown(executor)
        const ends = Array.from(yield* Fiber.join(recording)).filter((event) => event._tag === "WorkerEnded")
        assert.deepStrictEqual(
          ends.map(({ error, reason }) => [reason, error]),
          [
            ["memory", undefined],
            ["closed", undefined]
          ]
        )
        assert.strictEqual((yield* Executor.stats(executor)).crashed, 0)
      })
    )

    it.effect("loses no task that was in the worker's hands already", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2, maxMemoryPerWorker: 150 * megabyte })
        const sizes = Array.from({ length: 60 }, (_, index) => (index % 20 === 0 ? 200 * megabyte : 1))
        const kept = yield* Executor.forEach(executor, sizes, (size) => Hoard.keep(size))
        assert.strictEqual(kept.length, 60)
        const { failed, succeeded } = yield* Executor.stats(executor)
        assert.deepStrictEqual([succeeded, failed], [60, 0])
      })
    )

    it.effect("is a defect if it is no number of bytes", () =>
      Effect.gen(function* () {
        const error = yield* defectOf(Effect.scoped(make({ maxMemoryPerWorker: 0 })))
        assertInvalid(error, {
          option: "maxMemoryPerWorker",
          value: 0,
          shown: "0",
          allowed: "a whole number of at least 1"
        })
      })
    )
  })
}
