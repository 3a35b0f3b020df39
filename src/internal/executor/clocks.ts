import * as Clock from "effect/Clock"
import * as Context from "effect/Context"

/** The clock that programs have unless they say otherwise. */
export const realClock: Clock.Clock = Context.get(Context.empty(), Clock.Clock)

// The runtime's own clock: a test that replaces it moves its program's time, and events tell what really goes on.
const { timeOrigin } = globalThis.performance
const sinceOrigin = globalThis.performance.now.bind(globalThis.performance)

// The time at which what is being received had come. A look at the clock takes longer than much of what is done with a reply.
let arrival: number | undefined = undefined

/** Takes the time for all that has come by now and is received next, until `endArrival`. Milliseconds, as `performance.now` has them. */
export const beginArrival = (): void => {
  arrival = sinceOrigin()
}

export const endArrival = (): void => {
  arrival = undefined
}

/** When what is being received had come; now, if nothing is. */
export const arrivalMillis = (): number => arrival ?? sinceOrigin()

const toMicros = (millis: number): number => Math.round((timeOrigin + millis) * 1000)

const realMicros = (): number => {
  const now = sinceOrigin()
  // Time does not go back: what is received next comes after what has been told of by now.
  if (arrival !== undefined) arrival = now
  return toMicros(now)
}

/** The clock of events: microseconds since 1970. */
export interface EventClock {
  readonly now: () => number
  /** When what is being received had come; now, if nothing is. */
  readonly arrival: () => number
}

// Monotonic, and to be compared with those of other threads and processes. They cost no `bigint`.
const realEventClock: EventClock = { now: realMicros, arrival: () => toMicros(arrivalMillis()) }

export const eventClock = (clock: Clock.Clock): EventClock => {
  if (clock === realClock) return realEventClock
  const now = () => Number(clock.currentTimeNanosUnsafe() / 1000n)
  return { now, arrival: now }
}
