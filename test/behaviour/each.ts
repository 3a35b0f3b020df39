import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result, Stream } from "effect"
import { Executor } from "effect-futures"
import { counting } from "./counting.ts"
import { makeCleaning } from "./cleaning.ts"
import type { Kind } from "./Kind.ts"
import { defectOf } from "../support/defectOf.ts"
import { assertInvalid, assertTag, begin } from "./support.ts"
import { Tasks } from "./tasks.ts"

/** The option `each` of `map`, for executors of any kind. */
export const eachBehaviour = <X extends Executor.Failure>(kind: Kind<X>): void => {
  const { gate, make } = kind
  describe("each of a map", () => {
    it.effect("makes of each task's run what the stream gives, in order", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const results = yield* Executor.map(
          executor,
          [1, 2, 3, 4],
          (n): typeof refused => (n === 2 ? Tasks.refuse(`${n}`) : Tasks.later(`${n}`)),
          { each: Effect.result }
        ).pipe(Stream.runCollect)
        assert.deepStrictEqual(
          results.map((result) => (Result.isSuccess(result) ? result.success : result.failure._tag)),
          ["1", "Refused", "3", "4"]
        )
      })
    )

    it.effect("submits a task again that a schedule repeats", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const error = yield* Executor.map(executor, ["no"], Tasks.refuse, { each: Effect.retry({ times: 2 }) }).pipe(
          Stream.runDrain,
          Effect.flip
        )
        assertTag(error, "Refused")
        const { failed, running } = yield* Executor.stats(executor)
        assert.deepStrictEqual([failed, running], [3, 0])
      })
    )

    it.effect("takes no more items ahead than the buffer allows", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const items = counting()
        const stream = Executor.map(executor, items, (n) => Tasks.pass(door.address, `${n}`), {
          each: Effect.result,
          buffer: 3
        })
        const consumer = yield* begin(Stream.runDrain(stream))
        yield* door.untilArrived(2)
        assert.strictEqual(items.taken, 3)
        yield* Fiber.interrupt(consumer)
      })
    )

    it.effect("cancels the tasks that are left when the consumer stops, and waits for them", () =>
      Effect.gen(function* () {
        const { cleaning, door, executor } = yield* makeCleaning(kind, { maxWorkers: 2 })
        const items = counting()
        const consumer = yield* begin(
          Executor.map(executor, items, (n) => Tasks.passThenClean(door.address, cleaning.address, `task ${n}`), {
            each: Effect.retry({ times: 9 })
          }).pipe(Stream.runDrain)
        )
        yield* door.untilArrived(2)
        yield* Fiber.interrupt(consumer)
        // A task that is stopped on its way to the door cleans up, too.
        assert.includeMembers(Array.from(cleaning.arrivals), Array.from(door.arrivals))
        const { cancelled, pending, running } = yield* Executor.stats(executor)
        assert.deepStrictEqual([pending, running, cancelled], [0, 0, items.taken])
      })
    )

    it.effect("has to be a function", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const options = { each: 5 } as unknown as Executor.MapOptions
        const map = Stream.runDrain(Executor.map(executor, [1], Tasks.double, options as {}))
        assertInvalid(yield* defectOf(map), { option: "each", value: 5, shown: "5", allowed: "Effect.retry" })
      })
    )
  })
}

declare const refused: ReturnType<typeof Tasks.refuse>
