/**
 * When a task came to each of its phases, in microseconds of its executor's clock; `undefined` for a phase that it has not come to, or
 * that nobody was there to hear of. Made only where somebody listens.
 */
export class TaskTimes {
  /** The moment when the submission was asked for. */
  submitted: number | undefined
  /** The moment when the executor had capacity for it. */
  admitted: number | undefined
  /** The moment when it got its worker. */
  started: number | undefined = undefined
  /** The function of the task was called. */
  running: number | undefined = undefined
  /** The task was asked to stop, or its code has ended and its finalizers run. */
  cleaningUp: number | undefined = undefined
  ended: number | undefined = undefined
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

  constructor(submitted?: number) {
    this.submitted = submitted
    this.admitted = submitted
  }

  get phase(): "queued" | "starting" | "running" | "cleaningUp" {
    if (this.cleaningUp !== undefined) return "cleaningUp"
    if (this.running !== undefined) return "running"
    return this.started === undefined ? "queued" : "starting"
  }
}
