/** The options of a worker process. */
export interface ProcessOptions {
  /** The number of the worker, from 1 for each executor. */
  readonly id: number
  readonly name: string
  /** The executor's name. */
  readonly executor: string
  /** How many calls go on at a time; 1 if not given. */
  readonly concurrency?: number | undefined
  /** How many bytes of memory it may have before it asks to be replaced. */
  readonly maxMemory?: number | undefined
  /** How long finalizers may take, in milliseconds. */
  readonly grace: number
  /** Added to the parent's environment. `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** `false` leaves out the parent's environment. */
  readonly inheritEnv?: boolean | undefined
  /** The user and the group that it runs as, instead of the parent's. */
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** With `"terminate"`, which is meant if it is not given, the process is never paused. */
  readonly preempt?: "inspector" | "terminate" | undefined
  /** The flags for Node.js, instead of the parent's. */
  readonly execArgv?: ReadonlyArray<string> | undefined
  readonly cwd?: string | undefined
  /** The place for its output: the parent's output, nothing, or yours. `"inherit"` if not given. */
  readonly output?: "inherit" | "ignore" | ((from: "stdout" | "stderr", text: string) => void) | undefined
  /** How large a frame with arguments or with a result may be. */
  readonly maxFrameBytes?: number | undefined
  /** Gets the telemetry of tasks. */
  readonly onMessage?: ((message: unknown) => void) | undefined
  /** Called at each start if there is no inspector. Then stuck calls cost their worker. */
  readonly onNoInspector?: ((reason: unknown) => void) | undefined
  /** The URL of a `RunnerModule`. */
  readonly runner: string
  /** `false` does without the file of claims, as if it could not be made. */
  readonly claims?: boolean | undefined
  /** `false` does without the watchdog, as if there was no shell. Then the worker watches with a thread. */
  readonly watchdog?: boolean | undefined
}
