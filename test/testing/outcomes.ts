import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { Interleave } from "effect-futures/testing"
import { randomProgram } from "./randomProgram.ts"

/** All that the program can come to within the bound, deadlocks among it. */
export const outcomes = (seed: number, maxPreemptions: number, reduction: boolean) =>
  Effect.gen(function* () {
    const seen = new Set<string>()
    const program = randomProgram(seed, (outcome) => seen.add(outcome))
    const report = yield* Interleave.explore(program, { maxPreemptions, reduction })
    assert.isTrue(report.complete, `seed ${seed}`)
    for (const failure of report.failures) seen.add(failure.kind)
    return { schedules: report.schedules, seen: Array.from(seen).toSorted() }
  })
