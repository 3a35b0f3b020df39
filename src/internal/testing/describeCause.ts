import * as Cause from "effect/Cause"

// So many lines of a cause, the trace and the rest of a message fit on a screen of sixty lines.
const mostLines = 24

/** A cause for readers: without the stack of the scheduler, which says nothing. */
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
    // Some errors throw when they are read.
    return cause.reasons.map((reason) => reason._tag).join(", ")
  }
}
