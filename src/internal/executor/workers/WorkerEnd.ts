import type { WorkerEndReason } from "../../../Executor.ts"

/** How a thread or a process ended. `RemoteWorker` finds that out, and `TaskDispatcher.ended` deals with the tasks that the worker had. */
export interface WorkerEnd {
  readonly kind: WorkerEndReason
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** The end of its output. */
  readonly stderr: string
  /** The error that killed the worker, if that is known. */
  readonly error: unknown
}

/** The facts about an end of which nothing else is known. */
export const unknownEnd = { exitCode: undefined, signal: undefined, stderr: "" } as const

/** Whether the worker died by itself or was silent, so that nothing had asked for its end. */
export const isCrash = (kind: WorkerEndReason): boolean => kind === "crashed" || kind === "unresponsive"

/** The reason of the end, as an error. */
export const errorOf = (end: WorkerEnd): unknown => {
  if (end.error !== undefined) return end.error
  if (end.signal !== undefined) return new Error(`it was killed by ${end.signal}`)
  return end.exitCode === undefined ? undefined : new Error(`it exited with code ${end.exitCode}`)
}
