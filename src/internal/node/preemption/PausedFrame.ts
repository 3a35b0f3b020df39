/** A frame of a paused thread's stack. */
export interface PausedFrame {
  /** The id of the frame, for questions to the inspector. */
  readonly callFrameId: string
  readonly functionName: string
  readonly url: string
  /** The place in the source, counted from 0. */
  readonly location: { readonly lineNumber: number; readonly columnNumber?: number }
}

// The URL of this module, which a CommonJS bundle lacks. There no thread is started, and `make` says so before.
const here: string = (import.meta.url as string | undefined) ?? "file:///"

/** The folders of the code that a worker runs around its calls. */
const ownFolders = [
  new URL("../thread/", here).href,
  new URL("../process/", here).href,
  new URL("../../remote/host/WorkerLoop", here).href,
  new URL(".", here).href
]

/** The code of Node.js around callbacks. */
const bookkeeping = [
  "node:internal/timers",
  "node:internal/process/task_queues",
  "node:async_hooks",
  "node:internal/async_hooks"
]

const isIn = (frame: PausedFrame, folders: ReadonlyArray<string>): boolean =>
  folders.some((folder) => frame.url.startsWith(folder))

/** Code between two calls, or around a call. It ends at once. */
export const isOwnFrame = (frame: PausedFrame): boolean => isIn(frame, ownFolders)

/** Code of Node.js. If a task has called it, it must not be cut half way, because other tasks use the same timers, streams and lists. */
export const isNodeFrame = (frame: PausedFrame): boolean => frame.url.startsWith("node:")

/** Code of Node.js that also runs between a task's callbacks. */
export const isBookkeeping = (frame: PausedFrame): boolean => bookkeeping.includes(frame.url)

/** The files that call a task's code. */
const callers = [...ownFolders, new URL("../../remote/", here).href, new URL("../../task/", here).href]

/** Code of this library that calls a task's code. */
export const isCaller = (frame: PausedFrame): boolean => isIn(frame, callers)

/** Code of a task, or code that it calls, but neither code of Node.js nor code that V8 has made. */
export const isUserFrame = (frame: PausedFrame): boolean => frame.url !== "" && !isNodeFrame(frame)
