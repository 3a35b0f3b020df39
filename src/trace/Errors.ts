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
 * `operation` is what was to be done with `file`, and `reason` why it failed: the folder is not there, the disk is full, or the file is no
 * trace.
 *
 * @since 0.2.0
 * @category errors
 */
export class TraceFileError extends describedError("TraceFileError")<{
  readonly file: string
  readonly operation: "write" | "read"
  readonly reason: string
}>((e) => {
  return e.operation === "write"
    ? `The trace ${JSON.stringify(e.file)} cannot be written: ${e.reason}. Name a file in a folder that exists and that may be written to.`
    : `The trace ${JSON.stringify(e.file)} cannot be read: ${e.reason}. Name a file that Trace.record or Trace.flightRecorder has written.`
}) {}
