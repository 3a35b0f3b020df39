import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Ref } from "effect"
import { Interleave } from "effect-futures/testing"
import { outcomes } from "./outcomes.ts"

type Guard = (self: Effect.Effect<void>, undo: Effect.Effect<void>) => Effect.Effect<unknown>

const guards: ReadonlyArray<readonly [name: string, guard: Guard]> = [
  ["ensuring", (self, undo) => Effect.ensuring(self, undo)],
  ["onExit", (self, undo) => Effect.onExit(self, () => undo)],
  ["onInterrupt", (self, undo) => Effect.onInterrupt(self, () => undo)],
  [
    "acquireUseRelease",
    (self, undo) =>
      Effect.acquireUseRelease(
        Effect.void,
        () => self,
        () => undo
      )
  ]
]

describe("Interleave: what the reduction leaves out", () => {
  it.live("hides no outcome of a small program", () =>
    Effect.gen(function* () {
      let all = 0
      let reduced = 0
      for (let seed = 1; seed <= 60; seed++) {
        const without = yield* outcomes(seed, 1, false)
        const within = yield* outcomes(seed, 1, true)
        assert.deepStrictEqual(within.seen, without.seen, `seed ${seed}`)
        assert.isAtMost(within.schedules, without.schedules, `seed ${seed}`)
        all += without.schedules
        reduced += within.schedules
      }
      assert.isBelow(reduced, all)
    })
  )

  /** What an interruption can come to that gets in anywhere between a change and what is to undo it. */
  const interrupted = (guard: Guard, reduction: boolean) =>
    Effect.gen(function* () {
      const seen = new Set<string>()
      const program = Effect.gen(function* () {
        const changes = yield* Ref.make(0)
        const change = Ref.update(changes, (n) => n + 1)
        const undo = Ref.update(changes, (n) => n - 1)
        const fiber = yield* Effect.forkChild(Effect.andThen(change, guard(Effect.yieldNow, undo)))
        yield* Fiber.interrupt(fiber)
        seen.add(String(yield* Ref.get(changes)))
      })
      assert.isTrue((yield* Interleave.check(program, { reduction })).complete)
      return Array.from(seen).toSorted()
    })

  it.live.each(guards)("shows an interruption that comes just before %s", ([_, guard]) =>
    Effect.gen(function* () {
      const outcomes = yield* interrupted(guard, true)
      assert.include(outcomes, "1")
      assert.deepStrictEqual(outcomes, yield* interrupted(guard, false))
    })
  )
})
