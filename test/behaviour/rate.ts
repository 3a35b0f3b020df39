import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Executor, Future } from "effect-futures"
import { defectOf } from "../support/defectOf.ts"
import type { Kind } from "./Kind.ts"
import { assertInvalid, eventually, letOthersRun, statesOf, submitAll } from "./support.ts"
import { Tasks } from "./tasks.ts"

/** The option `rate`, for executors of any kind. */
export const rateBehaviour = <X extends Executor.Failure>({ elapse, gate, make }: Kind<X>): void => {
  /** Four tasks at a door, of which two may begin in the first minute, and when that is over. */
  const fourAtADoor = (rate: Executor.Rate) =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 4, rate })
      const door = yield* gate
      const futures = yield* submitAll(executor, door, ["a", "b", "c", "d"])
      yield* door.untilArrived(2)
      yield* letOthersRun
      yield* elapse("59 seconds")
      yield* letOthersRun
      assert.strictEqual(door.arrivals.length, 2)
      yield* elapse("1 second")
      return { door, futures }
    })

  describe("rate", () => {
    it.effect("lets a burst begin, and the next when its time has come, in order", () =>
      Effect.gen(function* () {
        const { door, futures } = yield* fourAtADoor({ limit: 1, every: "1 minute", burst: 2 })
        yield* door.untilArrived(3)
        yield* elapse("1 minute")
        yield* door.untilArrived(4)
        assert.deepStrictEqual(door.arrivals.slice(2), ["c", "d"])
        yield* door.open
        yield* Future.wait(futures)
      })
    )

    it.effect("in a fixed window lets all of its limit begin, and the next when the window has ended", () =>
      Effect.gen(function* () {
        const { door, futures } = yield* fourAtADoor({ algorithm: "fixed-window", limit: 2, every: "1 minute" })
        yield* door.untilArrived(4)
        yield* door.open
        yield* Future.wait(futures)
      })
    )

    it.effect("of a group holds up no other, and no worker", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const slow = yield* Executor.group(executor, { rate: { limit: 1, every: "1 minute" } })
        const waiting = [yield* slow.submit(Tasks.double(1)), yield* slow.submit(Tasks.double(2))]
        assert.strictEqual(yield* waiting[0]!, 2)
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
        assert.deepStrictEqual(statesOf(waiting), ["finished", "pending"])
        yield* elapse("1 minute")
        assert.strictEqual(yield* waiting[1]!, 4)
      })
    )

    it.effect("is taken by what begins, as much as it costs, and not by what was cancelled before", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4, rate: { limit: 10, every: "1 minute", burst: 10 } })
        yield* Executor.run(executor, Tasks.add(1, 2), { cost: 10 })
        const cancelled = yield* executor.submit(Tasks.add(1, 2), { cost: 10 })
        const next = yield* executor.submit(Tasks.add(3, 4), { cost: 5 })
        assert.isTrue(yield* Future.cancel(cancelled))
        yield* elapse("30 seconds")
        assert.strictEqual(yield* next, 7)
        const { cancelled: count, succeeded } = yield* Executor.stats(executor)
        assert.deepStrictEqual([succeeded, count], [2, 1])
      })
    )

    it.effect("leaves the tasks that wait for it out of the workers' hands: they end with the executor", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2, rate: { limit: 1, every: "1 minute" } })
        const futures = yield* Effect.forEach([1, 2, 3], (n) => executor.submit(Tasks.double(n)))
        yield* eventually(
          Effect.map(Executor.stats(executor), ({ pending, succeeded }) => [pending, succeeded]),
          [2, 1]
        )
        yield* Executor.shutdown(executor, { mode: "cancelPending" })
        assert.deepStrictEqual(statesOf(futures), ["finished", "cancelled", "cancelled"])
      })
    )

    it.effect("is a defect if it is none, and so is a cost that is more than its limit", () =>
      Effect.gen(function* () {
        const error = yield* defectOf(Effect.scoped(make({ rate: { limit: 0, every: "1 second" } })))
        assertInvalid(error, { option: "rate.limit", value: 0, shown: "0", allowed: "a whole number of at least 1" })
        const executor = yield* make({ rate: { limit: 5, every: "1 second" } })
        const tooMuch = yield* defectOf(executor.submit(Tasks.double(1), { cost: 6 }))
        assertInvalid(tooMuch, { option: "cost", value: 6, shown: "6", allowed: "at most 5, the limit of the rate" })
      })
    )
  })
}
