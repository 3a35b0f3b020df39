import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { realClock } from "../../executor/clocks.ts"

/** Runs an effect on the real clock, because the clock of the database goes on even if that of a test stands still. */
export const inRealTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(effect, Clock.Clock, realClock)
