/** The time of a phase that a task has not come to, or that nobody was there to hear of. */
export const unknown = -1

/** The time, if it is known. */
export const known = (time: number): number | undefined => (time === unknown ? undefined : time)

/** Times whose tasks have ended, as many as are kept for others. */
const spare: Array<TaskTimes> = []
const mostSpare = 256

/**
 * When a task came to each of its phases, in microseconds of its executor's clock, or `unknown`. Made only where somebody listens, for
 * tasks that have come further than to wait; and used again when a task has ended: there are as many as run, and not as many as there
 * are tasks. All times are numbers, so that V8 writes them in their places, and makes no object for each.
 */
export class TaskTimes {
  /** The moment when the submission was asked for. */
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
  /** The worker that it has begun in, or was to begin in; 0 if it has had none. */
  worker = 0
  /** How many workers it has been given. */
  attempt = 0
  /** The task in whose code it was submitted. */
  parent: number | undefined = undefined
  /** The task whose result it was made of, in a pipeline. */
  after: number | undefined = undefined

  /** The key of a durable task: of the one that was submitted, and of the one that a machine's executor runs for it. */
  durableKey: string | undefined = undefined

  static of(submitted: number): TaskTimes {
    const times = spare.pop() ?? new TaskTimes()
    times.submitted = times.admitted = submitted
    return times
  }

  /** Nobody needs them any more. */
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
