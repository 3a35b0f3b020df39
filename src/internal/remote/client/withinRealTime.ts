import * as Effect from "effect/Effect"
import { clearTimeout, setTimeout } from "../../timers.ts"

// A timer of Node.js that is set for longer rings at once.
const longestTimer = 2 ** 31 - 1

/**
 * Interrupts an effect that takes too long, and fails instead.
 *
 * On the real clock, whatever clock the executor lives by: so are threads and processes.
 */
export const withinRealTime = <A, E, R, E2>(
  effect: Effect.Effect<A, E, R>,
  millis: number,
  onOver: () => E2
): Effect.Effect<A, E | E2, R> => {
  if (millis > longestTimer) return effect
  const over = Effect.callback<never, E2>((resume) => {
    const timer = setTimeout(() => resume(Effect.fail(onOver())), millis)
    return Effect.sync(() => clearTimeout(timer))
  })
  return Effect.raceFirst(effect, over)
}
