import type { StackFrame } from "../../../Errors.ts"

/** Ends the JavaScript that runs in a worker thread, without ending the thread where that is possible. */
export interface Preemption {
  /** Gets the means to cut, which takes a while. Done by itself when a cut is wanted. */
  connect(): void
  /** Whether a cut is likely to come: it is faster then, and what the thread does meanwhile is slower. */
  prepare(on: boolean): void
  /** Only one at a time. */
  cut(request: CutRequest): Promise<CutResult>
  /**
   * The task's code that runs in the thread, innermost first; empty if none does. `undefined` if the thread does not answer. It is asked as it
   * runs, and neither paused nor cut.
   */
  read(within: number): Promise<ReadonlyArray<StackFrame> | undefined>
  /** A call has ended. A cut that is under way looks now whether it is still needed. */
  look(): void
  /** Terminates the thread. Whether it is paused or not, it ends. */
  end(): void
  /** Done when the thread has ended and nothing of this is left. */
  readonly closed: Promise<void>
}

export interface CutRequest {
  /** Asked while the thread is paused: whether the call still has to be stopped. */
  readonly isNeeded: () => boolean
  /** Whether the worker's event loop has answered since it was asked. */
  readonly isIdle: boolean
  /** The number of the call whose code is to be on the stack. */
  readonly target: number
}

/** What came of a try to cut. */
export type CutResult =
  /** The call has ended, or went on in good order, so nothing was done. */
  | { readonly _tag: "Unneeded" }
  | { readonly _tag: "Cut"; readonly stuckAt: ReadonlyArray<StackFrame> }
  /** The thread has to go. */
  | { readonly _tag: "Impossible"; readonly stuckAt: ReadonlyArray<StackFrame> }

export interface PreemptionOptions {
  /** `"terminate"`: the thread is never paused. */
  readonly mode: "inspector" | "terminate"
  /** Called once if the thread cannot be cut, and why. */
  readonly refused: (reason: unknown) => void
  /** Called when the thread is at its memory limit. A debugger that is enabled hides that from Node.js. */
  readonly outOfMemory: () => void
}

/** What the thread needs to make its `Preemptible`. It is part of `workerData`. */
export type PreemptionData = Int32Array<SharedArrayBuffer> | undefined
