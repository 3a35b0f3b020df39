import type { ResourceLimits } from "node:worker_threads"

export interface ThreadOptions {
  /** The number of the worker, from 1 for each executor. */
  readonly id: number
  /** The worker's name, for messages and debuggers. */
  readonly name: string
  /** The URL of a `RunnerModule`. */
  readonly runner: string
  /** How many calls it does at a time: 1 if it is not given. */
  readonly concurrency?: number | undefined
  /** How many bytes of memory it may have before it asks to be replaced. */
  readonly maxMemory?: number | undefined
  /** How long finalizers may take, in milliseconds. */
  readonly grace: number
  readonly preempt: "inspector" | "terminate"
  readonly resourceLimits?: ResourceLimits | undefined
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly execArgv?: ReadonlyArray<string> | undefined
  /** Gets the messages of the runner, in order, and before the end of their call. */
  readonly onMessage?: ((message: unknown) => void) | undefined
  /** Called at each start if there is no inspector. Then stuck calls cost their worker. */
  readonly onNoInspector?: ((reason: unknown) => void) | undefined
}
