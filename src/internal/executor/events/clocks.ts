import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Scheduler from "effect/Scheduler"
import * as Tracer from "effect/Tracer"

/** The clock that programs have by default. */
export const realClock: Clock.Clock = Context.get(Context.empty(), Clock.Clock)

/** Monotonic time, because the wall clock may be set back or forth. The real clock has it without a `bigint` for each task. */
export const monotonicMillis = (clock: Clock.Clock): number =>
  clock === realClock ? performance.now() : Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

/**
 * The services for a fiber that only sleeps. The whole context would keep what the first task had, such as the services of a request, as
 * long as the fiber lives. The tracer may be that of `Interleave`, which decides when fibers go on.
 */
export const forSleeping = Context.pick(Clock.Clock, Scheduler.Scheduler, Tracer.Tracer)

// The runtime's own clock. A test that replaces the globals moves the time of its program, but events show the real time.
const { timeOrigin } = globalThis.performance
const sinceOrigin = globalThis.performance.now.bind(globalThis.performance)

// When the messages that are being read arrived. Reading the clock takes longer than most of the work on a reply.
let arrival: number | undefined = undefined

/** Takes one time for all messages that have arrived, which are read until `endArrival`. In milliseconds, like `performance.now`. */
export const beginArrival = (): void => {
  arrival = sinceOrigin()
}

export const endArrival = (): void => {
  arrival = undefined
}

/** When the message that is being read arrived. The present time, if no message is. */
export const arrivalMillis = (): number => arrival ?? sinceOrigin()

const toMicros = (millis: number): number => Math.round((timeOrigin + millis) * 1000)

const realMicros = (): number => {
  const now = sinceOrigin()
  // Time does not go back: the next message counts as arrived after the event that has just been made.
  if (arrival !== undefined) arrival = now
  return toMicros(now)
}

/** The clock of events: microseconds since 1970. */
export interface EventClock {
  readonly now: () => number
  /** When the message that is being read arrived. The present time, if no message is. */
  readonly arrival: () => number
}

// Monotonic time, comparable with that of other threads and processes, and without a `bigint`.
const realEventClock: EventClock = { now: realMicros, arrival: () => toMicros(arrivalMillis()) }

export const eventClock = (clock: Clock.Clock): EventClock => {
  if (clock === realClock) return realEventClock
  const now = () => Number(clock.currentTimeNanosUnsafe() / 1000n)
  return { now, arrival: now }
}
