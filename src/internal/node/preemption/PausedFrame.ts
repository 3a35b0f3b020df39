import type { StackFrame } from "../../../Errors.ts"

/** A frame of a paused thread's stack, as the inspector tells of it. */
export interface PausedFrame {
  readonly callFrameId: string
  readonly functionName: string
  readonly url: string
  /** Counted from 0. */
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber?: number }
}

// A CommonJS bundle has none. There no thread is started, and nothing throws before that is said.
const here: string = (import.meta.url as string | undefined) ?? "file:///"

/** Folders whose code a worker thread runs around its calls. */
const ownFolders = [new URL("../thread/", here).href, new URL(".", here).href]

/** Where Node.js keeps its books around callbacks. */
const bookkeeping = [
  "node:internal/timers",
  "node:internal/process/task_queues",
  "node:async_hooks",
  "node:internal/async_hooks"
]

const isOurs = (frame: PausedFrame): boolean => ownFolders.some((folder) => frame.url.startsWith(folder))

/** Code that is between two calls, or between a call and what goes with it. It will be over at once. */
export const isOwnFrame = (frame: PausedFrame): boolean => isOurs(frame) || bookkeeping.includes(frame.url)

/** Code of Node.js that the task has called. It must not be left half done, as others use the same timers, streams and lists. */
export const isNodeFrame = (frame: PausedFrame): boolean => frame.url.startsWith("node:") && !isOwnFrame(frame)

/** What calls a task's code. */
const callers = [...ownFolders, new URL("../../remote/", here).href, new URL("../../task/", here).href]

const isCaller = (frame: PausedFrame): boolean => callers.some((folder) => frame.url.startsWith(folder))

/** What users are shown: their code and what that called, innermost first. */
export const toStackFrames = (frames: ReadonlyArray<PausedFrame>): ReadonlyArray<StackFrame> => {
  const below = frames.findIndex(isCaller)
  return frames
    .slice(0, below < 0 ? frames.length : below)
    .filter((frame) => frame.url !== "" && !frame.url.startsWith("node:"))
    .map((frame) => ({
      functionName: frame.functionName === "" ? "(anonymous)" : frame.functionName,
      url: frame.url,
      line: frame.location.lineNumber + 1,
      column: (frame.location.columnNumber ?? 0) + 1
    }))
}
