import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { counted, makeMemory, success, TestThread } from "./support.ts"

// Starting threads takes its time on a busy machine.
describe("calls in a thread", { timeout: 60_000 }, () => {
  it("are done, in order, and each ends once", async () => {
    await using thread = await TestThread.start()
    const order: Array<unknown> = []
    const calls = Array.from({ length: 1000 }, (_, i) => thread.push("add", [i, 1]))
    calls.forEach((call) => void call.end.then((end) => order.push(end)))
    await Promise.all(calls.map((call) => call.end))
    expect(order).toEqual(calls.map((_, i) => success(i + 1)))
    expect(calls.every((call) => call.ends.length === 1)).toBe(true)
  })

  it.for([
    undefined,
    null,
    true,
    0,
    -0,
    NaN,
    1e300,
    "",
    "text",
    "ünïcode",
    "日本語 🎉",
    "\ud800",
    "x".repeat(10_000),
    12n,
    [],
    [1, [2, undefined]],
    { a: { b: [null, "c"] }, d: undefined },
    new Map([[{ a: 1 }, new Set([1])]]),
    new Date(0),
    new Uint8Array([1, 2, 3]),
    Object.create(null) as object,
    Array.from({ length: 5000 }, (_, i) => ({ i }))
  ])("bring back %o as structured clone does", async (value) => {
    await using thread = await TestThread.start()
    const end = await thread.call("identity", value)
    expect(end).toStrictEqual(success(structuredClone(value)))
  })

  it("keep what is the same object in a result the same", async () => {
    await using thread = await TestThread.start()
    const shared = { a: 1 }
    const end = await thread.call("identity", [shared, shared])
    expect(end._tag === "Success" && (end.value as Array<unknown>)[0] === (end.value as Array<unknown>)[1]).toBe(true)
  })

  it("bring back what was thrown", async () => {
    await using thread = await TestThread.start()
    const end = await thread.call("throws")
    expect(end).toMatchObject({ _tag: "Failure", cause: { message: "thrown" } })
  })

  it("fail if their result cannot be cloned, and the worker goes on", async () => {
    await using thread = await TestThread.start()
    expect(await thread.call("function")).toMatchObject({ _tag: "Unreadable", what: "result" })
    expect(await thread.call("add", 1, 1)).toEqual(success(2))
  })

  it("that cannot be cloned are not sent, and those pushed with them are", async () => {
    await using thread = await TestThread.start()
    const before = thread.push("add", [1, 1])
    const guilty = thread.push("identity", [() => {}])
    const after = thread.push("add", [2, 2])
    expect(await guilty.end).toMatchObject({ _tag: "NotSent", reason: { name: "DataCloneError" } })
    expect(await before.end).toEqual(success(2))
    expect(await after.end).toEqual(success(4))
    expect(await thread.call("identity", 5)).toEqual(success(5))
  })

  it("move buffers both ways", async () => {
    await using thread = await TestThread.start()
    const buffer = new ArrayBuffer(1024)
    expect(await thread.push("size", [buffer], [buffer]).end).toEqual(success(1024))
    expect(buffer.byteLength).toBe(0)
    const end = await thread.call("buffer", 2048)
    expect(end._tag === "Success" && (end.value as ArrayBuffer).byteLength).toBe(2048)
  })

  it("are at most as many at a time as concurrency allows", async () => {
    await using thread = await TestThread.start({ concurrency: 2 })
    const memories = [makeMemory(), makeMemory(), makeMemory()]
    const calls = memories.map((memory) => thread.push("waits", [memory]))
    await Promise.all(memories.slice(0, 2).map((memory) => counted(memory, 1)))
    await thread.barrier()
    expect(memories[2]![0]).toBe(0)
    thread.handle.stop(calls[0]!)
    await counted(memories[2]!, 1)
    for (const call of calls) thread.handle.stop(call)
    await Promise.all(calls.map((call) => call.end))
  })

  it("may be more than there are slots, and come back in order", async () => {
    await using thread = await TestThread.start()
    const calls = Array.from({ length: 2000 }, (_, i) => thread.push(i % 2 === 0 ? "async" : "identity", [i]))
    const ends = await Promise.all(calls.map((call) => call.end))
    expect(ends).toEqual(calls.map((_, i) => success(i)))
  })

  it("bring what they emit before they end", async () => {
    const messages: Array<unknown> = []
    await using thread = await TestThread.start({ onMessage: (message) => messages.push(message) })
    for (let i = 0; i < 100; i++) {
      await thread.call("emit", i, "b")
      expect(messages.splice(0)).toEqual([i, "b"])
    }
  })

  it("let timers of the worker have their turn, even when there is always a next one", async () => {
    await using thread = await TestThread.start()
    const memory = makeMemory()
    void thread.call("throwsLater", memory)
    const work = (): void => {
      if (thread.deaths > 0 || Atomics.load(memory, 0) > 0) return
      const call = thread.push("work", [200])
      void call.end.then(work)
    }
    for (let i = 0; i < 64; i++) work()
    await thread.death
    expect(memory[0]).toBe(1)
  })

  it("are done also after the worker was idle for long, and before it was", async () => {
    await using thread = await TestThread.start()
    for (const millis of [0, 1, 5, 20, 80]) {
      await sleep(millis)
      expect(await thread.call("add", millis, 1)).toEqual(success(millis + 1))
    }
  })
})
