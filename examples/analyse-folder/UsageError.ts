import { Data, Runtime } from "effect"

/** The program was called with arguments that it does not understand, and has said so. */
export class UsageError extends Data.TaggedError("UsageError") {
  // Programs end with 2 by convention when their arguments are wrong, and with 1 for any other failure.
  override readonly [Runtime.errorExitCode] = 2
  override readonly [Runtime.errorReported] = false
}
