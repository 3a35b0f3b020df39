import { isCurrentExpression } from "./questions.ts"
import type { PausedFrame } from "./PausedFrame.ts"

/** A repair is evaluated in a frame before the stack is cut. */
export interface Repair {
  readonly callFrameId: string
  readonly expression: string
}

// Around some callbacks Node.js notes, in JavaScript, which one runs, and takes that off afterwards. A cut stack does not get to
// that "afterwards", and then Node.js finds its notes corrupted and aborts the whole process. `setImmediate` would also lose
// all others that are due in the same turn. So what would come at the end of these functions is done by hand, in their frames.
// Should another version of Node.js have other names in them, that fails, and the thread is terminated instead.
//
// These functions also run microtasks, before they begin the next callback. Then the variable has still the ID of the last one, and there
// is nothing to be undone: V8 does not clear it.
const ifCurrent = (expression: string): string => `(${isCurrentExpression("asyncId")} && (${expression}))`
const endCallback = ifCurrent("emitAfter(asyncId)")
const endImmediate = ifCurrent("outstandingQueue.head = immediate._idleNext, emitAfter(asyncId)")
const expressions: ReadonlyArray<readonly [url: string, functionName: string, expression: string]> = [
  ["node:internal/timers", "processImmediate", endImmediate],
  ["node:internal/timers", "listOnTimeout", endCallback],
  ["node:internal/process/task_queues", "processTicksAndRejections", endCallback],
  ["node:async_hooks", "runInAsyncScope", endCallback]
]

/** Innermost first, as the notes are a stack as well. */
export const repairsFor = (frames: ReadonlyArray<PausedFrame>): ReadonlyArray<Repair> =>
  frames.flatMap((frame) => {
    const found = expressions.find(([url, name]) => url === frame.url && name === frame.functionName)
    return found === undefined ? [] : [{ callFrameId: frame.callFrameId, expression: found[2] }]
  })
