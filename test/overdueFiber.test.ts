import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Latch } from "effect"
import { forkTimed, interruptForTimeout } from "../src/internal/executor/timeouts/overdueFiber.ts"

const timeoutError = new Error("its time is over")
const inTime = { timeoutError }

const reasons = (exit: Exit.Exit<unknown, unknown>): ReadonlyArray<unknown> =>
  Exit.isSuccess(exit)
    ? [exit.value]
    : exit.cause.reasons.map((reason) =>
        reason._tag === "Fail" ? reason.error : reason._tag === "Die" ? reason.defect : reason._tag
      )

describe("fibers whose time is over", () => {
  const fork = <A, E>(effect: Effect.Effect<A, E>) => forkTimed(Effect.runFork, effect)

  it.effect("fail with the error", () =>
    Effect.gen(function* () {
      const fiber = fork(Effect.never)
      interruptForTimeout(fiber, inTime)
      assert.deepStrictEqual(reasons(yield* Fiber.await(fiber)), [timeoutError])
    })
  )

  it.effect("fail with it after their finalizers, and with what those died of", () =>
    Effect.gen(function* () {
      const latch = yield* Latch.make()
      const events: Array<string> = []
      const cleanUp = Effect.andThen(
        latch.await,
        Effect.sync(() => {
          events.push("cleaned up")
          throw "a defect"
        })
      )
      const fiber = fork(Effect.ensuring(Effect.never, cleanUp))
      interruptForTimeout(fiber, inTime)
      assert.isUndefined(fiber.pollUnsafe())
      yield* latch.open
      assert.deepStrictEqual(reasons(yield* Fiber.await(fiber)), [timeoutError, "a defect"])
      assert.deepStrictEqual(events, ["cleaned up"])
    })
  )

  it.effect("cannot catch that themselves", () =>
    Effect.gen(function* () {
      const fiber = fork(Effect.catchCause(Effect.never, () => Effect.succeed("went on")))
      interruptForTimeout(fiber, inTime)
      assert.deepStrictEqual(reasons(yield* Fiber.await(fiber)), [timeoutError])
    })
  )

  it.effect("go on to the end of what cannot be interrupted, and fail with the error then", () =>
    Effect.gen(function* () {
      const latch = yield* Latch.make()
      const fiber = fork(Effect.uninterruptible(Effect.as(latch.await, "done")))
      interruptForTimeout(fiber, inTime)
      yield* latch.open
      assert.deepStrictEqual(reasons(yield* Fiber.await(fiber)), [timeoutError])
    })
  )

  it.effect("are interrupted if they had been interrupted before", () =>
    Effect.gen(function* () {
      const latch = yield* Latch.make()
      const fiber = fork(Effect.ensuring(Effect.never, latch.await))
      fiber.interruptUnsafe()
      interruptForTimeout(fiber, inTime)
      yield* latch.open
      const exit = yield* Fiber.await(fiber)
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
    })
  )

  it.effect("end with what they give if nobody says that it is over", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(reasons(yield* Fiber.await(fork(Effect.succeed(1)))), [1])
      assert.deepStrictEqual(reasons(yield* Fiber.await(fork(Effect.fail("no")))), ["no"])
      const interrupted = fork(Effect.never)
      interrupted.interruptUnsafe()
      assert.deepStrictEqual(reasons(yield* Fiber.await(interrupted)), ["Interrupt"])
    })
  )
})
