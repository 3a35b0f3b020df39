import type { Worker } from "node:worker_threads"
import type { StackFrame } from "../../../Errors.ts"
import { cutsOn } from "./cutVersions.ts"
import { InspectorHub } from "./InspectorHub.ts"
import { InspectorPreemption } from "./InspectorPreemption.ts"
import { makeGate } from "./SendGate.ts"

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

/**
 * Starts a worker thread that can be preempted. `start` makes the thread, and throws if it cannot.
 */
export const startPreempted = (
  options: PreemptionOptions,
  start: (data: PreemptionData) => Worker
): { readonly worker: Worker; readonly preemption: Preemption } => {
  const hub = options.mode === "terminate" ? undefined : acquireHub(options.refused)
  if (hub === undefined) {
    const worker = start(undefined)
    return { worker, preemption: new NoPreemption(worker) }
  }
  const gate = makeGate()
  const cuts = cutsOn(process.versions.node)
  try {
    const worker = start(gate.words)
    if (!cuts) options.refused(new Error(`this has not been tested on Node.js ${process.versions.node}`))
    return { worker, preemption: new InspectorPreemption(hub, worker, gate, options, cuts) }
  } catch (error) {
    void hub.release()
    throw error
  }
}

const acquireHub = (refused: (reason: unknown) => void): InspectorHub | undefined => {
  try {
    return InspectorHub.acquire()
  } catch (reason) {
    refused(reason)
    return undefined
  }
}

/** Terminates the thread, as the only way to stop what runs there. */
class NoPreemption implements Preemption {
  readonly closed: Promise<void>
  private readonly worker: Worker

  constructor(worker: Worker) {
    this.worker = worker
    this.closed = new Promise((resolve) => worker.once("exit", () => resolve()))
  }

  connect(): void {}

  prepare(): void {}

  async cut(): Promise<CutResult> {
    return { _tag: "Impossible", stuckAt: [] }
  }

  async read(): Promise<undefined> {}

  look(): void {}

  end(): void {
    void this.worker.terminate()
  }
}
