import * as Cause from "effect/Cause"

// A cause of so many lines, the trace and the rest of a message fit a screen of sixty lines.
const mostLines = 24

/** A cause as a reader wants it: without the stacks of the scheduler, which say nothing. */
export const describeCause = (cause: Cause.Cause<unknown>): string => {
  const lines = textOf(cause).split("\n")
  if (lines.length <= mostLines) return lines.join("\n")
  return [...lines.slice(0, mostLines - 1), `  (${lines.length - mostLines + 1} lines left out)`].join("\n")
}

const textOf = (cause: Cause.Cause<unknown>): string => {
  try {
    return Cause.prettyErrors(cause)
      .map((error) => `${error.name}: ${error.message}`)
      .join("\n")
  } catch {
    // The error throws when it is looked at.
    return cause.reasons.map((reason) => reason._tag).join(", ")
  }
}
