import type { WorkerEndReason } from "../../Executor.ts"

/** How a thread or a process came to its end. */
export interface WorkerEnd {
  readonly kind: WorkerEndReason
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** The end of what it wrote there. */
  readonly stderr: string
  /** What killed it, where that is known. */
  readonly error: unknown
}

/** Whether it was none that anybody has wanted. */
export const isCrash = ({ kind }: WorkerEnd): boolean => kind === "crashed" || kind === "unresponsive"

/** What killed it, as an error. */
export const errorOf = (end: WorkerEnd): unknown => {
  if (end.error !== undefined) return end.error
  if (end.signal !== undefined) return new Error(`it was killed by ${end.signal}`)
  return end.exitCode === undefined ? undefined : new Error(`it exited with code ${end.exitCode}`)
}
