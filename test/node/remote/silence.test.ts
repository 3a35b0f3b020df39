import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestProcess, success, type TestWorker, transports } from "./support.ts"

const waiting = { timeout: 60_000 }

let folder = ""
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "silence-"))))
afterAll(() => rmSync(folder, { recursive: true }))

let left = 0

/** Calls what leaves something behind, and waits until that has begun. */
const leaveBehind = async (test: TestWorker, name: string): Promise<void> => {
  const file = join(folder, String(left++))
  expect(await test.call(name, file)).toEqual(success(undefined))
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe.each(transports)("%s: a worker that does not answer", waiting, (_, start) => {
  it("though only calls wait there is ended, and gives them back", async () => {
    await using test = await start()
    await leaveBehind(test, "spinLater")
    const calls = [test.push("add", 1, 1), test.push("add", 2, 2)]
    const { end, unbegun } = await test.death
    expect(unbegun).toEqual(calls)
    expect(end.kind).toBe("unresponsive")
    expect(String(end.error)).toMatch(/did not answer/)
  })

  it("as it computes is left alone, for as long as that takes, and so are the calls that wait for it", async () => {
    await using test = await start()
    const busy = test.push("busy", 1000)
    const next = test.push("add", 1, 1)
    expect(await busy.end).toEqual(success("done"))
    expect(await next.end).toEqual(success(2))
    expect(test.worker.isAlive).toBe(true)
  })
})

describe("a process that does not answer", waiting, () => {
  it.each([["stopItself"], ["hearNothing"]])("as a task has broken it (%s) is ended", async (name) => {
    await using test = await startTestProcess()
    await leaveBehind(test, name)
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
    for (let i = 0; i < 2; i++) {
      const end = performance.now() + 700
      while (performance.now() < end);
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await first.end
    expect(await Promise.all(next.map((call) => call.end))).toEqual([success(2), success(4)])
    expect(test.worker.isAlive).toBe(true)
  })
})
