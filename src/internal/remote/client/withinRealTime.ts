import * as Effect from "effect/Effect"
import { after } from "../../after.ts"
import { clearTimeout } from "../../timers.ts"

/**
 * Interrupts an effect that takes too long, and fails instead. The limit is real time, as the workers are real, whatever clock the executor
 * has.
 */
export const withinRealTime = <A, E, R, E2>(
  effect: Effect.Effect<A, E, R>,
  millis: number,
  onOver: () => E2
): Effect.Effect<A, E | E2, R> => {
  const over = Effect.callback<never, E2>((resume) => {
    const timer = after(millis, () => resume(Effect.fail(onOver())))
    return Effect.sync(() => clearTimeout(timer))
  })
  return Effect.raceFirst(effect, over)
}
