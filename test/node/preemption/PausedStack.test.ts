import { assert, describe, it } from "vitest"
import type { PausedFrame } from "../../../src/internal/node/preemption/PausedFrame.ts"
import { maxShown, readStack } from "../../../src/internal/node/preemption/PausedStack.ts"

const library = new URL("../../../src/internal/", import.meta.url).href
const url = "file:///app/task.ts"

let lastId = 0
const frame = (url: string, functionName = "f", lineNumber = 4, columnNumber = 2): PausedFrame => ({
  callFrameId: `${++lastId}`,
  functionName,
  url,
  location: { lineNumber, columnNumber }
})
const read = (...frames: ReadonlyArray<PausedFrame>) => readStack("other", frames)
const names = (...frames: ReadonlyArray<PausedFrame>) => read(...frames).stuckAt.map((frame) => frame.functionName)

describe("the stack of a paused thread", () => {
  for (const [place, file] of [
    ["task", url],
    ["task", "file:///app/node_modules/library/index.js"],
    ["task", ""],
    ["task", new URL("task/loaded.ts", library).href],
    ["node", "node:events"],
    ["node", "node:fs"],
    ["node", "node:internal/timers"],
    ["node", "node:internal/async_hooks"],
    ["own", new URL("node/thread/worker/ThreadHost.ts", library).href],
    ["own", new URL("node/preemption/Preemptible.ts", library).href]
  ] as const) {
    it(`says that ${file === "" ? "code without a file" : file.replace(library, "")} is ${place}`, () => {
      assert.strictEqual(read(frame(file), frame(url)).place, place)
    })
  }

  it("says that what Node.js does between a task's callbacks is own", () => {
    for (const file of ["node:internal/timers", "node:internal/process/task_queues", "node:async_hooks"]) {
      assert.strictEqual(read(frame(file)).place, "own")
    }
  })

  it("shows a task's frames and what they called, counted from 1", () => {
    assert.deepStrictEqual(read(frame(url, "inner", 4, 2), frame(url, "", 9, 0)).stuckAt, [
      { functionName: "inner", url, line: 5, column: 3 },
      { functionName: "(anonymous)", url, line: 10, column: 1 }
    ])
  })

  it("shows neither code of Node.js nor what calls the task", () => {
    const runner = new URL("remote/host/makeRunner.ts", library).href
    assert.deepStrictEqual(
      names(frame("node:events", "emit"), frame(url, "task"), frame(runner, "perform"), frame(url, "entry")),
      ["task"]
    )
  })

  it("shows nothing if the task's code is not on it", () => {
    assert.deepStrictEqual(names(frame(new URL("node/thread/worker/ThreadHost.ts", library).href), frame(url)), [])
  })

  it(`shows ${maxShown} frames at most, and says how many are left out`, () => {
    const frames = (count: number) => Array.from({ length: count }, (_, i) => frame(url, `f${i}`))
    assert.lengthOf(names(...frames(maxShown)), maxShown)
    assert.strictEqual(names(...frames(maxShown)).at(-1), `f${maxShown - 1}`)
    const shown = names(...frames(3000))
    assert.lengthOf(shown, maxShown)
    assert.deepStrictEqual(shown.slice(-2), [`f${maxShown - 2}`, `(${3000 - maxShown + 1} more)`])
  })
})

describe("what Node.js would do after a callback that is cut", () => {
  const places = [
    ["node:internal/timers", "processImmediate"],
    ["node:internal/timers", "listOnTimeout"],
    ["node:internal/process/task_queues", "processTicksAndRejections"],
    ["node:async_hooks", "runInAsyncScope"]
  ] as const

  for (const [file, name] of places) {
    it(`is done in the frame of ${name}`, () => {
      const caller = frame(file, name)
      const { repairs } = read(frame(url), caller)
      assert.lengthOf(repairs, 1)
      assert.strictEqual(repairs[0]!.callFrameId, caller.callFrameId)
      assert.match(repairs[0]!.expression, /emitAfter\(asyncId\)/)
    })
  }

  it("is done innermost first, also below the frames that are shown", () => {
    const frames = places.map(([file, name]) => frame(file, name))
    const deep = Array.from({ length: 200 }, () => frame(url))
    const { repairs } = read(...deep, ...frames)
    assert.deepStrictEqual(
      repairs.map((repair) => repair.callFrameId),
      frames.map((frame) => frame.callFrameId)
    )
  })

  it("is nothing for a function of the same name elsewhere, or another of the same file", () => {
    assert.deepStrictEqual(read(frame(url, "listOnTimeout"), frame("node:internal/timers", "insert")).repairs, [])
  })

  it("takes the rest of the immediates along only where it is an immediate that is cut", () => {
    const expression = (file: string, name: string) => read(frame(url), frame(file, name)).repairs[0]!.expression
    assert.include(expression("node:internal/timers", "processImmediate"), "outstandingQueue.head")
    assert.notInclude(expression("node:internal/timers", "listOnTimeout"), "outstandingQueue")
  })
})
