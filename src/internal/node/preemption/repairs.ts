import { isCurrentExpression } from "./questions.ts"
import type { PausedFrame } from "./PausedFrame.ts"

/** Code that is evaluated in a frame before the stack is cut. */
export interface Repair {
  readonly callFrameId: string
  readonly expression: string
}

export const isRepair = (value: unknown): value is Repair => {
  const { callFrameId, expression } = Object(value) as Partial<Record<keyof Repair, unknown>>
  return typeof callFrameId === "string" && typeof expression === "string"
}

// Around some callbacks, Node.js records in JavaScript which one runs, and removes the record afterwards. A cut skips that removal. Then
// Node.js finds its records corrupted and aborts the whole process. `setImmediate` would also lose all other immediates of the same turn.
// So the ends of these functions are executed by hand, in their frames. If another version of Node.js uses other names, that fails, and the
// thread is terminated instead.
// These functions also run microtasks before the next callback. Then the variable still has the ID of the last callback, because V8 does
// not clear it, and there is nothing to undo.
const ifCurrent = (expression: string): string => `(${isCurrentExpression("asyncId")} && (${expression}))`
const endCallback = ifCurrent("emitAfter(asyncId)")
const endImmediate = ifCurrent("outstandingQueue.head = immediate._idleNext, emitAfter(asyncId)")
const expressions: ReadonlyArray<readonly [url: string, functionName: string, expression: string]> = [
  ["node:internal/timers", "processImmediate", endImmediate],
  ["node:internal/timers", "listOnTimeout", endCallback],
  ["node:internal/process/task_queues", "processTicksAndRejections", endCallback],
  ["node:async_hooks", "runInAsyncScope", endCallback]
]

/** Innermost first, because the records are a stack, too. */
export const repairsFor = (frames: ReadonlyArray<PausedFrame>): ReadonlyArray<Repair> =>
  frames.flatMap((frame) => {
    const found = expressions.find(([url, name]) => url === frame.url && name === frame.functionName)
    return found === undefined ? [] : [{ callFrameId: frame.callFrameId, expression: found[2] }]
  })
