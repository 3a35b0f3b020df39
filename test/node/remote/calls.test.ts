import { describe, expect, it } from "vitest"
import { bareFrame, encodeFrame } from "../../../src/internal/node/process/encoding.ts"
import { Kind, largestId } from "../../../src/internal/remote/protocol.ts"
import { makeCall, startTestProcess, success, transports } from "./support.ts"

describe.each(transports)("%s: calls", { timeout: 60_000 }, (_, start) => {
  it("are counted anew after the last number that there is", async () => {
    await using test = await start()
    test.worker["calls"]["lastId"] = largestId - 3
    for (let i = 0; i < 10; i++) expect(await test.call("add", i, 1)).toEqual(success(i + 1))
    expect(test.worker["calls"]["lastId"]).toBeLessThan(10)
  })

  it("keep their number when others are counted anew", async () => {
    await using test = await start({ concurrency: 2 })
    test.worker["calls"]["lastId"] = 0
    const long = test.push("never")
    expect(long.id).toBe(1)
    test.worker["calls"]["lastId"] = largestId - 1
    for (let i = 0; i < 5; i++) expect(await test.call("add", i, 1)).toEqual(success(i + 1))
    test.worker.stop(long)
    expect(await long.end).toEqual({ _tag: "Interrupted" })
  })

  it("are not held up by one that takes long, however many they are", async () => {
    await using test = await start({ concurrency: 2 })
    const long = test.push("never")
    const others = Array.from({ length: 3000 }, (_, i) => test.push("add", i, 0))
    expect(await Promise.all(others.map((call) => call.end))).toEqual(others.map((_, i) => success(i)))
    test.worker.stop(long)
    await long.end
  })

  it("tell that their function was called: the first of a function when it is, the others when they are pushed", async () => {
    await using test = await start()
    const first = test.push("busy", 1)
    expect(first.calls.count).toBe(0)
    await first.end
    expect(first.calls.count).toBeGreaterThan(0)
    const second = test.push("busy", 1)
    expect(second.calls.count).toBe(1)
    await second.end
  })

  it("are not taken by a worker that is dead, and its push throws nothing", async () => {
    await using test = await start()
    await test.call("exitLater", 1)
    await test.death
    expect(test.worker.push(makeCall("add", 1, 1))).toBe(false)
  })

  it("that are promises end at once when they are stopped, and their neighbours go on", async () => {
    await using test = await start({ concurrency: 3, grace: 60_000 })
    const [stopped, neighbour] = [test.push("never"), test.push("never")]
    // This call comes after them, so both have begun.
    await test.call("add", 1, 1)
    test.worker.stop(stopped)
    expect(await stopped.end).toEqual({ _tag: "Interrupted" })
    expect(await test.call("add", 1, 1)).toEqual(success(2))
    expect(test.worker.isAlive).toBe(true)
    test.worker.stop(neighbour)
    expect(await neighbour.end).toEqual({ _tag: "Interrupted" })
  })
})

describe("a reply that a task has forged", { timeout: 60_000 }, () => {
  it("for a call that has not begun ends the worker, and not that call", async () => {
    await using test = await startTestProcess()
    test.worker["calls"]["lastId"] = 100
    const forger = test.push("forge", encodeFrame(Kind.reply, ["FORGED"], 102))
    const victim = test.push("add", 1, 1)
    expect(victim.id).toBe(102)
    expect(await forger.end).toMatchObject({ _tag: "Crashed" })
    expect((await test.death).unbegun).toEqual([victim])
  })

  it("for a call that there is not ends the worker", async () => {
    await using test = await startTestProcess()
    expect(await test.call("forge", bareFrame(Kind.reply, 5))).toMatchObject({ _tag: "Crashed" })
  })

  it("has to guess where numbers begin", async () => {
    await using one = await startTestProcess()
    await using two = await startTestProcess()
    expect(one.push("add", 1, 1).id).not.toBe(two.push("add", 1, 1).id)
  })
})
