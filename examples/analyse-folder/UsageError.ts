import { Data, Runtime } from "effect"

/** The program was called with arguments that it does not understand, and has said so. */
export class UsageError extends Data.TaggedError("UsageError") {
  // What programs do by convention; a failure of any other kind is 1.
  override readonly [Runtime.errorExitCode] = 2
  override readonly [Runtime.errorReported] = false
}
