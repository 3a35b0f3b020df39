import { describe, expect, it } from "vitest"
import { counted, makeMemory, success, TestThread } from "./support.ts"

// Starting threads takes its time on a busy machine.
describe("a thread that dies", { timeout: 60_000 }, () => {
  it("by process.exit fails the call that ran, and gives back the others in order", async () => {
    await using thread = await TestThread.start()
    const before = thread.push("add", [1, 1])
    const guilty = thread.push("exit", [7])
    const others = [thread.push("add", [1, 1]), thread.push("add", [2, 2])]
    expect(await thread.death).toEqual(others)
    expect(before.ends).toEqual([success(2)])
    expect(guilty.ends).toMatchObject([{ _tag: "Crashed", exitCode: 7, signal: undefined }])
    expect(others.flatMap((other) => other.ends)).toEqual([])
    expect(thread.deaths).toBe(1)
  })

  it("by an error that nobody caught after its call had returned, fails the call that runs then, with that error", async () => {
    await using thread = await TestThread.start({ concurrency: 2 })
    const memory = makeMemory()
    const innocent = thread.push("deaf", [memory])
    await counted(memory, 1)
    const guilty = thread.push("throwsLater", [memory])
    await thread.death
    expect(guilty.ends).toEqual([success(undefined)])
    expect(innocent.ends).toMatchObject([{ _tag: "Crashed", exitCode: 1, reason: { message: "late" } }])
  })

  it("by an error that nobody caught, while nothing runs, is reported", async () => {
    await using thread = await TestThread.start()
    expect(await thread.call("throwsLater", makeMemory())).toEqual(success(undefined))
    expect(await thread.death).toEqual([])
  })

  it("by a rejection that nobody handled fails its call with that error", async () => {
    await using thread = await TestThread.start()
    expect(await thread.call("rejects")).toMatchObject({ _tag: "Crashed", reason: { message: "unheard" } })
    await thread.death
  })

  it("has its last words in the end of its call", async () => {
    await using thread = await TestThread.start()
    expect(await thread.call("lastWords")).toMatchObject({ _tag: "Crashed", exitCode: 3, stderr: "I die\n" })
  })

  it("because somebody else terminated it fails its call", async () => {
    await using thread = await TestThread.start()
    const memory = makeMemory()
    const call = thread.push("stuck", [memory])
    await counted(memory, 1)
    await thread.transport.worker.terminate()
    expect(await call.end).toMatchObject({ _tag: "Crashed", exitCode: 1 })
  })

  it("loses no reply that it had given", async () => {
    await using thread = await TestThread.start()
    const calls = Array.from({ length: 100 }, (_, i) => thread.push("identity", [i % 2 === 0 ? i : new Map([[i, i]])]))
    const exit = thread.push("exit", [0])
    await thread.death
    expect(calls.map((call) => call.ends[0]?._tag)).toEqual(calls.map(() => "Success"))
    expect(exit.ends).toMatchObject([{ _tag: "Crashed", exitCode: 0 }])
  })
})
