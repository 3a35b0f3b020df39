import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { Interleave, type InterleaveFailure } from "effect-futures/testing"

/**
 * Fails if there is a schedule within the bound in which the program fails, if not all of them have been tried, or if none of them has
 * reached a mark of what the proof is for.
 */
export const prove = async (
  program: Effect.Effect<unknown, unknown>,
  options: Interleave.Options,
  ...marks: ReadonlyArray<string>
): Promise<Interleave.Report> => {
  const report = await Effect.runPromise(
    Interleave.check(program, { strategy: "exhaustive", requireReached: marks, ...options })
  )
  assert.isTrue(report.complete, `${report.schedules} schedules are not all that there are`)
  return report
}

/** The failures of a program that is known to be broken. */
export const find = async (
  program: Effect.Effect<unknown, unknown>,
  options: Interleave.Options
): Promise<ReadonlyArray<InterleaveFailure>> => {
  const { failures } = await Effect.runPromise(Interleave.explore(program, options))
  assert.isAbove(failures.length, 0, "no schedule fails any more")
  return failures
}

/** What happens in it, as lines of fiber and source. */
export const linesOf = ({ trace }: InterleaveFailure): ReadonlyArray<string> =>
  trace.map(({ fiber, what }) => `${fiber}: ${what}`)
