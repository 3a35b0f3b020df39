import { assert, describe, it } from "@effect/vitest"
import { Clock, Data, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, TaskTimeoutError } from "effect-futures"
import { begin } from "../behaviour/support.ts"

class TooSlow extends Data.TaggedError("TooSlow")<{}> {}

describe("row 1: a TTL decorator", () => {
  const work = (millis: number) => Effect.as(Effect.sleep(millis), `worked ${millis} ms`)

  it.effect("row 1: a call that does not answer in its time fails, with an error from a factory", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const call = Executor.ttl(executor, work, { timeout: "1 second", onTimeout: () => new TooSlow() })
      const calling = yield* begin(Effect.flip(call(2000)))
      yield* TestClock.adjust("1 second")
      assert.instanceOf(yield* Fiber.join(calling), TooSlow)
    })
  )

  it.effect("row 1: without a factory it fails with an error that says which task took how long", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const calling = yield* begin(Effect.flip(Executor.ttl(executor, work, { timeout: "1 second" })(2000)))
      yield* TestClock.adjust("1 second")
      const error = yield* Fiber.join(calling)
      assert.instanceOf(error, TaskTimeoutError)
      assert.include(String(error), "work")
      assert.include(String(error), "1s")
    })
  )

  it.effect("row 1: a call that returns early returns early, every time", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const call = Executor.ttl(executor, work, { timeout: "1 hour", onTimeout: () => new TooSlow() })
      for (let n = 0; n < 1000; n++) {
        const millis = (n * 31) % 50
        const start = yield* Clock.currentTimeMillis
        const calling = yield* Effect.forkChild(call(millis))
        yield* TestClock.adjust(millis)
        assert.strictEqual(yield* Fiber.join(calling), `worked ${millis} ms`)
        assert.strictEqual(yield* Clock.currentTimeMillis, start + millis)
      }
    })
  )

  it.effect("row 1: that holds for calls that return at once, and for many at the same time", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const call = Executor.ttl(executor, (n: number) => Effect.succeed(n), { timeout: "1 hour" })
      const numbers = Array.from({ length: 1000 }, (_, index) => index)
      assert.deepStrictEqual(yield* Effect.forEach(numbers, call, { concurrency: "unbounded" }), numbers)
      assert.strictEqual(yield* Clock.currentTimeMillis, 0)
    })
  )
})
