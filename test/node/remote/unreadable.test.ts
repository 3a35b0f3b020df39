import { describe, expect, it } from "vitest"
import { deep, success, transports } from "./support.ts"

// Messages that the other side cannot read: here because its stack is smaller.

describe.each(transports)("%s: what cannot be read", { timeout: 60_000 }, (_, start) => {
  it("as an argument ends its call with that, and not the worker or its other calls", async () => {
    await using test = await start({ stack: 0.4 })
    const before = test.push("add", 1, 1)
    const guilty = test.push("ignore", deep(3000))
    const after = test.push("add", 2, 2)
    expect(await guilty.end).toMatchObject({
      _tag: "Unreadable",
      what: "argument 1",
      reason: expect.any(Error) as Error
    })
    expect([await before.end, await after.end]).toEqual([success(2), success(4)])
    expect(await test.call("add", 3, 3)).toEqual(success(6))
    expect(test.worker.isAlive).toBe(true)
  })

  it("as a result ends its call with that, and not the worker or its other calls", async () => {
    await using test = await start({ stack: 7 })
    const before = test.push("add", 1, 1)
    const guilty = test.push("deep", 9000)
    const after = test.push("add", 2, 2)
    expect(await guilty.end).toMatchObject({ _tag: "Unreadable", what: "result", reason: expect.any(Error) as Error })
    expect([await before.end, await after.end]).toEqual([success(2), success(4)])
    expect(await test.call("add", 3, 3)).toEqual(success(6))
  })

  it.each([["proxy"], ["function"]])("as it cannot be cloned (%s) ends its call with that", async (name) => {
    await using test = await start()
    expect(await test.call(name)).toMatchObject({ _tag: "Unreadable", what: "result" })
    expect(await test.call("add", 1, 1)).toEqual(success(2))
    expect(test.worker.isAlive).toBe(true)
  })
})
