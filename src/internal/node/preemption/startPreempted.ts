import type { Worker } from "node:worker_threads"
import { InspectedThread } from "./InspectedThread.ts"
import { InspectorHub } from "./InspectorHub.ts"
import { InspectorPreemption } from "./InspectorPreemption.ts"
import type { CutResult } from "../../remote/client/Transport.ts"
import type { Preemption, PreemptionData, PreemptionOptions } from "./Preemption.ts"
import { makeGate } from "./SendGate.ts"

/**
 * Starts a worker thread that can be preempted. `start` makes the thread, and throws if it cannot.
 */
export const startPreempted = (
  mode: "inspector" | "terminate",
  options: PreemptionOptions,
  start: (data: PreemptionData) => Worker
): { readonly worker: Worker; readonly preemption: Preemption } => {
  const hub = mode === "terminate" ? undefined : acquireHub(options.refused)
  if (hub === undefined) {
    const worker = start(undefined)
    return { worker, preemption: new NoPreemption(worker) }
  }
  const gate = makeGate()
  try {
    const worker = start(gate.words)
    return { worker, preemption: new InspectorPreemption(new InspectedThread(hub, worker, gate), options) }
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

/** Terminates the thread, which is the only way to stop code there. */
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
