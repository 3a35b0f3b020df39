import * as Clock from "effect/Clock"
import * as Context from "effect/Context"

/** The clock that programs have unless they say otherwise. */
export const realClock: Clock.Clock = Context.get(Context.empty(), Clock.Clock)
