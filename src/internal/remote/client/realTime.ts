import * as Effect from "effect/Effect"
import { after } from "../../after.ts"
import { clearTimeout } from "../../timers.ts"

// Workers are real, and so is the time that they take, whatever clock the executor has.

export const sleepInRealTime = (millis: number): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const timer = after(millis, () => resume(Effect.void))
    return Effect.sync(() => clearTimeout(timer))
  })

/** Interrupts an effect that takes too long, and fails instead. */
export const withinRealTime = <A, E, R, E2>(
  effect: Effect.Effect<A, E, R>,
  millis: number,
  onOver: () => E2
): Effect.Effect<A, E | E2, R> => {
  const over = Effect.flatMap(sleepInRealTime(millis), () => Effect.fail(onOver()))
  return Effect.raceFirst(effect, over)
}
