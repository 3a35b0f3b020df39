import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import { TaskTimeoutError } from "../../../Errors.ts"

/** A worker was not ready in time, and was given up. */
export class StartOverdue extends Data.TaggedError("StartOverdue")<{
  /** Milliseconds. */
  readonly limit: number
  /** The number of the last future at the time of the start. Later ones have not waited as long. */
  readonly lastTask: number
}> {
  /** The error of a task that waited for the worker. */
  toTimeout(task: string): TaskTimeoutError {
    return new TaskTimeoutError({ task, duration: Duration.millis(this.limit), phase: "starting", stuckAt: [] })
  }
}
