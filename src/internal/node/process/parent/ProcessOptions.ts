import type { Options } from "../../../../node/ProcessExecutor.ts"
import type { WorkerOptions } from "../../startWorker.ts"

/** The options of a worker process, some of them as users give them. */
export interface ProcessOptions
  extends
    WorkerOptions,
    Pick<Options, "env" | "inheritEnv" | "uid" | "gid" | "preempt" | "cwd" | "output" | "maxFrameBytes"> {
  /** The executor's name. */
  readonly executor: string
  /** `false` does without the file of claims, as if it could not be made. */
  readonly claims?: boolean | undefined
  /** `false` does without the watchdog, as if there was no shell. Then the worker watches with a thread. */
  readonly watchdog?: boolean | undefined
}
