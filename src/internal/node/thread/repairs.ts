import type { PausedFrame } from "./PausedFrame.ts"

/** What is to be evaluated in a frame before the stack is cut. */
export interface Repair {
  readonly frame: PausedFrame
  readonly expression: string
}

// Around some callbacks Node.js notes, in JavaScript, which one runs, and takes that off afterwards. A cut stack does not get to
// that "afterwards", and then Node.js finds its notes corrupted and aborts the whole process. `setImmediate` would also lose
// all others that are due in the same turn. So what would come at the end of these functions is done by hand, in their frames.
// Should another version of Node.js have other names in them, that fails, and the thread is terminated instead.
const expressions: ReadonlyArray<readonly [url: string, functionName: string, expression: string]> = [
  ["node:internal/timers", "processImmediate", "(outstandingQueue.head = immediate._idleNext, emitAfter(asyncId))"],
  ["node:internal/timers", "listOnTimeout", "emitAfter(asyncId)"],
  ["node:internal/process/task_queues", "processTicksAndRejections", "emitAfter(asyncId)"],
  ["node:async_hooks", "runInAsyncScope", "emitAfter(asyncId)"]
]

/** Innermost first, as the notes are a stack as well. */
export const repairsFor = (frames: ReadonlyArray<PausedFrame>): ReadonlyArray<Repair> =>
  frames.flatMap((frame) => {
    const found = expressions.find(([url, name]) => url === frame.url && name === frame.functionName)
    return found === undefined ? [] : [{ frame, expression: found[2] }]
  })
