import { describe, expect, it } from "vitest"
import { startTestProcess, success, transports } from "./support.ts"

const waiting = { timeout: 60_000 }

describe.each(transports)("%s: a worker that does not answer", waiting, (_, start) => {
  it("though only calls wait there is ended, and gives them back", async () => {
    await using test = await start()
    expect(await test.call("spinLater")).toEqual(success(undefined))
    // Until it spins for sure.
    await new Promise((resolve) => setTimeout(resolve, 50))
    const calls = [test.push("add", 1, 1), test.push("add", 2, 2)]
    const { end, unbegun } = await test.death
    expect(unbegun).toEqual(calls)
    expect(end.kind).toBe("unresponsive")
    expect(String(end.error)).toMatch(/did not answer/)
  })

  it("as it computes is left alone, for as long as that takes, and so are the calls that wait for it", async () => {
    await using test = await start()
    const busy = test.push("busy", 2500)
    const next = test.push("add", 1, 1)
    expect(await busy.end).toEqual(success("done"))
    expect(await next.end).toEqual(success(2))
    expect(test.worker.isAlive).toBe(true)
  })
})

describe("a process that does not answer", waiting, () => {
  it.each([["stopItself"], ["hearNothing"]])("as a task has broken it (%s) is ended", async (name) => {
    await using test = await startTestProcess()
    expect(await test.call(name)).toEqual(success(undefined))
    await new Promise((resolve) => setTimeout(resolve, 50))
    const call = test.push("add", 1, 1)
    const { end, unbegun } = await test.death
    expect(unbegun).toEqual([call])
    expect(end.kind).toBe("unresponsive")
  })
})

describe.each(transports)("%s: a worker whose parent is busy", waiting, (_, start) => {
  it("is not taken for silent, though its answers are read late", async () => {
    await using test = await start({ concurrency: 1 })
    const first = test.push("busy", 120)
    const next = [test.push("add", 1, 1), test.push("add", 2, 2)]
    for (let i = 0; i < 3; i++) {
      const end = performance.now() + 700
      while (performance.now() < end);
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await first.end
    expect(await Promise.all(next.map((call) => call.end))).toEqual([success(2), success(4)])
    expect(test.worker.isAlive).toBe(true)
  })
})
