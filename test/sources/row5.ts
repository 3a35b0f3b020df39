import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { KitchenTimer } from "effect-futures"

describe("row 5: a kitchen timer", () => {
  it.effect("row 5: it starts, stops, says its state and the time remaining, and calls back when time is up", () =>
    Effect.gen(function* () {
      const timer = yield* KitchenTimer.make()
      const rung: Array<string> = []
      const ring = Effect.sync(() => rung.push("ring"))
      assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      yield* KitchenTimer.start(timer, "10 seconds", ring)
      yield* TestClock.adjust("2500 millis")
      assert.strictEqual(yield* KitchenTimer.state(timer), "running")
      assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 7.5)
      yield* KitchenTimer.stop(timer)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(rung, [])
      yield* KitchenTimer.start(timer, "10 seconds", ring)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      assert.deepStrictEqual(rung, ["ring"])
    })
  )

  it.effect("row 5: test and start is atomic: of many fibers that start it one does", () =>
    Effect.gen(function* () {
      const timer = yield* KitchenTimer.make()
      const starts = yield* Effect.forEach(
        Array.from({ length: 100 }),
        () => Effect.andThen(Effect.yieldNow, KitchenTimer.startIfStopped(timer, "1 minute")),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(starts.filter(Boolean).length, 1)
      const stops = yield* Effect.forEach(
        Array.from({ length: 100 }),
        () => Effect.andThen(Effect.yieldNow, KitchenTimer.stopIfRunning(timer)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(stops.filter(Boolean).length, 1)
    })
  )

  it.effect("row 5: a call that does not fit the state is an error", () =>
    Effect.gen(function* () {
      const timer = yield* KitchenTimer.make()
      assert.strictEqual((yield* Effect.flip(KitchenTimer.stop(timer)))._tag, "NotRunningError")
      yield* KitchenTimer.start(timer, "1 minute")
      assert.strictEqual((yield* Effect.flip(KitchenTimer.start(timer, "1 minute")))._tag, "AlreadyRunningError")
    })
  )
})
