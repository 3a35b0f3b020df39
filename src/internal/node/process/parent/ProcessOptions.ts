import type { WorkerOptions } from "../../startWorker.ts"

/** The options of a worker process. */
export interface ProcessOptions extends WorkerOptions {
  /** The executor's name. */
  readonly executor: string
  /** Added to the parent's environment. `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** `false` leaves out the parent's environment. */
  readonly inheritEnv?: boolean | undefined
  /** The user and the group that it runs as, instead of the parent's. */
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** With `"terminate"`, which is meant if it is not given, the process is never paused. */
  readonly preempt?: "inspector" | "terminate" | undefined
  readonly cwd?: string | undefined
  /** The place for its output: the parent's output, nothing, or yours. `"inherit"` if not given. */
  readonly output?: "inherit" | "ignore" | ((from: "stdout" | "stderr", text: string) => void) | undefined
  /** How large a frame with arguments or with a result may be. */
  readonly maxFrameBytes?: number | undefined
  /** `false` does without the file of claims, as if it could not be made. */
  readonly claims?: boolean | undefined
  /** `false` does without the watchdog, as if there was no shell. Then the worker watches with a thread. */
  readonly watchdog?: boolean | undefined
}
