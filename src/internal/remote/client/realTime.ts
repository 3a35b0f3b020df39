import * as Effect from "effect/Effect"
import { clearTimeout, setTimeout } from "../../timers.ts"

export type Timer = ReturnType<typeof setTimeout>

/** The longest time of a Node.js timer, which is 24.8 days. A longer one counts as one millisecond. */
const longest = 2 ** 31 - 1

/** `setTimeout` for limits. A limit that no timer can measure counts as no limit. */
export const after = (millis: number, f: () => void): Timer | undefined =>
  millis > longest ? undefined : setTimeout(f, millis)

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
