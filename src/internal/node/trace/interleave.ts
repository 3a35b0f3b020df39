import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import type { InterleaveFailure } from "../../../testing/Errors.ts"
import { TraceFileError } from "../../../trace/Errors.ts"
import { nonEmptyString, optionsObject } from "../../options.ts"
import { interleaveTrace } from "../../trace/interleaveTrace.ts"
import { messageOf } from "../../show.ts"

/** `Trace.interleave`. */
export const interleave = (
  failure: InterleaveFailure,
  options: { readonly file: string }
): Effect.Effect<string, TraceFileError> =>
  Effect.suspend(() => {
    const file = nonEmptyString("file", optionsObject(options).file)
    return Effect.try({
      try: () => {
        writeFileSync(file, interleaveTrace(failure))
        return file
      },
      catch: (error) => new TraceFileError({ file, operation: "write", reason: messageOf(error) })
    })
  })
