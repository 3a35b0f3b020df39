import type { WorkerEndReason } from "../../../Executor.ts"

/** The exit of a thread or a process, and its last output. */
export interface WorkerExit {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** The end of its output. */
  readonly stderr: string
}

/** The exit of which nothing is known. */
export const unknownExit: WorkerExit = { exitCode: undefined, signal: undefined, stderr: "" }

/** How a thread or a process ended. `RemoteWorker` finds that out, and `TaskDispatcher.ended` deals with the tasks that the worker had. */
export interface WorkerEnd extends WorkerExit {
  readonly kind: WorkerEndReason
  /** The error that killed the worker, if that is known. */
  readonly error: unknown
}

/** Whether the worker died by itself or was silent, so that nothing had asked for its end. */
export const isCrash = (kind: WorkerEndReason): boolean => kind === "crashed" || kind === "unresponsive"

/** The reason of the end, as an error. */
export const errorOf = (end: WorkerEnd): unknown => {
  if (end.error !== undefined) return end.error
  if (end.signal !== undefined) return new Error(`it was killed by ${end.signal}`)
  return end.exitCode === undefined ? undefined : new Error(`it exited with code ${end.exitCode}`)
}
