import type { PausedFrame } from "./PausedFrame.ts"

/**
 * A stack of so many frames is deep. V8 writes a kilobyte for each when it pauses, and the text goes through the program's thread: this many
 * hold that up for some ten milliseconds.
 */
export const deepAt = 1000

/** The number of frames that are kept. Users are shown fewer, and some of these are not theirs. */
const kept = 100

/** The stack of a thread that runs. */
export interface RunningStack {
  /** Innermost first, and not all of them. */
  readonly frames: ReadonlyArray<PausedFrame>
  /** The number of frames; `deepAt` if there are more. */
  readonly count: number
}

const TrueError = Error

/** The thread's stack below the caller, `null` if it has not `atLeast` so many frames. */
export const runningStack = (atLeast: number): RunningStack | null => {
  const { prepareStackTrace, stackTraceLimit } = TrueError
  const holder: { stack?: unknown } = {}
  try {
    TrueError.stackTraceLimit = deepAt
    TrueError.prepareStackTrace = (_, sites): RunningStack | null =>
      sites.length < atLeast ? null : { frames: sites.slice(0, kept).map(toFrame), count: sites.length }
    TrueError.captureStackTrace(holder, runningStack)
    // `prepareStackTrace` is called when it is read.
    return holder.stack as RunningStack | null
  } finally {
    TrueError.stackTraceLimit = stackTraceLimit
    TrueError.prepareStackTrace = prepareStackTrace
  }
}

/** A thread's answer as a stack, `null` if it is none. It is made among the task's objects: one that has an `Error` of its own changes it. */
export const runningStackFrom = (answer: unknown): RunningStack | null => {
  const { count, frames } = (answer ?? {}) as Partial<Record<keyof RunningStack, unknown>>
  return typeof count === "number" && Array.isArray(frames) && frames.every(isFrame) ? { count, frames } : null
}

const isFrame = (frame: unknown): frame is PausedFrame => {
  const { functionName, location, url } = (frame ?? {}) as Partial<Record<keyof PausedFrame, unknown>>
  const { lineNumber, columnNumber } = (location ?? {}) as Partial<Record<keyof PausedFrame["location"], unknown>>
  return (
    typeof functionName === "string" &&
    typeof url === "string" &&
    typeof lineNumber === "number" &&
    (columnNumber === undefined || typeof columnNumber === "number")
  )
}

const toFrame = (site: NodeJS.CallSite): PausedFrame => ({
  callFrameId: "",
  functionName: site.getFunctionName() ?? "",
  url: site.getFileName() ?? "",
  location: { lineNumber: (site.getLineNumber() ?? 1) - 1, columnNumber: (site.getColumnNumber() ?? 1) - 1 }
})
