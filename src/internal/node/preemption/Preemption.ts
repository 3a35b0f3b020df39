import type { StackFrame } from "../../../Errors.ts"
import type { Preempter } from "../../remote/client/Transport.ts"

/** Ends the JavaScript that runs in a worker thread, without ending the thread where that is possible. */
export interface Preemption extends Preempter {
  /** Gets the means to cut, which takes a while. Done by itself when a cut is wanted. */
  connect(): void
  /**
   * The task's code that runs in the thread, innermost first; empty if none does. `undefined` if the thread does not answer. It is asked as it
   * runs, and neither paused nor cut.
   */
  read(within: number): Promise<ReadonlyArray<StackFrame> | undefined>
  /** Terminates the thread. Whether it is paused or not, it ends. */
  end(): void
  /** Done when the thread has ended and nothing of this is left. */
  readonly closed: Promise<void>
}

export interface PreemptionOptions {
  /** `"terminate"`: the thread is never paused. */
  readonly mode: "inspector" | "terminate"
  /** Called once if the thread cannot be cut, and why. */
  readonly refused: (reason: unknown) => void
  /** Called when the thread is at its memory limit. A debugger that is enabled hides that from Node.js. */
  readonly outOfMemory: () => void
}

/** The part of `workerData` from which the thread makes its `Preemptible`. */
export type PreemptionData = Int32Array<SharedArrayBuffer> | undefined
