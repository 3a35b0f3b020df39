import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterEach, describe, expect, it, vi } from "vitest"
import { CpuShare, type ShareLimits } from "../../src/internal/node/CpuShare.ts"
import { Escalation } from "../../src/internal/remote/client/Escalation.ts"

const limits: ShareLimits = { run: 6, uninterrupted: 2, asleep: 20, unknown: 0, most: 500 }

vi.mock("../../src/internal/timers.ts", () => import("../support/globalTimers.ts"))

// As Linux has it for each thread, in a folder of our own.
const folders: Array<string> = []

const makeThread = () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "thread-"))
  folders.push(folder)
  const is = (state: { running: number; letter?: string; preemptions?: number }) => {
    fs.writeFileSync(path.join(folder, "schedstat"), `${state.running * 1e6} 7000 12\n`)
    const status = `Name:\tnode\nState:\t${state.letter ?? "R"} (whatever)\nnonvoluntary_ctxt_switches:\t${state.preemptions ?? 0}\n`
    fs.writeFileSync(path.join(folder, "status"), status)
  }
  is({ running: 100 })
  return { folder, is }
}

afterEach(() => {
  vi.useRealTimers()
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true })
})

describe("whether a thread had the time to answer", () => {
  it("it had not as long as it waits for its turn", () => {
    const { folder, is } = makeThread()
    const share = new CpuShare(folder, limits)
    expect(share.hadEnough).toBe(false)
    is({ running: 101 })
    expect(share.hadEnough).toBe(false)
    is({ running: 104, preemptions: 1 })
    expect(share.hadEnough).toBe(false)
  })

  it("it had when it has run for long enough", () => {
    const { folder, is } = makeThread()
    const share = new CpuShare(folder, limits)
    is({ running: 104 })
    expect(share.hadEnough).toBe(true)
    is({ running: 107, preemptions: 3 })
    expect(share.hadEnough).toBe(true)
  })

  it("it had when it has waited for something else for a while", () => {
    vi.useFakeTimers()
    const { folder, is } = makeThread()
    const share = new CpuShare(folder, limits)
    is({ running: 100.1, letter: "S" })
    expect(share.hadEnough).toBe(false)
    vi.advanceTimersByTime(19)
    expect(share.hadEnough).toBe(false)
    vi.advanceTimersByTime(1)
    expect(share.hadEnough).toBe(true)
  })

  it("it had not when it was awake in between", () => {
    vi.useFakeTimers()
    const { folder, is } = makeThread()
    const share = new CpuShare(folder, limits)
    is({ running: 100.1, letter: "S" })
    expect(share.hadEnough).toBe(false)
    vi.advanceTimersByTime(15)
    is({ running: 100.2, letter: "S" })
    expect(share.hadEnough).toBe(false)
    vi.advanceTimersByTime(15)
    expect(share.hadEnough).toBe(false)
  })

  it("it had where nobody can tell", () => {
    const { folder } = makeThread()
    const share = new CpuShare(folder, limits)
    expect(new CpuShare(undefined, limits).hadEnough).toBe(true)
    expect(new CpuShare(path.join(folder, "none"), limits).hadEnough).toBe(true)
    fs.writeFileSync(path.join(folder, "schedstat"), "garbage")
    expect(share.hadEnough).toBe(true)
  })

  it("it had when half a second has passed", () => {
    vi.useFakeTimers()
    const share = new CpuShare(makeThread().folder, limits)
    vi.advanceTimersByTime(501)
    expect(share.hadEnough).toBe(true)
  })
})

describe("who is asked to stop", () => {
  it("is not forced as long as it had no turn, and is when it had one and did not answer", () => {
    vi.useFakeTimers()
    let hadTurn = false
    const ask = vi.fn()
    const force = vi.fn()
    void new Escalation({ answer: 4, grace: 1000 }, { ask, force, hadEnough: () => hadTurn })
    expect(ask).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(100)
    expect(force).not.toHaveBeenCalled()
    hadTurn = true
    vi.advanceTimersByTime(2)
    expect(force).toHaveBeenCalledOnce()
  })

  it("has its grace after an answer, whatever its share", () => {
    vi.useFakeTimers()
    const force = vi.fn()
    const escalation = new Escalation({ answer: 4, grace: 1000 }, { ask: () => {}, force, hadEnough: () => false })
    escalation.answered()
    vi.advanceTimersByTime(999)
    expect(force).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2)
    expect(force).toHaveBeenCalledOnce()
  })
})
