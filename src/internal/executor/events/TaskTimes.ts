/** The time of a phase that the task has not reached, or that was not observed. */
export const unknown = -1

/** The time, if it is known. */
export const known = (time: number): number | undefined => (time === unknown ? undefined : time)

/** Times of tasks that have ended, kept to be used again. */
const spare: Array<TaskTimes> = []
const mostSpare = 256

/**
 * When a task reached each of its phases, in microseconds of its executor's clock, or `unknown`. Made only for observed tasks that are past
 * waiting, and used again after their end. So there are as many as running tasks. All times are numbers, so V8 writes them in place, and
 * makes no object for each.
 */
export class TaskTimes {
  /** The moment when `submit` was called. */
  submitted = unknown
  /** The moment when the executor had capacity for it. */
  admitted = unknown
  /** The moment when it got its worker. */
  started = unknown
  /** The function of the task was called. */
  running = unknown
  /** The task was asked to stop, or its code has ended and its finalizers run. */
  cleaningUp = unknown
  ended = unknown
  /** The worker that it began in, or was to begin in. 0 if it has had none. */
  worker = 0
  /** How many workers it has had. */
  attempt = 0
  /** The task in whose code it was submitted. */
  parent: number | undefined = undefined
  /** The task whose result it uses, in a pipeline. */
  after: number | undefined = undefined

  /** The key of a durable task: of the one that was submitted, and of the one that a machine's host runs for it. */
  durableKey: string | undefined = undefined

  static of(submitted: number): TaskTimes {
    const times = spare.pop() ?? new TaskTimes()
    times.submitted = times.admitted = submitted
    return times
  }

  /** Keeps the object for another task. */
  release(): void {
    if (spare.length >= mostSpare) return
    this.started = this.running = this.cleaningUp = this.ended = unknown
    this.worker = this.attempt = 0
    this.parent = this.after = this.durableKey = undefined
    spare.push(this)
  }

  get phase(): "queued" | "starting" | "running" | "cleaningUp" {
    if (this.cleaningUp !== unknown) return "cleaningUp"
    if (this.running !== unknown) return "running"
    return this.started === unknown ? "queued" : "starting"
  }
}
