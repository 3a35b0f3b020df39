import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Ref } from "effect"
import { Interleave } from "effect-futures/testing"
import { catalogue } from "./catalogue/index.ts"
import { failureOf, replayedFailureOf } from "./support.ts"

const unbounded = { strategy: "unbounded" } as const

// Small programs drawn at random: `test/soak/unbounded.test.ts`.
describe("Interleave: proofs without a bound", () => {
  it.live.each(catalogue)(
    "prove the corrected form of $name, and find what is wrong with the other",
    ({ broken, fixed }) =>
      Effect.gen(function* () {
        const report = yield* Interleave.check(fixed, unbounded)
        assert.isTrue(report.complete)
        assert.isBelow(report.schedules, 100)
        const { kind, schedule } = yield* failureOf(broken, unbounded)
        assert.strictEqual((yield* replayedFailureOf(broken, schedule)).kind, kind)
      })
  )

  it.live("are given where a bound of two preemptions would not do", () =>
    Effect.gen(function* () {
      // Five updates are lost only if the other fiber comes in between five times.
      const program = Effect.gen(function* () {
        const count = yield* Ref.make(0)
        const increment = Effect.flatMap(Ref.get(count), (n) => Ref.set(count, n + 1))
        const other = yield* Effect.forkChild(Effect.replicateEffect(increment, 3))
        yield* Effect.replicateEffect(increment, 3)
        yield* Fiber.join(other)
        if ((yield* Ref.get(count)) === 2) return yield* Effect.die("only two are left of six")
      })
      const failure = yield* failureOf(program, unbounded)
      assert.include(failure.message, "only two are left of six")
      assert.isAbove(failure.preemptions, 2)
    })
  )

  it.live("see what fibers do that are left when the program ends", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const count = yield* Ref.make(0)
        yield* Effect.forkChild(Ref.set(count, 1))
        yield* Effect.void
        if ((yield* Ref.get(count)) === 1) yield* Effect.die("it was faster")
      })
      assert.include((yield* failureOf(program, unbounded)).message, "it was faster")
    })
  )
})

describe("Interleave: a promise that is broken", () => {
  it.live("shows as a fiber that does something else with the same past", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        let turns = 0
        const done = yield* Ref.make(0)
        const taking = Effect.gen(function* () {
          const turn = yield* Effect.sync(() => turns++)
          yield* Effect.yieldNow
          if (turn === 0) yield* Ref.update(done, (n) => n + 1)
        })
        yield* Effect.all([taking, taking], { concurrency: "unbounded" })
      })
      const failure = yield* failureOf(program, unbounded)
      assert.strictEqual(failure.kind, "hidden state")
      assert.include(failure.message, "did something else")
      assert.isTrue((yield* Interleave.check(program, { strategy: "exhaustive" })).complete)
    })
  )
})
