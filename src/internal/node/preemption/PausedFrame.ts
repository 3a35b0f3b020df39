/** A frame of a paused thread's stack. */
export interface PausedFrame {
  /** The id of the frame, for questions to the inspector. */
  readonly callFrameId: string
  readonly functionName: string
  readonly url: string
  /** The place in the source, counted from 0. */
  readonly location: { readonly lineNumber: number; readonly columnNumber?: number }
}

// A CommonJS bundle has none. There no thread is started, and nothing throws before that is said.
const here: string = (import.meta.url as string | undefined) ?? "file:///"

/** Folders whose code a worker thread runs around its calls. */
const ownFolders = [
  new URL("../thread/", here).href,
  new URL("../../remote/host/WorkerLoop", here).href,
  new URL(".", here).href
]

/** The code of Node.js around callbacks, which keeps its state. */
const bookkeeping = [
  "node:internal/timers",
  "node:internal/process/task_queues",
  "node:async_hooks",
  "node:internal/async_hooks"
]

const isIn = (frame: PausedFrame, folders: ReadonlyArray<string>): boolean =>
  folders.some((folder) => frame.url.startsWith(folder))

/** Code that is between two calls, or between a call and what goes with it. It will be over at once. */
export const isOwnFrame = (frame: PausedFrame): boolean => isIn(frame, ownFolders)

/** Code of Node.js. If a task has called it, it must not be left half done, as others use the same timers, streams and lists. */
export const isNodeFrame = (frame: PausedFrame): boolean => frame.url.startsWith("node:")

/** Code of Node.js that runs also between a task's callbacks. */
export const isBookkeeping = (frame: PausedFrame): boolean => bookkeeping.includes(frame.url)

/** The files that call a task's code. */
const callers = [...ownFolders, new URL("../../remote/", here).href, new URL("../../task/", here).href]

/** Code of this library that calls a task's code. */
export const isCaller = (frame: PausedFrame): boolean => isIn(frame, callers)

/** A task's own code, or what that has called: no code of Node.js, none that V8 made. */
export const isUserFrame = (frame: PausedFrame): boolean => frame.url !== "" && !isNodeFrame(frame)
