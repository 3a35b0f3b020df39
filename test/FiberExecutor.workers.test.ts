import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { Meter, pass } from "./behaviour/support.ts"

const workersOf = (executor: Executor.Executor<unknown>) => Effect.map(Executor.stats(executor), (_) => _.workers)

describe("FiberExecutor", () => {
  describe("workers", () => {
    it.effect("are kept for ever by default", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
        yield* Future.all(yield* Effect.forEach([1, 2, 3], (n) => executor.submit(Effect.succeed(n))))
        yield* TestClock.adjust("1000 weeks")
        assert.strictEqual(yield* workersOf(executor), 3)
      })
    )

    it.effect("are given up after idleTimeToLive, and made again when needed", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 3, idleTimeToLive: "1 minute" })
        yield* Future.all(yield* Effect.forEach([1, 2, 3], (n) => executor.submit(Effect.succeed(n))))
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual(yield* workersOf(executor), 3)
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual(yield* workersOf(executor), 0)
        assert.strictEqual(yield* Executor.run(executor, Effect.succeed("again")), "again")
        assert.strictEqual(yield* workersOf(executor), 1)
      })
    )

    it.effect("are kept longer than idleTimeToLive while they run a task", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 3, idleTimeToLive: "1 minute" })
        const door = yield* localGate
        const future = yield* executor.submit(pass(door, "it"))
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(yield* workersOf(executor), 1)
        yield* door.open
        assert.strictEqual(yield* future, "it")
      })
    )

    it.effect("are never more than maxWorkers, nor run more at a time, under load of all sorts", () =>
      Effect.gen(function* () {
        let seed = 20_260_101
        const random = (below: number) => {
          seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
          return Math.floor((seed / 2 ** 32) * below)
        }
        for (const maxWorkers of [1, 2, 7]) {
          const executor = yield* FiberExecutor.make({ maxWorkers, idleTimeToLive: "20 millis" })
          let now = 0
          let most = 0
          let mostWorkers = 0
          const task = (millis: number, how: number) =>
            Effect.suspend(() => {
              most = Math.max(most, ++now)
              const body = millis === 0 ? Effect.yieldNow : Effect.sleep(millis)
              const end = how === 0 ? Effect.fail("no") : how === 1 ? Effect.die("no") : Effect.void
              return Effect.ensuring(
                Effect.andThen(body, end),
                Effect.sync(() => now--)
              )
            })
          const futures: Array<Future.Future<void, unknown>> = []
          for (let round = 0; round < 60; round++) {
            for (let n = random(8); n > 0; n--) {
              const timeout = random(4) === 0 ? random(20) + 1 : Infinity
              futures.push(yield* executor.submit(task(random(30), random(6)), { timeout, priority: random(3) }))
            }
            if (random(3) === 0 && futures.length > 0) yield* Future.cancel(futures[random(futures.length)]!)
            yield* TestClock.adjust(random(40))
            mostWorkers = Math.max(mostWorkers, yield* workersOf(executor))
          }
          // Idle workers are kept no longer, because the pool looks for them all the time.
          yield* TestClock.adjust("20 seconds")
          assert.isTrue(futures.every(Future.isDone))
          assert.deepStrictEqual([now, most], [0, maxWorkers])
          assert.isAtMost(mostWorkers, maxWorkers)
          const { workers: _, pending, running, ...ended } = yield* Executor.stats(executor)
          assert.deepStrictEqual([pending, running], [0, 0])
          assert.strictEqual(ended.succeeded + ended.failed + ended.cancelled + ended.timedOut, futures.length)
        }
      })
    )

    it.effect("let timers have their turn while tasks follow each other that never wait", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        let ended = 0
        let endedAtImmediate: number | undefined
        setImmediate(() => setImmediate(() => (endedAtImmediate = ended)))
        for (let n = 0; n < 50_000; n++) yield* executor.submit(Effect.sync(() => ended++))
        yield* Executor.awaitIdle(executor)
        assert.strictEqual(ended, 50_000)
        assert.isBelow(endedAtImmediate ?? Infinity, 50_000)
      })
    )

    it.effect("run as many at a time as they are", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 5 })
        const meter = new Meter()
        const futures = yield* Effect.forEach(Array.from({ length: 20 }), () => executor.submit(meter.inside))
        yield* Future.all(futures)
        assert.strictEqual(meter.most, 5)
      })
    )
  })
})
