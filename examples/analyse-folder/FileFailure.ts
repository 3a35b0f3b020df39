import { type ByteSize, Data, Duration, type PlatformError, Predicate } from "effect"
import type {
  Executor,
  ExecutorShutdownError,
  QueueFullError,
  StackFrame,
  TaskCancelledError,
  TaskTimeoutError
} from "effect-futures"
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import { inBytes } from "./format.ts"

/** A file or folder that could not be analysed is reported and counted, and never the end of the program. */
export class FileFailure extends Data.TaggedError("FileFailure")<{
  readonly path: string
  /** The kind that the table counts by. */
  readonly kind: string
  readonly detail: string
}> {}

// The platform's own reasons are coarse: a loop of links and a folder instead of a file are both "BadResource".
const kinds: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "not found"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["ELOOP", "loop of links"],
  ["ENAMETOOLONG", "name too long"],
  ["EMFILE", "too many open files"],
  ["EIO", "input/output error"]
])

export const unreadable = (path: string, { reason }: PlatformError.PlatformError): FileFailure => {
  const code = Predicate.hasProperty(reason.cause, "code") ? reason.cause.code : reason._tag
  return new FileFailure({ path, kind: kinds.get(code) ?? "unreadable", detail: String(code) })
}

export const notAFile = (path: string, type: string): FileFailure =>
  new FileFailure({ path, kind: "no longer a file", detail: type })

export const tooLarge = (path: string, size: ByteSize.ByteSize): FileFailure =>
  new FileFailure({ path, kind: "too large", detail: inBytes(Number(size)) })

type RunError = Executor.Failure | TaskCancelledError | ExecutorShutdownError | QueueFullError

/** The failures of `Executor.run` that do not come from the task itself. */
const runKinds: Record<RunError["_tag"], string> = {
  TaskTimeoutError: "timed out",
  TaskCancelledError: "cancelled",
  TaskEncodingError: "cannot be sent to a worker",
  TaskModuleError: "cannot be loaded by a worker",
  WorkerCrashedError: "worker crashed",
  AttemptsExhaustedError: "out of attempts",
  UnknownTaskError: "unknown to the workers",
  ExecutorShutdownError: "executor shut down",
  QueueFullError: "queue full"
}

export const notAnalysed = (path: string, error: RunError): FileFailure => {
  const detail = error._tag === "TaskTimeoutError" ? whenAndWhere(error) : error.message
  return new FileFailure({ path, kind: runKinds[error._tag], detail })
}

const whenAndWhere = ({ duration, stuckAt }: TaskTimeoutError): string => {
  const when = `stopped after ${Duration.format(duration)}`
  // Frames of Node.js come first in the stack: the innermost frame of this program says more.
  const frame = stuckAt.find(({ url }) => url.startsWith("file:"))
  return frame === undefined ? when : `${when}, stuck in ${placeOf(frame)}`
}

const placeOf = ({ functionName, line, url }: StackFrame): string =>
  `${functionName} at ${relative("", fileURLToPath(url))}:${line}`
