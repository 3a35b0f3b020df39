import { Fifo } from "./Fifo.ts"

/**
 * The queue of work that wakes other fibers.
 *
 * A future that settles wakes its joiners; a joiner may settle its own future at
 * once, which wakes its joiners, and so on. Done by plain calls that is one stack
 * frame set per link, and a chain of some thousand tasks overflows the stack. So
 * wake-ups go through here: the outermost call works off what the inner ones add.
 */
const jobs = new Fifo<() => void>()
let active = false

/** Runs `job` after all that was asked for before: now, if nothing was. */
export const run = (job: () => void): void => {
  jobs.push(job)
  leave(enter())
}

/**
 * Between this and `leave` changes are made, and what they wake runs after them, so that nobody sees half a change.
 * To be used with `try` and `finally`; a function to call would cost a closure for each task.
 */
export const enter = (): boolean => {
  const isOutermost = !active
  active = true
  return isOutermost
}

/**
 * For what is thrown where a fiber is resumed or interrupted: the fiber may have an observer that throws. That is
 * neither swallowed nor let into the middle of whatever change happens to be going on.
 */
export const report = (error: unknown): void => {
  queueMicrotask(() => {
    throw error
  })
}

/** Takes what `enter` gave. */
export const leave = (isOutermost: boolean): void => {
  if (!isOutermost) return
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    try {
      job()
    } catch (error) {
      report(error)
    }
  }
  active = false
}
