import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { counted, makeMemory, success, TestThread } from "./support.ts"

/** The resources that keep the process alive. */
const resources = (): ReadonlyArray<string> =>
  // The runner has a timer of its own for each test.
  process.getActiveResourcesInfo().filter((name) => name !== "Timeout")

// Starting threads takes its time on a busy machine.
describe("a worker thread", { timeout: 60_000 }, () => {
  it("that cannot start fails with the reason", async () => {
    const missing = new URL("./missing.ts", import.meta.url).href
    await expect(TestThread.start({ runner: missing })).rejects.toMatchObject({
      reason: { code: "ERR_MODULE_NOT_FOUND" },
      exitCode: 1
    })
  })

  it("that is refused its options fails with the reason", async () => {
    await expect(TestThread.start({ execArgv: ["--no-such-option"] })).rejects.toMatchObject({
      reason: { code: "ERR_WORKER_INVALID_EXEC_ARGV" }
    })
  })

  it("is given its environment", async () => {
    await using thread = await TestThread.start({ env: { GREETING: "hello" } })
    expect(await thread.call("env", "GREETING")).toEqual(success("hello"))
  })

  it("closes its runner before it ends", async () => {
    const memory = makeMemory()
    {
      await using thread = await TestThread.start()
      await thread.call("onClose", memory)
    }
    expect(memory[0]).toBe(1)
  })

  it("ends though its runner does not, after grace", async () => {
    const memory = makeMemory()
    memory[1] = 1
    {
      await using thread = await TestThread.start({ grace: 20 })
      await thread.call("onClose", memory)
    }
    expect(memory[0]).toBe(1)
  })

  it("that is closed while a call is stuck ends, and so do its calls", async () => {
    const memory = makeMemory()
    const thread = await TestThread.start({ grace: 50 })
    const stuck = thread.push("stuck", [memory])
    const next = thread.push("add", [1, 1])
    await counted(memory, 1)
    await thread[Symbol.asyncDispose]()
    expect(stuck.ends).toEqual([{ _tag: "Stopped", stuckAt: [] }])
    expect(next.ends).toEqual([{ _tag: "Revoked" }])
    expect(thread.deaths).toBe(0)
  })

  it("leaves nothing behind", async () => {
    const before = resources()
    const listeners = process.eventNames().map((name) => process.listenerCount(name))
    for (let i = 0; i < 3; i++) {
      await using one = await TestThread.start()
      await using two = await TestThread.start()
      const memory = makeMemory()
      const stuck = one.push("stuck", [memory])
      await counted(memory, 1)
      one.handle.stop(stuck)
      await Promise.all([stuck.end, one.call("add", 1, 1), two.call("exit", 1)])
    }
    // Handles are closed in the turn after.
    await sleep(1)
    expect(resources()).toEqual(before)
    expect(process.eventNames().map((name) => process.listenerCount(name))).toEqual(listeners)
  })

  it("does not grow by stopping", { timeout: 120_000 }, async () => {
    await using thread = await TestThread.start()
    const stopSome = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const memory = makeMemory()
        const call = thread.push("stuck", [memory])
        await counted(memory, 1)
        thread.handle.stop(call)
        await call.end
      }
    }
    const used = async (): Promise<number> => {
      const theirs = await thread.call("heapUsed")
      globalThis.gc?.()
      return process.memoryUsage().heapUsed + (theirs._tag === "Success" ? (theirs.value as number) : NaN)
    }
    await stopSome(20)
    const before = await used()
    await stopSome(180)
    expect((await used()) - before).toBeLessThan(4_000_000)
    expect(thread.deaths).toBe(0)
  })

  it("lets the process end while it is idle", async () => {
    await using thread = await TestThread.start()
    expect(await thread.call("add", 1, 1)).toEqual(success(2))
    await sleep(1)
    expect(resources()).not.toContain("MessagePort")
    expect(resources()).not.toContain("Worker")
  })
})
