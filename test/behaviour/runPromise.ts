import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Executor, ExecutorShutdownError } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { assertInvalid, assertTag, badTimeouts, begin, isWaiting, letOthersRun } from "./support.ts"
import { Tasks } from "./tasks.ts"

/** The reason of the promise's rejection. The test fails if it is not rejected. */
const rejectionOf = (promise: () => Promise<unknown>): Effect.Effect<unknown> =>
  Effect.flip(Effect.tryPromise({ try: promise, catch: (error) => error })).pipe(Effect.orDie)

/** `runPromise`, for executors of any kind. */
export const runPromiseBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  describe("runPromise", () => {
    it.effect("gives a promise of the task's value", () =>
      Effect.gen(function* () {
        const run = Executor.runPromise(yield* make())
        assert.strictEqual(yield* Effect.promise(() => run(Tasks.add(19, 23))), 42)
        assert.strictEqual(yield* Effect.promise(() => run(Tasks.later("soon"), { name: "named" })), "soon")
      })
    )

    it.effect("is rejected with the task's error, and with what it died of", () =>
      Effect.gen(function* () {
        const run = Executor.runPromise(yield* make())
        assertTag(yield* rejectionOf(() => run(Tasks.refuse("no"))), "Refused")
        const defect = yield* rejectionOf(() => run(Tasks.throws("broken")))
        assert.instanceOf(defect, RangeError)
        assert.strictEqual(defect.message, "broken")
      })
    )

    it.effect("is rejected with the reason of the signal when that aborts, and the task is gone", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const cleaning = yield* gate
        const controller = new AbortController()
        const reason = { why: "the client is gone" }
        const rejected = yield* begin(
          rejectionOf(() =>
            Executor.runPromise(executor)(Tasks.passThenClean(door.address, cleaning.address, "task"), {
              signal: controller.signal
            })
          )
        )
        yield* door.untilArrived(1)
        controller.abort(reason)
        yield* cleaning.untilArrived(1)
        yield* letOthersRun
        assert.isTrue(isWaiting(rejected))
        yield* cleaning.open
        assert.strictEqual(yield* Fiber.join(rejected), reason)
        const { cancelled, pending, running } = yield* Executor.stats(executor)
        assert.deepStrictEqual([pending, running, cancelled], [0, 0, 1])
      })
    )

    it.effect("is rejected with the reason of a signal that has aborted before, and runs nothing", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const signal = AbortSignal.abort("too late")
        assert.strictEqual(
          yield* rejectionOf(() => Executor.runPromise(executor)(Tasks.add(1, 2), { signal })),
          "too late"
        )
        assert.strictEqual((yield* Executor.stats(executor)).succeeded, 0)
      })
    )

    it.effect("keeps the error of a task that failed before the signal aborted", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const controller = new AbortController()
        const failing = Executor.runPromise(executor)(Tasks.refuse("no"), { signal: controller.signal })
        const error = yield* rejectionOf(() => failing)
        controller.abort()
        assertTag(error, "Refused")
      })
    )

    it.effect("is rejected with ExecutorShutdownError after a shutdown", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        yield* Executor.shutdown(executor)
        assert.instanceOf(
          yield* rejectionOf(() => Executor.runPromise(executor)(Tasks.add(1, 2))),
          ExecutorShutdownError
        )
      })
    )

    it.effect("is rejected with InvalidOptionsError for a bad option, a bad signal and what is no task", () =>
      Effect.gen(function* () {
        const run = Executor.runPromise(yield* make())
        for (const [timeout, shown] of badTimeouts) {
          const error = yield* rejectionOf(() => run(Tasks.add(1, 2), { timeout: timeout as never }))
          assertInvalid(error, { option: "timeout", value: timeout, shown, allowed: "more than zero" })
        }
        const noSignal = yield* rejectionOf(() => run(Tasks.add(1, 2), { signal: {} as never }))
        assertInvalid(noSignal, { option: "signal", value: {}, shown: "{}", allowed: "an AbortSignal" })
        const noTask = yield* rejectionOf(() => run(5 as never))
        assertInvalid(noTask, { option: "task", value: 5, shown: "5", allowed: "a Task" })
      })
    )
  })
}
