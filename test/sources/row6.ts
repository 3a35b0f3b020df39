import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Fiber, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { begin, letOthersRun } from "../behaviour/support.ts"

describe("row 6: a guide to concurrent.futures", () => {
  const sleepy = (millis: number) => Effect.as(Effect.sleep(millis), millis)

  it.effect("row 6: submit gives a future that is done later", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(sleepy(1000))
      assert.isFalse(Future.isDone(future))
      assert.isTrue(Option.isNone(yield* Future.poll(future)))
      yield* TestClock.adjust("1 second")
      assert.isTrue(Future.isDone(future))
      assert.strictEqual(yield* future, 1000)
    })
  )

  it.effect("row 6: map gives results in the order of the items", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
      const mapping = yield* begin(Stream.runCollect(Executor.map(executor, [30, 10, 20, 0], sleepy)))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(mapping), [30, 10, 20, 0])
    })
  )

  it.effect(`row 6: asCompleted with a timeout says "3 (of 6) futures unfinished"`, () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 6 })
      const futures = yield* Effect.forEach([60, 10, 50, 20, 40, 30], (seconds) =>
        executor.submit(sleepy(seconds * 1000))
      )
      const completed: Array<number> = []
      const waiting = yield* begin(
        Future.asCompleted(futures, { timeout: "35 seconds" }).pipe(
          Stream.mapEffect((future) => future),
          Stream.runForEach((millis) => Effect.sync(() => completed.push(millis))),
          Effect.flip
        )
      )
      yield* TestClock.adjust("35 seconds")
      const error = yield* Fiber.join(waiting)
      assert.isTrue(Cause.isTimeoutError(error))
      assert.strictEqual(error._tag === "TimeoutError" && error.message, "3 (of 6) futures unfinished")
      assert.deepStrictEqual(completed, [10_000, 20_000, 30_000])
      assert.strictEqual(futures.filter(Future.isRunning).length, 3)
    })
  )

  it.effect("row 6: callbacks come in the order in which the futures end", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
      const ended: Array<string> = []
      for (const millis of [30, 10, 20]) {
        const future = yield* executor.submit(sleepy(millis), { name: `${millis}` })
        yield* Future.onDone(future, (future) => ended.push(future.name))
      }
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(ended, ["10", "20", "30"])
    })
  )

  it.effect("row 6: wait tells done and not done apart", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const [quick, slow] = [yield* executor.submit(sleepy(10)), yield* executor.submit(sleepy(1000))]
      const waiting = yield* begin(Future.wait([slow, quick], { returnWhen: "firstCompleted" }))
      yield* TestClock.adjust("10 millis")
      assert.deepStrictEqual(yield* Fiber.join(waiting), { done: [quick], notDone: [slow] })
    })
  )

  it.effect("row 6: a future leads to what runs it, and an endless task that gives way can be stopped", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      let turns = 0
      const endless = yield* executor.submit(
        Effect.forever(
          Effect.andThen(
            Effect.sync(() => turns++),
            Effect.yieldNow
          )
        )
      )
      yield* letOthersRun
      assert.isAbove(turns, 1)
      assert.isTrue(Fiber.isFiber(endless.fiber))
      assert.isTrue(yield* Future.cancel(endless))
      const then = turns
      yield* letOthersRun
      assert.strictEqual(turns, then)
      assert.strictEqual(yield* Executor.run(executor, Effect.succeed("free")), "free")
    })
  )
})
