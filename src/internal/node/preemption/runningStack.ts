import type { PausedFrame } from "./PausedFrame.ts"

/**
 * The number of frames from which a stack is deep. When V8 pauses, it writes a kilobyte per frame, and the text goes through the program's
 * thread. So many frames block that for some ten milliseconds.
 */
export const deepAt = 1000

/** How many frames are kept. Some are not the task's, and users see fewer. */
const kept = 100

/** The stack of a thread that runs. */
export interface RunningStack {
  /** Some of the frames, innermost first. */
  readonly frames: ReadonlyArray<PausedFrame>
  /** The number of frames, or `deepAt` if there are more. */
  readonly count: number
}

const TrueError = Error

/** The thread's stack below the caller. `null` if it has fewer than `atLeast` frames. */
export const runningStack = (atLeast: number): RunningStack | null => {
  const { prepareStackTrace, stackTraceLimit } = TrueError
  const holder: { stack?: unknown } = {}
  try {
    TrueError.stackTraceLimit = deepAt
    TrueError.prepareStackTrace = (_, sites): RunningStack | null =>
      sites.length < atLeast ? null : { frames: sites.slice(0, kept).map(toFrame), count: sites.length }
    TrueError.captureStackTrace(holder, runningStack)
    // Reading `stack` calls `prepareStackTrace`.
    return holder.stack as RunningStack | null
  } finally {
    TrueError.stackTraceLimit = stackTraceLimit
    TrueError.prepareStackTrace = prepareStackTrace
  }
}

/** A thread's answer as a stack, or `null`. The answer is made among the task's objects, so a task with its own `Error` changes it. */
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
