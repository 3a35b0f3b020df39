import { describe, expect, it } from "vitest"
import { counted, makeMemory, success, TestThread } from "./support.ts"

// Starting threads takes its time on a busy machine.
describe("a call that is taken back", { timeout: 60_000 }, () => {
  it("never runs, if it had not begun, and does not end", async () => {
    await using thread = await TestThread.start()
    const memory = makeMemory(3)
    const first = thread.push("stuck", [memory])
    const second = thread.push("count", [memory, 1])
    const third = thread.push("count", [memory, 2])
    await counted(memory, 1)
    expect(thread.handle.revoke(second)).toBe(true)
    expect(thread.handle.revoke(second)).toBe(false)
    thread.handle.stop(first)
    await third.end
    expect([...memory]).toEqual([1, 0, 1])
    expect(second.ends).toEqual([])
  })

  it("cannot be, once it has begun", async () => {
    await using thread = await TestThread.start()
    const memory = makeMemory()
    const call = thread.push("waits", [memory])
    await counted(memory, 1)
    expect(thread.handle.revoke(call)).toBe(false)
    thread.handle.stop(call)
    await call.end
  })

  it("before it was sent is not sent", async () => {
    await using thread = await TestThread.start()
    const call = thread.push("identity", [() => {}])
    expect(thread.handle.revoke(call)).toBe(true)
    expect(await thread.call("add", 1, 2)).toEqual(success(3))
    expect(call.ends).toEqual([])
  })

  it("runs exactly if it was not taken back, however close they come", async () => {
    await using thread = await TestThread.start()
    const memory = makeMemory(1)
    let left = 0
    for (let round = 0; round < 300; round++) {
      const calls = Array.from({ length: 20 }, () => thread.push("count", [memory]))
      await Promise.resolve()
      // Looked at from the end, while the worker comes from the beginning.
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
      const kept = calls.toReversed().filter((call) => call.ends.length > 0 || !thread.handle.revoke(call))
      left += kept.length
      await Promise.all(kept.map((call) => call.end))
    }
    expect(memory[0]).toBe(left)
  })

  it("by stop ends as revoked", async () => {
    await using thread = await TestThread.start()
    const call = thread.push("add", [1, 1])
    thread.handle.stop(call)
    expect(call.ends).toEqual([{ _tag: "Revoked" }])
  })

  it("may be one of those for which there is no slot yet", async () => {
    await using thread = await TestThread.start()
    const memory = makeMemory(2)
    const calls = Array.from({ length: 600 }, () => thread.push("count", [memory]))
    const taken = calls.filter((_, i) => i >= 300 && i % 2 === 0)
    for (const call of taken) expect(thread.handle.revoke(call)).toBe(true)
    await Promise.all(calls.filter((call) => !taken.includes(call)).map((call) => call.end))
    expect(memory[0]).toBe(600 - taken.length)
  })
})
