import { clearInterval, performance, setInterval } from "../../timers.ts"

/** The precision of the clock, in milliseconds. */
const tick = 20
/** The clock stops if it has not been read for so many ticks. */
const patience = 50

let now = 0
let timer: ReturnType<typeof setInterval> | undefined
let idleTicks = 0

const onTick = (): void => {
  now = performance.now() | 0
  if (++idleTicks < patience) return
  clearInterval(timer)
  timer = undefined
}

const start = (): void => {
  now = performance.now() | 0
  timer = setInterval(onTick, tick)
  // A timer of Node.js must not keep the program alive. In browsers a timer is a number.
  if (typeof timer === "object") timer.unref()
}

/**
 * The time to about twenty milliseconds, as a small integer, for a field that every task has and nearly nobody reads. Asking the system
 * would take longer than the rest of a submission. Wraps around after 24 days.
 */
export const coarseNow = (): number => {
  idleTicks = 0
  if (timer === undefined) start()
  return now
}

/** The age of such a time, in milliseconds. */
export const coarseAge = (then: number): number => Math.max(0, ((performance.now() | 0) - then) | 0)
