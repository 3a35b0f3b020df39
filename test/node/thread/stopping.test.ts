import { describe, expect, it } from "vitest"
import type { CallEnd } from "../../../src/internal/remote/Call.ts"
import { counted, makeMemory, success, TestThread } from "./support.ts"

const stuckFunctions = ["stuck", "stuckInTry", "stuckInWait", "stuckInPromises"]
const places = ["call", "immediate", "laterImmediate", "timeout", "tick", "microtask", "queuedMicrotask", "io"]

const top = (end: CallEnd): unknown => (end._tag === "Stopped" ? end.stuckAt[0] : end)

// Starting threads takes its time on a busy machine.
describe("stopping a call that has begun", { timeout: 60_000 }, () => {
  it("asks it, and waits until it has cleaned up", async () => {
    await using thread = await TestThread.start()
    const memory = makeMemory()
    const call = thread.push("waits", [memory, 100])
    await counted(memory, 1)
    thread.handle.stop(call)
    expect(await call.end).toMatchObject({ _tag: "Failure", cause: { message: "interrupted" } })
    expect(memory[0]).toBe(2)
    expect(await thread.call("add", 1, 1)).toEqual(success(2))
  })

  it.for(stuckFunctions)("cuts what keeps the event loop waiting: %s", async (name) => {
    await using thread = await TestThread.start()
    const before = await thread.call("threadId")
    const memory = makeMemory()
    const call = thread.push(name, [memory])
    const next = thread.push("threadId")
    await counted(memory, 1)
    thread.handle.stop(call)
    expect(await call.end).toMatchObject({ _tag: "Stopped" })
    // The very same thread goes on, and no `catch` or `finally` has run.
    expect(await next.end).toEqual(before)
    expect(memory[1]).toBe(0)
    expect(thread.deaths).toBe(0)
  })

  it("does not cut code of Node.js half way, as others use its timers too", async () => {
    await using thread = await TestThread.start()
    for (let i = 0; i < 20; i++) {
      const memory = makeMemory()
      const call = thread.push("stuckInTimers", [memory])
      await counted(memory, 1)
      thread.handle.stop(call)
      expect(top(await call.end)).toMatchObject({ functionName: "stuckInTimers" })
      expect(await thread.call("sleep", 1)).toEqual(success(undefined))
    }
    expect(thread.deaths).toBe(0)
  })

  it("tells where it was stuck, as the file has it", async () => {
    await using thread = await TestThread.start()
    const memory = makeMemory()
    const call = thread.push("stuckInWait", [memory])
    await counted(memory, 1)
    thread.handle.stop(call)
    expect(top(await call.end)).toEqual({
      functionName: "stuckInWait",
      url: new URL("./runner.ts", import.meta.url).href,
      line: expect.any(Number) as number,
      column: expect.any(Number) as number
    })
  })

  it.for(places)("cuts it again and again, wherever it was called from: %s", async (place) => {
    await using thread = await TestThread.start()
    for (let i = 0; i < 5; i++) {
      const memory = makeMemory()
      const call = thread.push("stuckIn", [memory, place])
      const next = [thread.push("add", [i, 1]), thread.push("sleep", [1]), thread.push("async", [i])]
      await counted(memory, 1)
      thread.handle.stop(call)
      expect(await call.end).toMatchObject({ _tag: "Stopped" })
      const ends = await Promise.all(next.map((call) => call.end))
      expect(ends).toEqual([success(i + 1), success(undefined), success(i)])
    }
    expect(thread.deaths).toBe(0)
  })

  it("terminates the thread for what cannot be asked and does not run either, after grace", async () => {
    await using thread = await TestThread.start({ grace: 20 })
    const memory = makeMemory()
    const call = thread.push("deaf", [memory])
    const next = thread.push("add", [1, 1])
    await counted(memory, 1)
    thread.handle.stop(call)
    expect(await thread.death).toEqual([next])
    expect(call.ends).toMatchObject([{ _tag: "Stopped" }])
    expect(next.ends).toEqual([])
  })

  it("terminates the thread at once with preempt: terminate, and gives back what had not begun, in order", async () => {
    await using thread = await TestThread.start({ preempt: "terminate" })
    const memory = makeMemory()
    const call = thread.push("stuck", [memory])
    const others = Array.from({ length: 500 }, (_, i) => thread.push("add", [i, i]))
    await counted(memory, 1)
    thread.handle.stop(call)
    expect(await thread.death).toEqual(others)
    expect(call.ends).toEqual([{ _tag: "Stopped", stuckAt: [] }])
    expect(others.every((other) => other.ends.length === 0)).toBe(true)
  })

  it("cuts only the call that is stuck, if several are in flight", async () => {
    await using thread = await TestThread.start({ concurrency: 3 })
    const memories = [makeMemory(), makeMemory()]
    const waiting = thread.push("waits", [memories[0]!])
    const sleeping = thread.push("sleep", [50])
    const stuck = thread.push("stuckIn", [memories[1]!, "timeout"])
    await counted(memories[0]!, 1)
    await counted(memories[1]!, 1)
    thread.handle.stop(stuck)
    expect(await stuck.end).toMatchObject({ _tag: "Stopped" })
    expect(await sleeping.end).toEqual(success(undefined))
    expect(waiting.ends).toEqual([])
    thread.handle.stop(waiting)
    expect(await waiting.end).toMatchObject({ _tag: "Failure" })
    expect(thread.deaths).toBe(0)
  })

  it("gives up a worker where it took the microtasks of others, which never hang for it", async () => {
    await using thread = await TestThread.start({ concurrency: 2, grace: 50 })
    const memory = makeMemory()
    const stuck = thread.push("stuckTogether", [memory])
    // The victim always waits for a microtask, and the cut takes that away.
    const victim = thread.push("stuckTogether", [memory])
    const next = thread.push("add", [1, 1])
    await counted(memory, 2)
    Atomics.store(memory, 1, 1)
    await counted(memory, 4)
    thread.handle.stop(stuck)
    expect(await thread.death).toEqual([next])
    expect(stuck.ends).toMatchObject([{ _tag: "Stopped" }])
    expect(victim.ends).toMatchObject([{ _tag: "Crashed", reason: { message: expect.any(String) as string } }])
  })

  it("stops every one of several that are stuck one after the other", async () => {
    await using thread = await TestThread.start({ concurrency: 3 })
    const memory = makeMemory()
    const calls = Array.from({ length: 3 }, () => thread.push("stuckIn", [memory, "immediate"]))
    for (const [i, call] of calls.entries()) {
      await counted(memory, i + 1)
      thread.handle.stop(call)
      expect(await call.end).toMatchObject({ _tag: "Stopped" })
    }
    expect(await thread.call("add", 1, 1)).toEqual(success(2))
  })

  it("tells once that there is no inspector, and terminates then", async () => {
    const original = process.getBuiltinModule
    const reasons: Array<unknown> = []
    // As a runtime without one has it.
    process.getBuiltinModule = ((name: string) =>
      name === "node:inspector" ? undefined : original(name)) as typeof original
    try {
      await using thread = await TestThread.start({ onNoInspector: (reason) => reasons.push(reason) })
      const memory = makeMemory()
      const call = thread.push("stuck", [memory])
      await counted(memory, 1)
      thread.handle.stop(call)
      expect(await call.end).toEqual({ _tag: "Stopped", stuckAt: [] })
    } finally {
      process.getBuiltinModule = original
    }
    expect(reasons).toHaveLength(1)
  })

  it("harms no other call, however close stops and ends come", { timeout: 120_000 }, async () => {
    await using thread = await TestThread.start()
    const memory = makeMemory(1)
    const ends = { Success: 0, Stopped: 0, Revoked: 0 }
    for (let round = 0; round < 400; round++) {
      // Ends at about the time at which it is cut.
      const racing = thread.push("work", [4000 + (round % 40) * 100])
      const others = Array.from({ length: 3 }, () => thread.push("count", [memory]))
      await new Promise((resolve) => setImmediate(resolve))
      thread.handle.stop(racing)
      const end = await racing.end
      ends[end._tag as keyof typeof ends]++
      expect(await Promise.all(others.map((other) => other.end))).toEqual(others.map(() => success(undefined)))
    }
    expect(memory[0]).toBe(1200)
    expect(ends.Success + ends.Stopped + ends.Revoked).toBe(400)
    expect(thread.deaths).toBe(0)
  })
})
