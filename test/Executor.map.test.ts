import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, pipe, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { defectOf } from "./support/defectOf.ts"
import { assertInvalid, begin, isWaiting, letOthersRun, Meter, pass } from "./behaviour/support.ts"

class Factor extends Context.Service<Factor, number>()("test/Factor") {}

const range = (length: number) => Array.from({ length }, (_, index) => index + 1)

describe("map", () => {
  it.effect("runs as many tasks at a time as there are workers", () =>
    Effect.gen(function* () {
      for (const ordered of [true, false]) {
        const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
        const meter = new Meter()
        yield* Stream.runDrain(Executor.map(executor, range(20), () => meter.inside, { ordered }))
        assert.strictEqual(meter.most, 3)
      }
    })
  )

  it.effect("with a buffer of 1 takes an item when the result before it was dealt with", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
      const log: Array<string> = []
      yield* Executor.map(executor, range(3), (n) => Effect.sync(() => (log.push(`task ${n}`), n)), { buffer: 1 }).pipe(
        Stream.runForEach((n) =>
          Effect.andThen(
            letOthersRun,
            Effect.sync(() => log.push(`dealt with ${n}`))
          )
        )
      )
      assert.deepStrictEqual(log, ["task 1", "dealt with 1", "task 2", "dealt with 2", "task 3", "dealt with 3"])
    })
  )

  it.effect("starts no more than `buffer` tasks ahead of a Stream that comes in large chunks", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 10 })
      const door = yield* localGate
      yield* begin(
        Stream.fromIterable(range(100)).pipe(
          Executor.map(executor, (n) => pass(door, `task ${n}`), { buffer: 3 }),
          Stream.runDrain
        )
      )
      assert.strictEqual(door.arrivals.length, 3)
      yield* door.admit(1)
      yield* letOthersRun
      assert.strictEqual(door.arrivals.length, 4)
    })
  )

  it.effect("gives results while the source has not come to its end", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const source = Stream.concat(Stream.make(1, 2), Stream.never)
      const results = yield* source.pipe(
        Executor.map(executor, (n) => Effect.succeed(n * 2)),
        Stream.take(2),
        Stream.runCollect
      )
      assert.deepStrictEqual(results, [2, 4])
    })
  )

  it.effect("stops the source when the consumer stops, and waits for its finalizers", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const log: Array<string> = []
      const source = Stream.concat(Stream.make(1), Stream.never).pipe(
        Stream.ensuring(
          Effect.andThen(
            letOthersRun,
            Effect.sync(() => log.push("source closed"))
          )
        )
      )
      yield* source.pipe(
        Executor.map(executor, (n) => Effect.succeed(n)),
        Stream.take(1),
        Stream.runDrain
      )
      assert.deepStrictEqual(log, ["source closed"])
    })
  )

  it.effect("takes no more items after a failure", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      let taken = 0
      const source = Stream.fromEffectRepeat(Effect.sync(() => ++taken))
      const stream = Executor.map(executor, source, (n) => (n === 2 ? Effect.fail("no") : Effect.succeed(n)), {
        buffer: 3
      })
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(stream)), "no")
      const atFailure = taken
      yield* letOthersRun
      assert.strictEqual(taken, atFailure)
      assert.isAtMost(taken, 6)
    })
  )

  it.effect("gives with ordered: false what ended before a failure", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const results: Array<number> = []
      const stream = Executor.map(
        executor,
        [400, 100, 300, 200],
        (millis) => Effect.andThen(Effect.sleep(millis), millis === 300 ? Effect.fail("no") : Effect.succeed(millis)),
        { ordered: false }
      )
      const collecting = yield* begin(
        Effect.flip(Stream.runForEach(stream, (result) => Effect.sync(() => results.push(result))))
      )
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(collecting), "no")
      assert.deepStrictEqual(results, [100, 200])
      assert.strictEqual((yield* Executor.stats(executor)).cancelled, 1)
    })
  )

  it.effect("gives results with ordered: false in the order in which they ended, also when nobody asks yet", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const door = yield* localGate
      const results: Array<number> = []
      const stream = Executor.map(
        executor,
        [50, 400, 100, 300, 200],
        (millis) => Effect.as(Effect.sleep(millis), millis),
        { ordered: false }
      )
      const collecting = yield* begin(
        Stream.runForEach(stream, (result) => {
          results.push(result)
          return result === 50 ? pass(door, "consumer") : Effect.void
        })
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(results, [50])
      yield* door.open
      yield* Fiber.join(collecting)
      assert.deepStrictEqual(results, [50, 100, 200, 300, 400])
    })
  )

  it.effect("waits for the finalizers of what it cancels before it fails", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const [door, cleaning] = [yield* localGate, yield* localGate]
      const running = yield* begin(
        Effect.exit(
          Stream.runDrain(
            Executor.map(executor, ["fails", "cleans up"], (name) =>
              name === "fails"
                ? Effect.andThen(pass(door, name), Effect.fail("no"))
                : Effect.ensuring(Effect.never, pass(cleaning, name))
            )
          )
        )
      )
      yield* door.open
      yield* cleaning.untilArrived(1)
      yield* letOthersRun
      assert.isTrue(isWaiting(running))
      yield* cleaning.open
      assert.deepStrictEqual(yield* Fiber.join(running), Exit.fail("no"))
    })
  )

  it.effect("gives each task the services of whoever runs the stream, and a scope of its own", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const log: Array<string> = []
      const stream = Executor.map(executor, [1, 2], (n) =>
        Effect.gen(function* () {
          yield* Effect.addFinalizer(() => Effect.sync(() => log.push(`end of ${n}`)))
          const factor = yield* Factor
          log.push(`task ${n}`)
          return n * factor
        })
      )
      const results = yield* Stream.runCollect(stream).pipe(Effect.provideService(Factor, 10))
      assert.deepStrictEqual(results, [10, 20])
      assert.deepStrictEqual(log, ["task 1", "end of 1", "task 2", "end of 2"])
    })
  )

  it.effect("has no limit of time with timeout: Infinity, whatever the executor's is", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ timeout: "1 second" })
      const sleepy = (n: number) => Effect.as(Effect.sleep("1 hour"), n)
      const patient = yield* begin(Stream.runCollect(Executor.map(executor, [1, 2], sleepy, { timeout: Infinity })))
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* Fiber.join(patient), [1, 2])
    })
  )

  it.effect("dies when the function throws, or gives no effect, and cancels what is left", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const throwing = Executor.map(executor, [1, 2], (n) => {
        if (n === 1) return Effect.never
        throw new RangeError("no")
      })
      const running = yield* begin(Effect.exit(Stream.runDrain(throwing)))
      // The failure comes after the results of the items before it, as a failure of the source does.
      assert.isTrue(isWaiting(running))
      yield* Fiber.interrupt(running)
      const first = Executor.map(executor, [1], (): Effect.Effect<void> => {
        throw new RangeError("no")
      })
      assert.include(String(yield* defectOf(Stream.runDrain(first))), "RangeError: no")
      const notEffect = Executor.map(executor, [1], () => 5 as unknown as Effect.Effect<number>)
      const defect = yield* defectOf(Stream.runDrain(notEffect))
      assertInvalid(defect, { option: "task", value: 5, shown: "5", allowed: "Task" })
      assert.deepInclude(yield* Executor.stats(executor), { pending: 0, running: 0 })
    })
  )

  it.effect("dies with the source's defect", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const stream = Stream.die("a bad source").pipe(Executor.map(executor, (n: number) => Effect.succeed(n)))
      assert.strictEqual(yield* defectOf(Stream.runDrain(stream)), "a bad source")
    })
  )

  it.effect("works on a group", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const group = yield* Executor.group(executor, { maxWorkers: 2 })
      const meter = new Meter()
      yield* Stream.runDrain(Executor.map(group, range(10), () => meter.inside))
      assert.strictEqual(meter.most, 2)
      assert.strictEqual((yield* Executor.stats(group)).succeeded, 10)
    })
  )

  it.effect("takes an iterable from a pipe as it does a stream", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const double = Executor.map(executor, (n: number) => Effect.succeed(n * 2))
      for (const items of [range(3), new Set(range(3)), Stream.make(1, 2, 3)]) {
        assert.deepStrictEqual(yield* pipe(items, double, Stream.runCollect), [2, 4, 6])
      }
    })
  )

  it.effect("may run several times at once on one executor", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const stream = Executor.map(executor, range(10), (n) => Effect.as(Effect.yieldNow, n))
      const results = yield* Effect.all([Stream.runCollect(stream), Stream.runCollect(stream)], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(results, [range(10), range(10)])
    })
  )

  it.effect("feeds itself on one executor: two stages of a pipeline share the worker", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 1 })
      const results = yield* Stream.fromIterable(range(20)).pipe(
        Executor.map(executor, (n) => Effect.as(Effect.yieldNow, n + 1)),
        Executor.map(executor, (n) => Effect.as(Effect.yieldNow, n * 2)),
        Stream.runCollect
      )
      assert.deepStrictEqual(
        results,
        range(20).map((n) => (n + 1) * 2)
      )
    })
  )

  it.effect("gives its future tasks to nobody else: they end with the stream", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const other = yield* executor.submit(Effect.never)
      const stream = Executor.map(executor, range(10), (n) => Effect.succeed(n), { buffer: 4 })
      const running = yield* begin(Stream.runDrain(stream))
      assert.strictEqual((yield* Executor.stats(executor)).pending, 4)
      yield* Fiber.interrupt(running)
      assert.strictEqual((yield* Executor.stats(executor)).pending, 0)
      assert.isFalse(Future.isDone(other))
    })
  )

  it.effect("runs a task again as often as each says, and gives what it gives in the end", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const tries = new Map<number, number>()
      const flaky = (n: number) =>
        Effect.suspend(() => {
          tries.set(n, (tries.get(n) ?? 0) + 1)
          return tries.get(n) === n ? Effect.succeed(n) : Effect.fail("not yet")
        })
      const stream = Executor.map(executor, [3, 1, 2], flaky, { each: Effect.retry({ times: 2 }) })
      assert.deepStrictEqual(yield* Stream.runCollect(stream), [3, 1, 2])
    })
  )

  it.effect("with each inside a task needs no worker of its own", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const stream = Executor.map(executor, range(5), (n) => Effect.as(Effect.yieldNow, n), { each: Effect.exit })
      const exits = yield* Executor.run(executor, Stream.runCollect(stream))
      assert.deepStrictEqual(exits, range(5).map(Exit.succeed))
    })
  )

  it.effect("ends with the defect of an each that throws", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const each = (): Effect.Effect<number> => {
        throw new RangeError("each")
      }
      const stream = Executor.map(executor, [1], Effect.succeed, { each })
      assert.strictEqual(String(yield* defectOf(Stream.runDrain(stream))), "RangeError: each")
    })
  )
})
