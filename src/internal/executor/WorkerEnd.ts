import type { WorkerEndReason } from "../../Executor.ts"

/** How a thread or a process came to its end. */
export interface WorkerEnd {
  readonly kind: WorkerEndReason
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** The end of what it wrote there. */
  readonly stderr: string
  /** The error that killed the worker, where that is known. */
  readonly error: unknown
}

/** Whether nobody has wanted this end. */
export const isCrash = ({ kind }: WorkerEnd): boolean => kind === "crashed" || kind === "unresponsive"

/** The reason of the end, as an error. */
export const errorOf = (end: WorkerEnd): unknown => {
  if (end.error !== undefined) return end.error
  if (end.signal !== undefined) return new Error(`it was killed by ${end.signal}`)
  return end.exitCode === undefined ? undefined : new Error(`it exited with code ${end.exitCode}`)
}
