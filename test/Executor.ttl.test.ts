import { assert, describe, it } from "@effect/vitest"
import { Context, Data, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, TaskTimeoutError } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { defectOf } from "./support/defectOf.ts"
import { assertTag, assertTimeout, begin, pass } from "./behaviour/support.ts"

class TooSlow extends Data.TaggedError("TooSlow")<{ readonly what: string }> {}

class Fallback extends Context.Service<Fallback, string>()("test/Fallback") {}

const sleepy = (millis: number) => Effect.as(Effect.sleep(millis), `slept ${millis}`)

/** The outcome of an effect after an hour has gone by. */
const afterAnHour = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* begin(effect)
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

describe("ttl", () => {
  it.effect("fails with a tagged error that onTimeout makes", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const call = Executor.ttl(executor, sleepy, {
        timeout: "1 minute",
        onTimeout: (error) => new TooSlow({ what: error.task })
      })
      const caught = call(100_000).pipe(Effect.catchTag("TooSlow", (error) => Effect.succeed(`caught ${error.what}`)))
      assert.strictEqual(yield* afterAnHour(caught), "caught sleepy")
    })
  )

  it.effect("fails with any other value that onTimeout gives", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      for (const value of ["late", 0, null, undefined, new Error("late"), { late: true }]) {
        const call = Executor.ttl(executor, sleepy, { timeout: "1 minute", onTimeout: () => value })
        assert.deepStrictEqual(yield* afterAnHour(Effect.exit(call(100_000))), Exit.fail(value))
      }
    })
  )

  it.effect("does an Effect of onTimeout with the services of the caller, and not on the executor", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const call = Executor.ttl(executor, sleepy, {
        timeout: "1 minute",
        onTimeout: () =>
          Effect.gen(function* () {
            const { running, timedOut } = yield* Executor.stats(executor)
            return [yield* Fallback, running, timedOut] as const
          })
      })
      const result = call(100_000).pipe(Effect.provideService(Fallback, "plan B"))
      assert.deepStrictEqual(yield* afterAnHour(result), ["plan B", 0, 1])
    })
  )

  it.effect("fails with what an Effect of onTimeout fails with, and dies with what onTimeout throws", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const failing = Executor.ttl(executor, sleepy, {
        timeout: "1 minute",
        onTimeout: () => Effect.fail("plan B too")
      })
      assert.strictEqual(yield* afterAnHour(Effect.flip(failing(100_000))), "plan B too")
      const throwing = Executor.ttl(executor, sleepy, {
        timeout: "1 minute",
        onTimeout: (): string => {
          throw new RangeError("plan B too")
        }
      })
      assert.include(String(yield* afterAnHour(defectOf(throwing(100_000)))), "RangeError: plan B too")
    })
  )

  it.effect("calls onTimeout with the error, once, after the call was stopped and has cleaned up", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const log: Array<unknown> = []
      const tidy = () =>
        Effect.ensuring(
          Effect.never,
          Effect.sync(() => log.push("cleaned up"))
        )
      const call = Executor.ttl(executor, tidy, { timeout: "1 minute", onTimeout: (error) => log.push(error) })
      yield* afterAnHour(Effect.exit(call()))
      assert.strictEqual(log[0], "cleaned up")
      assertTimeout(log[1], { task: "tidy", millis: 60_000, phase: "running" })
      assert.strictEqual(log.length, 2)
    })
  )

  it.effect("does not mistake a TaskTimeoutError of something that the function called for its own", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const elsewhere = yield* FiberExecutor.make()
      let calls = 0
      for (const inner of [executor, elsewhere]) {
        const call = Executor.ttl(
          executor,
          () => Executor.run(inner, Effect.never, { name: "inner", timeout: "1 second" }),
          { timeout: "1 minute", onTimeout: () => ++calls }
        )
        const error = yield* afterAnHour(Effect.flip(call()))
        assertTimeout(error, { task: "inner", millis: 1000, phase: "running" })
      }
      assert.strictEqual(calls, 0)
    })
  )

  it.effect("does not take a TaskTimeoutError that the function fails with for its own", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const forged = yield* Effect.flip(afterAnHour(Executor.run(executor, Effect.never, { timeout: "1 second" })))
      assert.instanceOf(forged, TaskTimeoutError)
      const call = Executor.ttl(executor, () => Effect.fail(forged), { timeout: "1 minute", onTimeout: () => "no" })
      assert.strictEqual(yield* Effect.flip(call()), forged)
    })
  )

  it.effect("names its tasks after the function", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ timeout: "1 second" })
      const error = yield* afterAnHour(Effect.flip(Executor.ttl(executor, sleepy, {})(100_000)))
      assertTimeout(error, { task: "sleepy", millis: 1000, phase: "running" })
    })
  )

  it.effect("does nothing before the call is run, and submits again for each run", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      let calls = 0
      const call = Executor.ttl(executor, () => Effect.sync(() => ++calls), { timeout: "1 minute" })()
      assert.strictEqual(calls, 0)
      assert.deepStrictEqual([yield* call, yield* call], [1, 2])
      assert.strictEqual((yield* Executor.stats(executor)).succeeded, 2)
    })
  )

  it.effect("dies with what the function throws when it is called", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const call = Executor.ttl(
        executor,
        (): Effect.Effect<void> => {
          throw new RangeError("no")
        },
        { timeout: "1 minute" }
      )
      assert.include(String(yield* defectOf(call())), "RangeError: no")
    })
  )

  it.effect("fails as submit does, over the capacity and after a shutdown", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 0, overflow: "fail" })
      const door = yield* localGate
      const call = Executor.ttl(executor, pass, { timeout: "1 minute", onTimeout: () => "no" })
      const busy = yield* begin(call(door, "busy"))
      assertTag(yield* Effect.flip(call(door, "refused")), "QueueFullError")
      yield* door.open
      assert.strictEqual(yield* Fiber.join(busy), "busy")
      yield* Executor.shutdown(executor)
      assertTag(yield* Effect.flip(call(door, "refused")), "ExecutorShutdownError")
    })
  )

  it.effect("stops only the call that took too long", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const call = Executor.ttl(executor, sleepy, { timeout: "1 minute", onTimeout: () => Effect.succeed("late") })
      const results = Effect.forEach([10, 100_000, 59_999, 60_001], call, { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* afterAnHour(results), ["slept 10", "late", "slept 59999", "late"])
    })
  )
})
