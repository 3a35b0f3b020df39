import type { StackFrame } from "../../../Errors.ts"
import type { Preempter } from "../../remote/client/Transport.ts"

/** Ends the JavaScript that runs in a worker thread, without ending the thread where that is possible. */
export interface Preemption extends Preempter {
  /** Prepares for cuts, which takes a while. A cut does this itself if it is needed. */
  connect(): void
  /**
   * Reads the task's code that runs in the thread, innermost first, without pausing the thread. Empty if no task runs, `undefined` if the
   * thread does not answer.
   */
  read(within: number): Promise<ReadonlyArray<StackFrame> | undefined>
  /** Terminates the thread, paused or not. */
  end(): void
  /** Settles when the thread has ended and everything of it is released. */
  readonly closed: Promise<void>
}

export interface PreemptionOptions {
  /** Called once with the reason if the worker cannot be cut. */
  readonly refused: (reason: unknown) => void
  /** Called when the worker reaches its memory limit, which an enabled debugger hides from Node.js. */
  readonly outOfMemory: () => void
}

/** The part of `workerData` from which the thread makes its `Preemptible`. */
export type PreemptionData = Int32Array<SharedArrayBuffer> | undefined
