import { Effect } from "effect"
import { Interleave } from "effect-futures/testing"
import type { RaceProgram } from "./index.ts"

/** The number of the first schedule that failed, or `Infinity` if none of so many did. */
export const firstBug = async (
  { program }: RaceProgram,
  strategy: Interleave.Strategy,
  seed: number,
  maxSchedules: number
): Promise<number> => {
  const report = await Effect.runPromise(
    Effect.catchTag(Interleave.check(program, { strategy, seed, maxSchedules }), "InterleaveFailure", Effect.succeed)
  )
  return "how" in report ? Number(/schedule (\d+)/.exec(report.how)?.[1]) : Infinity
}
