import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { Executor } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { begin, letOthersRun, until } from "./support.ts"
import { Tasks } from "./tasks.ts"
import { counting } from "./counting.ts"

/** `map`, for executors of any kind. */
export const mapBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  describe("map", () => {
    it.effect("gives a result for each item, in the order of the items", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const items = Array.from({ length: 50 }, (_, index) => index)
        const results = yield* Stream.runCollect(Executor.map(executor, items, Tasks.double))
        assert.deepStrictEqual(
          results,
          items.map((n) => n * 2)
        )
      })
    )

    it.effect("gives them in that order also when they end in another", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const slow = yield* gate
        const quick = yield* gate
        const results: Array<string> = []
        const collecting = yield* begin(
          Executor.map(executor, [slow, quick], (door) =>
            Tasks.pass(door.address, door === slow ? "slow" : "quick")
          ).pipe(Stream.runForEach((name) => Effect.sync(() => results.push(name))))
        )
        yield* slow.untilArrived(1)
        yield* quick.untilArrived(1)
        yield* quick.open
        yield* letOthersRun
        assert.deepStrictEqual(results, [])
        yield* slow.open
        yield* Fiber.join(collecting)
        assert.deepStrictEqual(results, ["slow", "quick"])
      })
    )

    it.effect("gives them as they come with ordered: false", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const slow = yield* gate
        const quick = yield* gate
        const results: Array<string> = []
        const collecting = yield* begin(
          Executor.map(executor, [slow, quick], (door) => Tasks.pass(door.address, door === slow ? "slow" : "quick"), {
            ordered: false
          }).pipe(Stream.runForEach((name) => Effect.sync(() => results.push(name))))
        )
        yield* quick.open
        yield* until(() => results.length === 1)
        assert.deepStrictEqual(results, ["quick"])
        yield* slow.open
        yield* Fiber.join(collecting)
        assert.deepStrictEqual(results, ["quick", "slow"])
      })
    )

    it.effect("takes a Stream of items", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const results = yield* Stream.runCollect(Executor.map(executor, Stream.range(1, 5), Tasks.double))
        assert.deepStrictEqual(results, [2, 4, 6, 8, 10])
      })
    )

    it.effect("takes a string for its characters", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const results = yield* Stream.runCollect(Executor.map(executor, "aü💡", Tasks.echo))
        assert.deepStrictEqual(results, ["a", "ü", "💡"])
      })
    )

    it.effect("is an empty stream for no items", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        assert.deepStrictEqual(yield* Stream.runCollect(Executor.map(executor, [], Tasks.double)), [])
        assert.deepStrictEqual(yield* Stream.runCollect(Executor.map(executor, Stream.empty, Tasks.double)), [])
      })
    )

    it.effect("joins executors to a pipeline", () =>
      Effect.gen(function* () {
        const one = yield* make({ maxWorkers: 2 })
        const other = yield* make({ maxWorkers: 1 })
        const results = yield* Stream.range(1, 10).pipe(
          Executor.map(one, (n) => Tasks.double(n)),
          Executor.map(other, (n) => Tasks.add(n, 1), { ordered: false, buffer: 1 }),
          Stream.runCollect
        )
        assert.deepStrictEqual(results, [3, 5, 7, 9, 11, 13, 15, 17, 19, 21])
        assert.strictEqual((yield* Executor.stats(one)).succeeded, 10)
        assert.strictEqual((yield* Executor.stats(other)).succeeded, 10)
      })
    )

    it.effect("does nothing before the stream runs, and all of it again when it runs again", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const items = counting()
        const stream = Executor.map(executor, items, Tasks.double).pipe(Stream.take(2))
        yield* letOthersRun
        assert.strictEqual(items.taken, 0)
        assert.deepStrictEqual(yield* Stream.runCollect(stream), [2, 4])
        items.taken = 0
        assert.deepStrictEqual(yield* Stream.runCollect(stream), [2, 4])
      })
    )

    it.effect("takes at most `buffer` items ahead, of an infinite iterable too", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const items = counting()
        yield* begin(
          Executor.map(executor, items, (n) => Tasks.pass(door.address, `task ${n}`), { buffer: 3 }).pipe(
            Stream.runDrain
          )
        )
        yield* door.untilArrived(2)
        for (let handedOn = 0; handedOn < 4; handedOn++) {
          yield* until(() => items.taken === 3 + handedOn)
          yield* letOthersRun
          assert.strictEqual(items.taken, 3 + handedOn)
          yield* door.admitNamed(`task ${handedOn + 1}`)
          yield* door.untilArrived(3 + handedOn)
        }
      })
    )

    it.effect("counts what has ended but was not handed on against the buffer", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const busy = yield* gate
        const items = counting()
        yield* begin(
          Executor.map(executor, items, Tasks.double, { buffer: 3 }).pipe(
            Stream.runForEach(() =>
              Effect.andThen(Executor.run(executor, Tasks.pass(busy.address, "consumer")), Effect.void)
            )
          )
        )
        yield* busy.untilArrived(1)
        yield* letOthersRun
        assert.strictEqual(items.taken, 3)
      })
    )

    it.effect("takes twice maxWorkers items ahead by default", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const items = counting()
        yield* begin(Executor.map(executor, items, (n) => Tasks.pass(door.address, `task ${n}`)).pipe(Stream.runDrain))
        yield* door.untilArrived(2)
        yield* until(() => items.taken === 4)
        yield* letOthersRun
        assert.strictEqual(items.taken, 4)
      })
    )
  })
}
