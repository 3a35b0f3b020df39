import type { Worker } from "node:worker_threads"
import type { Inspected } from "./InspectorPreemption.ts"
import type { InspectorHub } from "./InspectorHub.ts"
import type { PausedStack } from "./PausedStack.ts"
import type { SendGate } from "./SendGate.ts"
import type { WorkerInspector } from "./WorkerInspector.ts"

/** A worker thread, which is inspected through the hub for all threads. */
export class InspectedThread implements Inspected {
  /** Whether a cut was ever needed. Then later threads are attached to at once. */
  private static wasWanted = false
  /** The relay has to start. */
  readonly attachWithin = 5000
  private readonly hub: InspectorHub
  private readonly worker: Worker
  private readonly gate: SendGate

  constructor(hub: InspectorHub, worker: Worker, gate: SendGate) {
    this.hub = hub
    this.worker = worker
    this.gate = gate
  }

  register(paused: (stack: PausedStack) => void): WorkerInspector {
    const inspector = this.hub.register(this.worker.threadId, this.gate, paused)
    if (InspectedThread.wasWanted) this.hub.open()
    return inspector
  }

  connect(isWanted: boolean): void {
    if (isWanted) InspectedThread.wasWanted = true
    this.hub.open()
  }

  terminate(): void {
    void this.worker.terminate()
  }

  /** The session stays until the thread has really ended, because a thread that is paused in the meantime would never end. */
  closed(ended: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.worker.once("exit", () => {
        ended()
        void Promise.resolve(this.hub.release()).then(() => resolve())
      })
    })
  }
}
