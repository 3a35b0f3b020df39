import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Executor, Future } from "effect-futures"
import { defectOf } from "../support/defectOf.ts"
import type { Kind } from "./Kind.ts"
import { assertInvalid, badCounts, begin, eventually, isWaiting, letOthersRun, statesOf, submitAll } from "./support.ts"
import { Tasks } from "./tasks.ts"

/** Limits that may be changed while tasks run: `setMaxWorkers`, `pause` and `resume`, for executors of any kind. */
export const limitsBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  describe("setMaxWorkers", () => {
    it.effect("lets more begin at once", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const door = yield* gate
        yield* Executor.setMaxWorkers(executor, 1)
        yield* submitAll(executor, door, ["a", "b", "c"])
        yield* door.untilArrived(1)
        yield* Executor.setMaxWorkers(executor, 3)
        yield* door.untilArrived(3)
        assert.strictEqual(executor.maxWorkers, 3)
        assert.strictEqual((yield* Executor.stats(executor)).maxWorkers, 3)
      })
    )

    it.effect("with fewer stops nothing, and lets none begin before there is room below the new limit", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const futures = yield* submitAll(executor, door, ["a", "b", "c", "d"])
        yield* door.untilArrived(2)
        yield* eventually(
          Effect.map(Executor.stats(executor), (stats) => stats.running),
          2
        )
        yield* executor.pipe(Executor.setMaxWorkers(1))
        assert.deepStrictEqual(statesOf(futures).toSorted(), ["pending", "pending", "running", "running"])
        yield* door.admit(1)
        yield* eventually(
          Effect.map(Executor.stats(executor), (stats) => [stats.running, stats.succeeded]),
          [1, 1]
        )
        yield* letOthersRun
        assert.strictEqual(door.arrivals.length, 2)
        yield* door.admit(1)
        yield* door.untilArrived(3)
        yield* letOthersRun
        assert.strictEqual(door.waiting, 1)
        yield* door.open
        yield* Future.wait(futures)
        assert.strictEqual(door.most, 2)
        assert.strictEqual((yield* Executor.stats(executor)).succeeded, 4)
      })
    )

    it.effect("may go down and up again while tasks run", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const door = yield* gate
        yield* Executor.setMaxWorkers(executor, 2)
        const futures = yield* submitAll(executor, door, ["a", "b", "c"])
        yield* door.untilArrived(2)
        yield* Executor.setMaxWorkers(executor, 1)
        yield* Executor.setMaxWorkers(executor, 3)
        yield* door.untilArrived(3)
        yield* door.open
        yield* Future.wait(futures)
        assert.strictEqual((yield* Executor.stats(executor)).succeeded, 3)
      })
    )

    it.effect("of a group changes how many of its tasks run, and not how many of others", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const group = yield* Executor.group(executor, { maxWorkers: 1 })
        const door = yield* gate
        const futures = yield* submitAll(group, door, ["a", "b", "c"])
        yield* door.untilArrived(1)
        yield* Executor.setMaxWorkers(group, 2)
        yield* door.untilArrived(2)
        assert.deepStrictEqual([group.maxWorkers, executor.maxWorkers], [2, 3])
        yield* Executor.setMaxWorkers(group, 1)
        yield* submitAll(executor, door, ["beside"])
        yield* door.untilArrived(3)
        assert.include(door.arrivals, "beside")
        assert.isFalse(futures.every(Future.isRunning))
        yield* door.open
        yield* Executor.awaitIdle(executor)
      })
    )

    it.effect("of a group that has all of the executor's follows the executor", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        yield* Executor.setMaxWorkers(executor, 1)
        const group = yield* Executor.group(executor)
        yield* Executor.setMaxWorkers(executor, 2)
        const door = yield* gate
        yield* submitAll(group, door, ["a", "b"])
        yield* door.untilArrived(2)
        assert.strictEqual(group.maxWorkers, 2)
      })
    )

    it.effect("is a defect for what is no number of workers", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        for (const [value, shown] of badCounts) {
          const error = yield* defectOf(Executor.setMaxWorkers(executor, value as number))
          assertInvalid(error, { option: "maxWorkers", value, shown, allowed: "a whole number of at least 1" })
        }
      })
    )
  })

  describe("pause", () => {
    it.effect("lets no task begin until resume, which lets them begin in order", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        yield* Executor.pause(executor)
        const futures = yield* submitAll(executor, door, ["a", "b"])
        yield* letOthersRun
        assert.deepStrictEqual(statesOf(futures), ["pending", "pending"])
        assert.isTrue((yield* Executor.stats(executor)).isPaused)
        assert.deepStrictEqual(door.arrivals, [])
        yield* Executor.resume(executor)
        yield* door.untilArrived(1)
        yield* door.open
        yield* Future.wait(futures)
        assert.deepStrictEqual(door.arrivals, ["a", "b"])
        assert.isFalse((yield* Executor.stats(executor)).isPaused)
      })
    )

    it.effect("leaves those alone that run", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const [running, waiting] = yield* submitAll(executor, door, ["a", "b"])
        yield* door.untilArrived(1)
        yield* Executor.pause(executor)
        yield* Executor.pause(executor)
        yield* door.open
        assert.strictEqual(yield* running!, "a")
        yield* letOthersRun
        assert.strictEqual(waiting!.state, "pending")
        yield* Executor.resume(executor)
        assert.strictEqual(yield* waiting!, "b")
      })
    )

    it.effect("of a group leaves other tasks alone, and one of the executor holds for its groups", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const group = yield* Executor.group(executor)
        yield* Executor.pause(group)
        const mine = yield* group.submit(Tasks.add(1, 2))
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(3, 4)), 7)
        assert.strictEqual(mine.state, "pending")
        yield* Executor.pause(executor)
        yield* Executor.resume(group)
        yield* letOthersRun
        assert.strictEqual(mine.state, "pending")
        assert.isTrue((yield* Executor.stats(group)).isPaused)
        yield* Executor.resume(executor)
        assert.strictEqual(yield* mine, 3)
      })
    )

    it.effect("lets tasks be cancelled", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        yield* Executor.pause(executor)
        const future = yield* executor.submit(Tasks.add(1, 2))
        assert.isTrue(yield* Future.cancel(future))
        yield* Executor.awaitIdle(executor)
      })
    )

    it.effect("ends with a shutdown that drains", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const group = yield* Executor.group(executor)
        yield* Executor.pause(executor)
        yield* Executor.pause(group)
        const future = yield* group.submit(Tasks.add(1, 2))
        const idle = yield* begin(Executor.awaitIdle(executor))
        assert.isTrue(isWaiting(idle))
        yield* Executor.shutdown(executor)
        yield* Fiber.join(idle)
        assert.strictEqual(yield* future, 3)
      })
    )
  })
}
