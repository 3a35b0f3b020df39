import { clearInterval, performance, setInterval } from "../timers.ts"

/** The precision of the clock, in milliseconds. */
const tick = 20
/** The clock stops so many ticks after the last look. */
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
  // A timer of Node.js must not keep the program alive. In a browser it is a number.
  if (typeof timer === "object") timer.unref()
}

/**
 * The time to some twenty milliseconds, as a small integer: for what is noted of every task, and nearly never read. To ask the system takes
 * longer than all else that a submission does. It wraps around after 24 days.
 */
export const coarseNow = (): number => {
  idleTicks = 0
  if (timer === undefined) start()
  return now
}

/** How long ago that was, in milliseconds. */
export const coarseAge = (then: number): number => Math.max(0, ((performance.now() | 0) - then) | 0)
