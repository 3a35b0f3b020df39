import { assert, describe, it } from "vitest"
import type { PausedFrame } from "../../../src/internal/node/preemption/PausedFrame.ts"
import { isCurrentExpression } from "../../../src/internal/node/preemption/questions.ts"
import { repairsFor } from "../../../src/internal/node/preemption/repairs.ts"

const frame = (url: string, functionName: string, callFrameId: string): PausedFrame => ({
  url,
  functionName,
  callFrameId,
  location: { lineNumber: 0 }
})

const task = frame("file:///app/task.ts", "spin", "task")
const immediate = frame("node:internal/timers", "processImmediate", "immediate")
const timers = frame("node:internal/timers", "listOnTimeout", "timers")
const ticks = frame("node:internal/process/task_queues", "processTicksAndRejections", "ticks")
const resource = frame("node:async_hooks", "runInAsyncScope", "resource")

const idsOf = (...frames: ReadonlyArray<PausedFrame>) => repairsFor(frames).map(({ callFrameId }) => callFrameId)

describe("what is repaired before a stack is cut", () => {
  it("is nothing in a task's own frames", () => {
    assert.deepStrictEqual(idsOf(task), [])
  })

  it("is nothing in other functions of the same files, nor in functions of the same names elsewhere", () => {
    const other = frame("node:internal/timers", "processTimers", "other")
    const alike = frame("file:///app/task.ts", "listOnTimeout", "alike")
    assert.deepStrictEqual(idsOf(task, other, alike), [])
  })

  it("is each of the callbacks that Node.js has noted", () => {
    for (const each of [immediate, timers, ticks, resource])
      assert.deepStrictEqual(idsOf(task, each), [each.callFrameId])
  })

  it("is done for the innermost first, as they were noted one on the other", () => {
    assert.deepStrictEqual(idsOf(task, resource, ticks, timers), ["resource", "ticks", "timers"])
  })

  it("is done only where the callback that is noted is the one that runs", () => {
    for (const { expression } of repairsFor([immediate, timers, ticks, resource])) {
      assert.include(expression, isCurrentExpression("asyncId"))
      assert.match(expression, /&& \(.*emitAfter\(asyncId\)\)/)
    }
  })

  it("leaves those immediates in the line that are due in the same turn", () => {
    const [repair] = repairsFor([immediate])
    assert.include(repair!.expression, "outstandingQueue.head = immediate._idleNext")
    assert.notInclude(repairsFor([timers])[0]!.expression, "outstandingQueue")
  })
})
