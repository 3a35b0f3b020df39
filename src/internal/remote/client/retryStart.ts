import * as Effect from "effect/Effect"
import { sleepInRealTime } from "./realTime.ts"

const tries = 4
const firstPause = 50

/**
 * Tries again if a worker cannot be started, after twice the pause each time. Gives up after the fourth try, or if another one could not
 * help.
 */
export const retryStart = <A, E, R>(
  start: Effect.Effect<A, E, R>,
  isFinal: (error: E) => boolean
): Effect.Effect<A, E, R> => {
  const attempt = (left: number, pause: number): Effect.Effect<A, E, R> =>
    left === 1
      ? start
      : Effect.catch(start, (error) =>
          isFinal(error) ? Effect.fail(error) : Effect.andThen(sleepInRealTime(pause), attempt(left - 1, pause * 2))
        )
  return attempt(tries, firstPause)
}
