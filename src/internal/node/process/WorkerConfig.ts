import type { CallReply } from "../../remote/Call.ts"
import type { Performer } from "../../remote/host/Performer.ts"

/** What a worker process is told first. */
export interface WorkerConfig {
  readonly id: number
  readonly name: string
  readonly executor: string
  readonly concurrency: number
  /** Whether there is a file of `Marks`. */
  readonly hasMarks: boolean
  /** Whether it has to watch for its parent's death by itself. */
  readonly watchesParent: boolean
  /** The URL of a `PerformerModule`. */
  readonly performer: string
  /** The file that the program was started with. */
  readonly main: string | undefined
}

/** What a performer has of the process that it is in. */
export interface WorkerHost {
  readonly id: number
  readonly name: string
  readonly executor: string
  /** Sends something to the parent's `onMessage`, at once: it may be the last thing that is heard from here. */
  readonly send: (message: unknown) => void
}

export interface HostedPerformer {
  readonly performer: Performer
  /** The reply in place of one that structured clone has refused. */
  readonly encodingFailure: (task: string, reason: unknown, reply: CallReply) => CallReply
}

/** A file that says what a worker process does with its calls. */
export interface PerformerModule {
  readonly startPerformer: (host: WorkerHost) => HostedPerformer | Promise<HostedPerformer>
}

/** The descriptors that a worker process has, besides the usual three. */
export const Fd = {
  calls: 3,
  replies: 4,
  marks: 5,
  /** Ends with the parent. */
  parent: 6
} as const
