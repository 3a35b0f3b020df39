import { Fifo } from "./Fifo.ts"

/**
 * The queue of work that wakes other fibers.
 *
 * A future that settles wakes its joiners. A joiner may settle its own future at once, which wakes more joiners, and so on. With plain
 * calls, each link would add to the stack, and a chain of some thousand tasks would overflow it. So wake-ups go through here: inner calls
 * add jobs, and the outermost call runs them.
 */
const jobs = new Fifo<() => void>()
let active = false
// Counts the jobs, and the times when there were no more.
let step = 0

/** The number of the job that runs. The next one has the next number only if it comes at once. */
export const currentStep = (): number => step

/** Runs `job` after all earlier jobs, which is now if there are none. */
export const run = (job: () => void): void => {
  jobs.push(job)
  leave(enter())
}

/** Makes a change. Fibers that it wakes run after it, so no code sees half of it. */
export const change = (f: () => void): void => {
  const isOutermost = enter()
  try {
    f()
  } finally {
    leave(isOutermost)
  }
}

/** Begins a change, which `leave` ends. `change` does both, but needs a closure, and a task makes many changes. */
export const enter = (): boolean => {
  const isOutermost = !active
  active = true
  return isOutermost
}

/**
 * Reports an error that was thrown while a fiber was resumed or interrupted, such as by its observer. The error must neither get lost nor
 * get into the middle of a change.
 */
export const report = (error: unknown): void => {
  queueMicrotask(() => {
    throw error
  })
}

/** Takes the result of `enter`. */
export const leave = (isOutermost: boolean): void => {
  if (!isOutermost) return
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    step++
    try {
      job()
    } catch (error) {
      report(error)
    }
  }
  step++
  active = false
}
