import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { realClock } from "../../executor/events/clocks.ts"

/** Runs an effect on the real clock, because the clock of the database goes on even if that of a test stands still. */
export const inRealTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, Clock.Clock, realClock)

/** Repeats an effect with such a pause, in milliseconds, as long as the scope is open. A failure does not end that. */
export const every = <E>(millis: number, effect: Effect.Effect<void, E>): Effect.Effect<unknown, never, Scope.Scope> =>
  Effect.forkScoped(
    Effect.interruptible(inRealTime(Effect.forever(Effect.andThen(Effect.sleep(millis), Effect.ignore(effect)))))
  )
