import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import { TaskTimeoutError } from "../../../Errors.ts"

/** A worker did not become ready in time, and was given up. */
export class StartOverdue extends Data.TaggedError("StartOverdue")<{
  /** Milliseconds. */
  readonly limit: number
  /** The number of the last future that there was when it was started. Those that came later have waited for less long. */
  readonly lastTask: number
}> {
  /** The error of a task that waited for the worker. */
  toTimeout(task: string): TaskTimeoutError {
    return new TaskTimeoutError({ task, duration: Duration.millis(this.limit), phase: "starting", stuckAt: [] })
  }
}
