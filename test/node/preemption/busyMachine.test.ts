import { Worker } from "node:worker_threads"
import { afterEach, assert, beforeEach, describe, it, vi } from "vitest"
import { InspectorHub } from "../../../src/internal/node/preemption/InspectorHub.ts"
import { InspectorPreemption } from "../../../src/internal/node/preemption/InspectorPreemption.ts"
import { SendGate } from "../../../src/internal/node/preemption/SendGate.ts"
import { WorkerInspector } from "../../../src/internal/node/preemption/WorkerInspector.ts"

vi.mock("../../../src/internal/timers.ts", () => import("../../support/globalTimers.ts"))

const frame = { callFrameId: "", functionName: "stuck", url: "file:///app/tasks.ts", location: { lineNumber: 1 } }

/** A thread that answers the question for its stack when it is asked for that time. */
const preemptionOf = (answersAt: number) => {
  const gate = new SendGate(new Int32Array(new SharedArrayBuffer(8)))
  let asked = 0
  const inspector: WorkerInspector = new WorkerInspector({
    gate,
    paused: () => {},
    unregister: () => {},
    send: (_, message) => {
      const { id, method } = JSON.parse(message) as { readonly id: number; readonly method: string }
      if (method === "Debugger.enable") inspector.receive({ id, result: {} })
      if (method !== "Runtime.evaluate" || ++asked !== answersAt) return
      inspector.receive({ id, result: { result: { value: { frames: [frame], count: 1 } } } })
    }
  })
  inspector.settle("session", undefined)
  const hub = InspectorHub.acquire()
  vi.spyOn(hub, "register").mockReturnValue(inspector)
  vi.spyOn(hub, "open").mockReturnValue(undefined)
  const worker = new Worker("", { eval: true })
  const options = { mode: "inspector", refused: () => {}, outOfMemory: () => {} } as const
  return { preemption: new InspectorPreemption(hub, worker, gate, options, true), asked: () => asked }
}

const request = { isNeeded: () => true, isIdle: false, target: 1 }

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
})
