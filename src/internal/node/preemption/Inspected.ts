import type { PausedStack } from "./PausedStack.ts"
import type { WorkerInspector } from "./WorkerInspector.ts"

/** The worker whose JavaScript is cut: a thread, or the main thread of a process. */
export interface Inspected {
  /** How long attaching may take, in milliseconds. */
  readonly attachWithin: number
  /** Makes the inspector. `paused` is called when the JavaScript is paused, on request or not. */
  register(paused: (stack: PausedStack) => void): WorkerInspector
  /** Attaches. With `isWanted`, a cut is likely. */
  connect(isWanted: boolean): void
  /** Ends all of the worker. */
  terminate(): void
  /** Calls `ended` when the worker has ended. Settles when everything is released then. */
  closed(ended: () => void): Promise<void>
}
