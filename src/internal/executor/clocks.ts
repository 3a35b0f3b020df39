import * as Clock from "effect/Clock"
import * as Context from "effect/Context"

/** The clock that programs have unless they say otherwise. */
export const realClock: Clock.Clock = Context.get(Context.empty(), Clock.Clock)

// The runtime's own clock: a test that replaces it moves its program's time, and events tell what really goes on.
const { timeOrigin } = globalThis.performance
const sinceOrigin = globalThis.performance.now.bind(globalThis.performance)

const realMicros = (): number => Math.round((timeOrigin + sinceOrigin()) * 1000)

/**
 * The clock of events: microseconds since 1970.
 *
 * The real clock's are monotonic, and compare with those of other threads and processes. They cost no `bigint`.
 */
export const eventClock = (clock: Clock.Clock): (() => number) =>
  clock === realClock ? realMicros : () => Number(clock.currentTimeNanosUnsafe() / 1000n)
