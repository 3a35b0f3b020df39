import { Worker } from "node:worker_threads"
import { afterEach, assert, beforeEach, describe, it, vi } from "vitest"
import { InspectorHub } from "../../../src/internal/node/preemption/InspectorHub.ts"
import { InspectedThread } from "../../../src/internal/node/preemption/InspectedThread.ts"
import { InspectorPreemption } from "../../../src/internal/node/preemption/InspectorPreemption.ts"
import { SendGate } from "../../../src/internal/node/preemption/SendGate.ts"
import { WorkerInspector } from "../../../src/internal/node/preemption/WorkerInspector.ts"

vi.mock("../../../src/internal/timers.ts", () => import("../../support/globalTimers.ts"))

const frame = { callFrameId: "", functionName: "stuck", url: "file:///app/tasks.ts", location: { lineNumber: 1 } }

/** A thread that answers the question for its stack when it is asked for that time. */
const preemptionOf = (answersAt: number, answer?: (inspector: WorkerInspector, id: number, method: string) => void) => {
  const gate = new SendGate(new Int32Array(new SharedArrayBuffer(8)))
  let asked = 0
  const inspector: WorkerInspector = new WorkerInspector({
    gate,
    paused: (stack) => listener(stack),
    unregister: () => {},
    send: (_, message) => {
      const { id, method } = JSON.parse(message) as { readonly id: number; readonly method: string }
      if (method === "Debugger.enable") inspector.receive({ id, result: {} })
      answer?.(inspector, id, method)
      if (method !== "Runtime.evaluate" || ++asked !== answersAt) return
      inspector.receive({ id, result: { result: { value: { frames: [frame], count: 1 } } } })
    }
  })
  inspector.settle("session", undefined)
  const hub = InspectorHub.acquire()
  let listener: Parameters<InspectorHub["register"]>[2] = () => {}
  vi.spyOn(hub, "register").mockImplementation((_, __, paused) => {
    listener = paused
    return inspector
  })
  vi.spyOn(hub, "open").mockReturnValue(undefined)
  const worker = new Worker("", { eval: true })
  const options = { refused: () => {}, outOfMemory: () => {} }
  return {
    preemption: new InspectorPreemption(new InspectedThread(hub, worker, gate), options),
    asked: () => asked
  }
}

const request = {
  isNeeded: () => true,
  isIdle: false,
  target: 1,
  until: undefined,
  mayWait: () => false,
  isAbout: () => {}
}

describe("a stuck thread that does not answer", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  it("is asked again for its stack as long as it had no turn to answer", async () => {
    const { preemption } = preemptionOf(3)
    const cut = preemption.cut({ ...request, hadEnough: () => false })
    await vi.advanceTimersByTimeAsync(10_000)
    const { stuckAt } = (await cut) as { readonly stuckAt: ReadonlyArray<{ readonly functionName: string }> }
    assert.deepStrictEqual(
      stuckAt.map(({ functionName }) => functionName),
      ["stuck"]
    )
  })

  it("is given up when it had the time to answer", async () => {
    const { asked, preemption } = preemptionOf(3)
    const cut = preemption.cut({ ...request, hadEnough: () => true })
    await vi.advanceTimersByTimeAsync(10_000)
    assert.deepStrictEqual(await cut, { _tag: "Impossible", stuckAt: [] })
    assert.strictEqual(asked(), 1)
  })

  it("is left to the next cut, if the code of another call runs that may be cut first", async () => {
    const paused = { reason: "other", top: "0", place: "task", stuckAt: [], repairs: [] } as const
    const { preemption } = preemptionOf(Infinity, (inspector, id, method) => {
      if (method === "Runtime.evaluate") inspector.receive({ id, result: { result: { value: null } } })
      if (method === "Debugger.pause") queueMicrotask(() => inspector.hasPaused(paused))
      // No call's number, so it is not the target.
      if (method === "Debugger.evaluateOnCallFrame") inspector.receive({ id, result: { result: { value: 0 } } })
    })
    const cut = preemption.cut({ ...request, hadEnough: () => true, mayWait: () => true })
    await vi.advanceTimersByTimeAsync(10)
    assert.strictEqual((await cut)._tag, "Later")
  })
})
