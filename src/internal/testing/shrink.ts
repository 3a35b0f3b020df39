import type { Divergence } from "./Schedule.ts"
import type { Run } from "./Execution.ts"

// Enough for a schedule of some hundred choices, within a moment.
const mostTries = 300

/**
 * Removes divergences from a failing schedule: half of them, a quarter and so on, as long as it still fails (Zeller and Hildebrandt,
 * Simplifying and Isolating Failure-Inducing Input, 2002).
 */
export const shrink = async (
  run: Run,
  fails: (divergences: ReadonlyArray<Divergence>) => Promise<Run | undefined>
): Promise<Run> => {
  let best = run
  let tries = 0
  for (let size = best.divergences.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.divergences.length;) {
      if (++tries > mostTries) return best
      const without = best.divergences.toSpliced(at, size)
      const shorter = await fails(without)
      if (shorter !== undefined && shorter.divergences.length < best.divergences.length) best = shorter
      else at += size
    }
  }
  return best
}
