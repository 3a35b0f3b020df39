import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, pipe } from "effect"
import { Executor, ExecutorShutdownError, TaskCancelledError } from "effect-futures"
import { defectOf } from "../support/defectOf.ts"
import type { Kind } from "./Kind.ts"
import {
  assertInvalid,
  assertTag,
  badCounts,
  badTimeouts,
  begin,
  isWaiting,
  letOthersRun,
  untilStats
} from "./support.ts"
import { Tasks } from "./tasks.ts"

/** `forEach`, for executors of any kind. */
export const forEachBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  describe("forEach", () => {
    it.effect("gives an array of the results, in the order of the items", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const items = Array.from({ length: 50 }, (_, index) => index)
        const doubled = items.map((n) => n * 2)
        assert.deepStrictEqual(yield* Executor.forEach(executor, items, Tasks.double), doubled)
        assert.deepStrictEqual(yield* pipe(items, Executor.forEach(executor, Tasks.double)), doubled)
      })
    )

    it.effect("gives them in that order also when they end in another", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const slow = yield* gate
        const quick = yield* gate
        const collecting = yield* begin(
          Executor.forEach(executor, [slow, quick], (door) =>
            Tasks.pass(door.address, door === slow ? "slow" : "quick")
          )
        )
        yield* slow.untilArrived(1)
        yield* quick.untilArrived(1)
        yield* quick.open
        yield* letOthersRun
        assert.isTrue(isWaiting(collecting))
        yield* slow.open
        assert.deepStrictEqual(yield* Fiber.join(collecting), ["slow", "quick"])
      })
    )

    it.effect("tells the position of an item, and gives an empty array for none", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        assert.deepStrictEqual(yield* Executor.forEach(executor, [5, 6], (n, index) => Tasks.add(n, index)), [5, 7])
        assert.deepStrictEqual(yield* Executor.forEach(executor, new Set<number>(), Tasks.double), [])
      })
    )

    it.effect("runs maxWorkers tasks at a time, and has no more than buffer of them with the executor", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const collecting = yield* begin(
          Executor.forEach(executor, [1, 2, 3, 4, 5], (n) => Tasks.pass(door.address, `task ${n}`), { buffer: 3 })
        )
        yield* door.untilArrived(2)
        yield* letOthersRun
        yield* untilStats(executor, { pending: 1, running: 2 })
        yield* door.open
        assert.lengthOf(yield* Fiber.join(collecting), 5)
        assert.strictEqual(door.most, 2)
      })
    )

    it.effect("cancels the others at the first failure, and has waited for them", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const door = yield* gate
        const cleaning = yield* gate
        const failing = yield* gate
        yield* cleaning.open
        const collecting = yield* begin(
          Effect.exit(
            Executor.forEach(executor, [1, 2, 3, 4, 5], (n) =>
              n === 3
                ? Tasks.passThenRefuse(failing.address, "the third")
                : Tasks.passThenClean(door.address, cleaning.address, `task ${n}`)
            )
          )
        )
        yield* door.untilArrived(2)
        yield* failing.untilArrived(1)
        yield* failing.open
        const exit = yield* Fiber.join(collecting)
        if (Exit.isSuccess(exit)) return assert.fail("it succeeded")
        assert.lengthOf(exit.cause.reasons, 1)
        assertTag(Cause.squash(exit.cause), "Refused")
        // A task that is stopped on its way to the door cleans up, too.
        assert.includeMembers(Array.from(cleaning.arrivals), Array.from(door.arrivals))
        const { cancelled, failed, pending, running } = yield* Executor.stats(executor)
        assert.deepStrictEqual([pending, running, failed, cancelled], [0, 0, 1, 4])
      })
    )

    it.effect("cancels all when it is interrupted", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const collecting = yield* begin(
          Executor.forEach(executor, [1, 2, 3], (n) => Tasks.pass(door.address, `task ${n}`))
        )
        yield* door.untilArrived(2)
        yield* Fiber.interrupt(collecting)
        const { cancelled, pending, running } = yield* Executor.stats(executor)
        assert.deepStrictEqual([pending, running, cancelled], [0, 0, 3])
      })
    )

    it.effect("waits for room, whatever overflow says", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, capacity: 1, overflow: "fail" })
        const items = [1, 2, 3, 4, 5, 6]
        const results = yield* Executor.forEach(executor, items, Tasks.double, { buffer: 6 })
        assert.deepStrictEqual(results, [2, 4, 6, 8, 10, 12])
      })
    )

    it.effect("gives each task the time that its options say", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, timeout: "1 minute" })
        const seen = yield* Executor.forEach(executor, [1, 2], Tasks.double, { timeout: "1 hour" })
        assert.deepStrictEqual(seen, [2, 4])
      })
    )

    it.effect("fails with ExecutorShutdownError or TaskCancelledError when the executor ends", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const collecting = yield* begin(
          Effect.flip(Executor.forEach(executor, [1, 2], (n) => Tasks.pass(door.address, `task ${n}`)))
        )
        yield* door.untilArrived(1)
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        assert.instanceOf(yield* Fiber.join(collecting), TaskCancelledError)
        assert.instanceOf(yield* Effect.flip(Executor.forEach(executor, [1], Tasks.double)), ExecutorShutdownError)
      })
    )

    it.effect("dies with InvalidOptionsError for a bad buffer, timeout, function or items", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const dies = (items: unknown, f: unknown, options: object = {}) =>
          defectOf(Executor.forEach(executor, items as Iterable<number>, f as typeof Tasks.double, options))
        for (const [buffer, shown] of badCounts) {
          const allowed = "a whole number of at least 1"
          assertInvalid(yield* dies([1], Tasks.double, { buffer }), { option: "buffer", value: buffer, shown, allowed })
        }
        for (const [timeout, shown] of badTimeouts) {
          const expected = { option: "timeout", value: timeout, shown, allowed: "more than zero" }
          assertInvalid(yield* dies([1], Tasks.double, { timeout }), expected)
        }
        assertInvalid(yield* dies([1], 5), { option: "f", value: 5, shown: "5", allowed: "a function" })
        assertInvalid(yield* dies(5, Tasks.double), { option: "items", value: 5, shown: "5", allowed: "an Iterable" })
      })
    )
  })
}
