import type { StackFrame } from "../../../Errors.ts"
import { isBookkeeping, isCaller, isNodeFrame, isOwnFrame, isUserFrame, type PausedFrame } from "./PausedFrame.ts"
import { isRepair, type Repair, repairsFor } from "./repairs.ts"

/** How many frames users see. A recursion may have a hundred thousand. */
export const maxShown = 50

/** The part of a paused thread's stack that a cut needs. The relay reads the stack, so a deep one never reaches the program's thread. */
export interface PausedStack {
  /** Why V8 has paused the thread, in V8's words. */
  readonly reason: string
  /** The innermost frame, for questions to the inspector. */
  readonly top: string
  /** Whose code runs: the worker's own, a function of Node.js that a task has called, or the task's. */
  readonly place: "own" | "node" | "task"
  /** The task's code and the code that it called, innermost first. */
  readonly stuckAt: ReadonlyArray<StackFrame>
  /** The repairs before the cut, in this order. */
  readonly repairs: ReadonlyArray<Repair>
}

/** Whether a value that comes from a process is such a stack. */
export const isPausedStack = (value: unknown): value is PausedStack => {
  const { place, reason, repairs, stuckAt, top } = Object(value) as Partial<Record<keyof PausedStack, unknown>>
  return (
    typeof reason === "string" &&
    typeof top === "string" &&
    (place === "own" || place === "node" || place === "task") &&
    Array.isArray(stuckAt) &&
    stuckAt.every(isStackFrame) &&
    Array.isArray(repairs) &&
    repairs.every(isRepair)
  )
}

const isStackFrame = (value: unknown): value is StackFrame => {
  const { column, functionName, line, url } = Object(value) as Partial<Record<keyof StackFrame, unknown>>
  return (
    typeof functionName === "string" &&
    typeof url === "string" &&
    typeof line === "number" &&
    typeof column === "number"
  )
}

export const readStack = (reason: string, frames: ReadonlyArray<PausedFrame>): PausedStack => {
  const top = frames[0]!
  const stuckAt = toStackFrames(frames)
  const isOwn = isOwnFrame(top) || (isBookkeeping(top) && stuckAt.length === 0)
  return {
    reason,
    top: top.callFrameId,
    place: isOwn ? "own" : isNodeFrame(top) ? "node" : "task",
    stuckAt,
    repairs: repairsFor(frames)
  }
}

/**
 * The part of a stack that users see: the code of the task and the code that it called, innermost first, and how much was left out.
 * `isWhole` is `false` if `frames` has only the innermost ones.
 */
export const toStackFrames = (frames: ReadonlyArray<PausedFrame>, isWhole = true): ReadonlyArray<StackFrame> => {
  const below = frames.findIndex(isCaller)
  const all = frames.slice(0, below < 0 ? frames.length : below).filter(isUserFrame)
  if (all.length <= maxShown && (isWhole || below >= 0)) return all.map(toStackFrame)
  const shown = all.slice(0, maxShown - 1)
  return [...shown.map(toStackFrame), leftOut(isWhole || below >= 0 ? all.length - shown.length : undefined)]
}

const toStackFrame = (frame: PausedFrame): StackFrame => ({
  functionName: frame.functionName === "" ? "(anonymous)" : frame.functionName,
  url: frame.url,
  line: frame.location.lineNumber + 1,
  column: (frame.location.columnNumber ?? 0) + 1
})

const leftOut = (count: number | undefined): StackFrame => ({
  functionName: count === undefined ? "(more)" : `(${count} more)`,
  url: "",
  line: 0,
  column: 0
})
