import type { PausedFrame } from "./PausedFrame.ts"

/**
 * A stack of so many frames is deep. V8 writes a kilobyte for each when it pauses, and the text goes through the program's thread: this many
 * hold that up for some ten milliseconds.
 */
const deepAt = 1000
/** For users. They are shown fewer, and some of these are not theirs. */
const kept = 100

const TrueError = Error

/** The innermost frames of this thread's stack below the caller, `null` if the stack is not deep. */
export const deepStack = (): ReadonlyArray<PausedFrame> | null => {
  const { prepareStackTrace, stackTraceLimit } = TrueError
  const holder: { stack?: unknown } = {}
  try {
    TrueError.stackTraceLimit = deepAt
    TrueError.prepareStackTrace = (_, sites) => (sites.length < deepAt ? null : sites.slice(0, kept).map(toFrame))
    TrueError.captureStackTrace(holder, deepStack)
    // `prepareStackTrace` is called when it is read.
    return holder.stack as ReadonlyArray<PausedFrame> | null
  } finally {
    TrueError.stackTraceLimit = stackTraceLimit
    TrueError.prepareStackTrace = prepareStackTrace
  }
}

const toFrame = (site: NodeJS.CallSite): PausedFrame => ({
  callFrameId: "",
  functionName: site.getFunctionName() ?? "",
  url: site.getFileName() ?? "",
  location: { lineNumber: (site.getLineNumber() ?? 1) - 1, columnNumber: (site.getColumnNumber() ?? 1) - 1 }
})
