import { afterEach, describe, expect, it, vi } from "vitest"
import { after } from "../../../src/internal/remote/client/realTime.ts"
import { AbandonedImports } from "../../../src/internal/remote/client/AbandonedImports.ts"
import { Escalation } from "../../../src/internal/remote/client/Escalation.ts"

vi.mock("../../../src/internal/timers.ts", () => import("../../support/globalTimers.ts"))

afterEach(() => {
  vi.useRealTimers()
})

describe("a limit", () => {
  it.each([[Infinity], [2 ** 31], [1e12]])("that no timer can count is none: %d ms", (millis) => {
    vi.useFakeTimers()
    const over = vi.fn()
    expect(after(millis, over)).toBeUndefined()
    vi.advanceTimersByTime(1000)
    expect(over).not.toHaveBeenCalled()
  })

  it("that a timer can count is kept", () => {
    vi.useFakeTimers()
    const over = vi.fn()
    after(2 ** 31 - 1, over)
    vi.advanceTimersByTime(2 ** 31 - 2)
    expect(over).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(over).toHaveBeenCalledOnce()
  })

  it.each([[Infinity], [2 ** 31]])("for finalizers of %d ms is none", (grace) => {
    vi.useFakeTimers()
    const force = vi.fn()
    const escalation = new Escalation({ answer: 4, grace }, { ask: () => {}, force })
    escalation.answered()
    vi.advanceTimersByTime(10_000)
    expect(force).not.toHaveBeenCalled()
  })
})

describe("imports that nobody waits for any more", () => {
  const watched = (isBusy = false) => {
    vi.useFakeTimers()
    const giveUp = vi.fn()
    return { giveUp, imports: new AbandonedImports(() => isBusy, giveUp) }
  }

  it("are each watched, also one that begins while another goes on", () => {
    const { giveUp, imports } = watched()
    imports.watch(1)
    vi.advanceTimersByTime(3000)
    imports.watch(2)
    imports.ended(1)
    vi.advanceTimersByTime(4999)
    expect(giveUp).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(giveUp).toHaveBeenCalledOnce()
  })

  it("that end in time cost nothing", () => {
    const { giveUp, imports } = watched()
    for (const id of [1, 2, 3]) imports.watch(id)
    for (const id of [1, 2, 3]) imports.ended(id)
    vi.advanceTimersByTime(100_000)
    expect(giveUp).not.toHaveBeenCalled()
  })

  it("are given a minute where other calls would end with the worker", () => {
    const { giveUp, imports } = watched(true)
    imports.watch(1)
    vi.advanceTimersByTime(60_000)
    expect(giveUp).not.toHaveBeenCalled()
    vi.advanceTimersByTime(5000)
    expect(giveUp).toHaveBeenCalled()
  })
})
