import { assert, describe, it } from "vitest"
import { SendGate } from "../../../src/internal/node/preemption/SendGate.ts"
import { threadOf } from "../../support/threadOf.ts"

/** A second word is for what the test's own thread is told. */
const makeGate = (): SendGate => new SendGate(new Int32Array(new SharedArrayBuffer(8)))

/** Shuts the gate, and says so afterwards. */
const shutting = (gate: SendGate): Promise<void> => new Promise((resolve) => gate.shutThen(resolve))

describe("the gate of what is sent to an inspector", () => {
  it("lets in as many as come, until it is shut", () => {
    const gate = makeGate()
    assert.isTrue(gate.enter())
    assert.isTrue(gate.enter())
    gate.shutThen(() => {})
    assert.isFalse(gate.enter())
    assert.isFalse(gate.enter())
  })

  it("is shut at once when nobody is in", () => {
    const gate = makeGate()
    gate.enter()
    gate.leave()
    let isShut = false
    gate.shutThen(() => (isShut = true))
    assert.isTrue(isShut)
  })

  it("tells whoever shuts it only when all have left", async () => {
    const gate = makeGate()
    gate.enter()
    gate.enter()
    const told: Array<string> = []
    const shut = shutting(gate).then(() => told.push("shut"))
    await Promise.resolve()
    told.push("one leaves")
    gate.leave()
    await new Promise(setImmediate)
    told.push("the other leaves")
    gate.leave()
    await shut
    assert.deepStrictEqual(told, ["one leaves", "the other leaves", "shut"])
  })

  it("waits for those who come in though it is shut", async () => {
    const gate = makeGate()
    gate.enter()
    const shut = shutting(gate).then(() => "shut")
    gate.enterThoughShut()
    gate.leave()
    assert.strictEqual(await Promise.race([shut, new Promise((resolve) => setImmediate(resolve, "waits"))]), "waits")
    gate.leave()
    assert.strictEqual(await shut, "shut")
  })

  it("may be shut by the worker and by its parent", async () => {
    const gate = makeGate()
    gate.enter()
    const both = Promise.all([shutting(gate), shutting(gate)])
    gate.leave()
    await both
  })

  it("holds the thread that shuts it until all have left", async () => {
    const gate = makeGate()
    gate.enter()
    const code = `
      const { SendGate } = await import(${JSON.stringify(new URL("../../../src/internal/node/preemption/SendGate.ts", import.meta.url).href)})
      const { parentPort, workerData } = await import("node:worker_threads")
      parentPort.postMessage("shuts")
      new SendGate(workerData).shutAndWait()
      parentPort.postMessage(Atomics.load(workerData, 1))
    `
    const thread = threadOf(code, gate.words)
    assert.strictEqual(await thread.next(), "shuts")
    while (gate.enter()) {
      gate.leave()
      await new Promise(setImmediate)
    }
    const ended = thread.next()
    Atomics.store(gate.words, 1, 7)
    gate.leave()
    assert.strictEqual(await ended, 7)
    await thread.end()
  })
})
