import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Executor } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { assertInvalid, assertTag, assertTimeout, badTimeouts, begin, isWaiting, letOthersRun } from "./support.ts"
import { Tasks } from "./tasks.ts"

const thrownBy = (f: () => unknown): unknown => {
  try {
    f()
  } catch (error) {
    return error
  }
  return assert.fail("nothing was thrown")
}

/** `ttl`, for executors of any kind. */
export const ttlBehaviour = <X extends Executor.Failure>({ elapse, gate, make }: Kind<X>): void => {
  describe("ttl", () => {
    it.effect("gives a function with the same arguments and results", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const add = Executor.ttl(executor, Tasks.add, { timeout: "1 minute" })
        assert.strictEqual(yield* add(19, 23), 42)
        assert.strictEqual(yield* add(1, 2), 3)
        const double = Executor.ttl(executor, { timeout: "1 minute" })(Tasks.double)
        assert.strictEqual(yield* double(4), 8)
      })
    )

    it.effect("returns early when the call returns early: no time has to go by", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const pass = Executor.ttl(executor, Tasks.pass, { timeout: "1 hour" })
        for (let n = 1; n <= 20; n++) {
          const call = yield* begin(pass(door.address, `call ${n}`))
          yield* door.untilArrived(n)
          yield* door.admit(1)
          assert.strictEqual(yield* Fiber.join(call), `call ${n}`)
        }
      })
    )

    it.effect("fails with TaskTimeoutError without onTimeout, when the call is stopped", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const pass = Executor.ttl(executor, Tasks.pass, { timeout: "1 minute" })
        const call = yield* begin(Effect.flip(pass(door.address, "late")))
        yield* door.untilArrived(1)
        yield* letOthersRun
        yield* elapse("1 minute")
        assertTimeout(yield* Fiber.join(call), { task: "pass", millis: 60_000, phase: "running" })
        assert.strictEqual((yield* Executor.stats(executor)).running, 0)
      })
    )

    it.effect("fails with what onTimeout makes of the error", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const pass = Executor.ttl(executor, Tasks.pass, {
          timeout: "1 minute",
          onTimeout: (error) => ({ gaveUpOn: error.task })
        })
        const call = yield* begin(Effect.flip(pass(door.address, "late")))
        yield* door.untilArrived(1)
        yield* letOthersRun
        yield* elapse("1 minute")
        assert.deepStrictEqual(yield* Fiber.join(call), { gaveUpOn: "pass" })
      })
    )

    it.effect("does the Effect that onTimeout gives instead", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const pass = Executor.ttl(executor, Tasks.pass, {
          timeout: "1 minute",
          onTimeout: (error) => Effect.succeed(`instead of ${error.task}`)
        })
        const call = yield* begin(pass(door.address, "late"))
        yield* door.untilArrived(1)
        yield* letOthersRun
        yield* elapse("1 minute")
        assert.strictEqual(yield* Fiber.join(call), "instead of pass")
      })
    )

    it.effect("does not call onTimeout for a call that ends in time or fails", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        let calls = 0
        const options = { timeout: "1 minute", onTimeout: () => ++calls } as const
        assert.strictEqual(yield* Executor.ttl(executor, Tasks.double, options)(2), 4)
        assertTag(yield* Effect.flip(Executor.ttl(executor, Tasks.refuse, options)("no")), "Refused")
        assert.strictEqual(calls, 0)
      })
    )

    it.effect("gives each call a time of its own, counted from its start", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const pass = Executor.ttl(executor, Tasks.pass, { timeout: "1 minute" })
        const first = yield* begin(pass(door.address, "first"))
        const second = yield* begin(Effect.flip(pass(door.address, "second")))
        yield* door.untilArrived(1)
        yield* elapse("59 seconds")
        yield* door.admit(1)
        assert.strictEqual(yield* Fiber.join(first), "first")
        yield* door.untilArrived(2)
        yield* letOthersRun
        yield* elapse("59 seconds")
        yield* letOthersRun
        assert.isTrue(isWaiting(second))
        yield* elapse("1 second")
        assertTimeout(yield* Fiber.join(second), { task: "pass", millis: 60_000, phase: "running" })
      })
    )

    it.effect("has the executor's timeout where it is given none", () =>
      Effect.gen(function* () {
        const executor = yield* make({ timeout: "1 minute" })
        const door = yield* gate
        const call = yield* begin(Effect.flip(Executor.ttl(executor, Tasks.pass, {})(door.address, "late")))
        yield* door.untilArrived(1)
        yield* letOthersRun
        yield* elapse("1 minute")
        assertTimeout(yield* Fiber.join(call), { task: "pass", millis: 60_000, phase: "running" })
      })
    )

    it.effect("cancels the task when the call is interrupted", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const call = yield* begin(Executor.ttl(executor, Tasks.pass, { timeout: "1 minute" })(door.address, "call"))
        yield* door.untilArrived(1)
        yield* Fiber.interrupt(call)
        const stats = yield* Executor.stats(executor)
        assert.deepStrictEqual([stats.running, stats.cancelled], [0, 1])
      })
    )

    it.effect("throws InvalidOptionsError when it is given what is not allowed", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        for (const [timeout, shown] of badTimeouts) {
          const error = thrownBy(() => Executor.ttl(executor, Tasks.double, { timeout: timeout as never }))
          assertInvalid(error, { option: "timeout", value: timeout, shown, allowed: "more than zero" })
        }
        for (const [onTimeout, shown] of [
          [5, "5"],
          [null, "null"],
          ["late", '"late"']
        ] as const) {
          const error = thrownBy(() =>
            Executor.ttl(executor, Tasks.double, { timeout: 1, onTimeout: onTimeout as never })
          )
          assertInvalid(error, { option: "onTimeout", value: onTimeout, shown, allowed: "a function" })
        }
        const notFunction = thrownBy(() => Executor.ttl(executor, "double" as never, { timeout: 1 }))
        assertInvalid(notFunction, { option: "f", value: "double", shown: '"double"', allowed: "a function" })
        const notExecutor = thrownBy(() => Executor.ttl({} as Executor.Executor, Tasks.double, { timeout: 1 }))
        assertInvalid(notExecutor, { option: "executor", value: {}, shown: "{}", allowed: "an executor" })
      })
    )
  })
}
