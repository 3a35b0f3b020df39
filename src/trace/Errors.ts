/**
 * The errors of traces.
 *
 * @since 0.2.0
 */
import { describedError } from "../internal/describedError.ts"

/**
 * A trace cannot be written or read.
 *
 * **Details**
 *
 * `operation` is what should be done with `file`, and `reason` is why it failed: the folder does not exist, the disk is full, or the
 * file is not a trace.
 *
 * @since 0.2.0
 * @category errors
 */
export class TraceFileError extends describedError("TraceFileError")<{
  /** The path of the file, as it was given. */
  readonly file: string
  /** The attempt that failed. */
  readonly operation: "write" | "read"
  /** Why it failed, in words. */
  readonly reason: string
}>((e) => {
  return e.operation === "write"
    ? `The trace ${JSON.stringify(e.file)} cannot be written: ${e.reason}. Use a file in a folder that exists and that you may write to.`
    : `The trace ${JSON.stringify(e.file)} cannot be read: ${e.reason}. Use a file that Trace.record or Trace.flightRecorder wrote.`
}) {}
