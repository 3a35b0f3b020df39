import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Ref } from "effect"
import { Interleave } from "effect-futures/testing"
import { randomProgram } from "./randomProgram.ts"

/** All that the program can come to within the bound, deadlocks among it. */
const outcomes = (seed: number, maxPreemptions: number, reduction: boolean) =>
  Effect.gen(function* () {
    const seen = new Set<string>()
    const program = randomProgram(seed, (outcome) => seen.add(outcome))
    const report = yield* Interleave.explore(program, { maxPreemptions, reduction })
    assert.isTrue(report.complete, `seed ${seed}`)
    for (const failure of report.failures) seen.add(failure.kind)
    return { schedules: report.schedules, seen: Array.from(seen).toSorted() }
  })

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

  it.live("hides none with two preemptions", () =>
    Effect.gen(function* () {
      for (let seed = 101; seed <= 112; seed++) {
        const without = yield* outcomes(seed, 2, false)
        const within = yield* outcomes(seed, 2, true)
        assert.deepStrictEqual(within.seen, without.seen, `seed ${seed}`)
      }
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
