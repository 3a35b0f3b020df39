import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { InvalidOptionsError } from "effect-futures"
import { Interleave } from "effect-futures/testing"
import { forgetful, locked } from "./fixtures/proofs.ts"
import { failureOf } from "./support.ts"

const cases: ReadonlyArray<readonly [name: string, program: Effect.Effect<void>, options: Interleave.Options]> = [
  ["a proof", locked, { strategy: "exhaustive" }],
  ["a proof that is cut short", locked, { strategy: "exhaustive", maxSchedules: 777 }],
  ["every failure, with its shortest schedule", forgetful, { strategy: "exhaustive" }],
  ["failures as far as they were tried", forgetful, { strategy: "exhaustive", maxSchedules: 300 }],
  ["a proof by delays", locked, { strategy: "delay", maxDelays: 2 }]
]

/** All of a report but its functions, with messages and traces of failures. */
const toData = (report: Interleave.Report): unknown => JSON.parse(JSON.stringify(report))

describe("Interleave with workers", () => {
  it.live.each(cases)("gives the same as without: %s", ([, program, options]) =>
    Effect.gen(function* () {
      const alone = yield* Interleave.explore(program, options)
      const together = yield* Interleave.explore(program, { ...options, workers: 2 })
      assert.deepStrictEqual(toData(together), toData(alone))
    })
  )

  it.live("fails with the same failure as without", () =>
    Effect.gen(function* () {
      const alone = yield* failureOf(forgetful, { strategy: "exhaustive" })
      const together = yield* failureOf(forgetful, { workers: 2 })
      assert.strictEqual(together.message, alone.message)
    })
  )

  it.live("refuses a program that threads cannot import", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Interleave.check(Effect.void, { workers: 2 }))
      assert.include(String(exit), "Interleave.exported")
    })
  )

  it.live("refuses strategies that draw", () =>
    Effect.gen(function* () {
      const defect = yield* Effect.catchDefect(
        Interleave.check(locked, { workers: 2, strategy: "pct" }),
        Effect.succeed
      )
      assert.instanceOf(defect, InvalidOptionsError)
    })
  )
})
