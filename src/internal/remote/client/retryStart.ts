import * as Effect from "effect/Effect"
import { clearTimeout, setTimeout } from "../../timers.ts"

const tries = 4
const firstPause = 50

/**
 * Tries again when a worker cannot be started, each time after twice the pause, and gives up after the fourth time, or at once
 * where another try would come to the same.
 *
 * On the real clock, whatever clock the executor lives by: so are threads and processes.
 */
export const retryStart = <A, E, R>(
  start: Effect.Effect<A, E, R>,
  isFinal: (error: E) => boolean
): Effect.Effect<A, E, R> => {
  const attempt = (left: number, pause: number): Effect.Effect<A, E, R> =>
    left === 1
      ? start
      : Effect.catch(start, (error) =>
          isFinal(error) ? Effect.fail(error) : Effect.andThen(pauseFor(pause), attempt(left - 1, pause * 2))
        )
  return attempt(tries, firstPause)
}

const pauseFor = (millis: number): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const timer = setTimeout(() => resume(Effect.void), millis)
    return Effect.sync(() => clearTimeout(timer))
  })
