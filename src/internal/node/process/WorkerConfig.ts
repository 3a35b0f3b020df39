/** The first message to a worker process. */
export interface WorkerConfig {
  readonly name: string
  readonly executor: string
  readonly concurrency: number
  /** How many bytes of memory it may have. */
  readonly maxMemory: number | undefined
  /** Whether there is a file of claims. */
  readonly hasClaims: boolean
  /** Whether the worker itself must watch for its parent's death. */
  readonly watchesParent: boolean
  /** How long a frame with a reply may be. */
  readonly maxFrameBytes: number
  /** The thread through which the parent inspects the process, if it may be cut: its file, and whether it starts at once. */
  readonly inspector: { readonly file: string; readonly atOnce: boolean } | undefined
  /** The URL of a `RunnerModule`. */
  readonly runner: string
  /** The file that the program was started with. */
  readonly main: string | undefined
}

/** The descriptors that a worker process has, besides the usual three. */
export const Fd = {
  calls: 3,
  replies: 4,
  claims: 5,
  /** Ends with the parent. */
  parent: 6,
  /** Messages of the inspector, both ways. It exists only if the process may be cut. */
  inspector: 7
} as const
