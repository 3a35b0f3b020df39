import { afterEach, assert, beforeEach, describe, it, vi } from "vitest"
import { Heartbeat } from "../../../src/internal/remote/client/Heartbeat.ts"
import type { CallEntry } from "../../../src/internal/remote/client/Transport.ts"

vi.mock("../../../src/internal/timers.ts", () => import("../../support/globalTimers.ts"))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

// All that is asked of a call here is which one it is.
const callOf = (id: number) => ({ id }) as CallEntry

const tick = (count = 1): void => void vi.advanceTimersByTime(50 * count)

const make = () => {
  const worker = {
    oldest: callOf(1) as CallEntry | undefined,
    hasBegun: false,
    isWorking: false,
    hadEnough: true,
    pings: [] as Array<number>,
    prepared: [] as Array<boolean>,
    silences: 0
  }
  const heartbeat = new Heartbeat({
    oldest: () => worker.oldest,
    hasBegun: () => worker.hasBegun,
    isWorking: () => worker.isWorking,
    watchShare: () => ({
      get hadEnough() {
        return worker.hadEnough
      }
    }),
    ping: (count) => worker.pings.push(count),
    prepare: (on) => worker.prepared.push(on),
    silent: () => worker.silences++
  })
  heartbeat.watch(0)
  return { worker, heartbeat }
}

describe("the heartbeat", () => {
  it("asks a worker that has the same call still, and asks again only when it has answered", () => {
    const { heartbeat, worker } = make()
    tick()
    assert.deepStrictEqual(worker.pings, [])
    tick()
    assert.deepStrictEqual(worker.pings, [1])
    worker.hasBegun = true
    tick(3)
    assert.deepStrictEqual(worker.pings, [1])
    heartbeat.answered(1)
    tick()
    assert.deepStrictEqual(worker.pings, [1, 2])
  })

  it("asks nobody whose calls come and go", () => {
    const { worker } = make()
    for (let id = 2; id < 50; id++) {
      tick()
      worker.oldest = callOf(id)
    }
    assert.deepStrictEqual(worker.pings, [])
  })

  it("stops when there are no calls, and begins again with the next", () => {
    const { heartbeat, worker } = make()
    worker.oldest = undefined
    tick()
    assert.strictEqual(vi.getTimerCount(), 0)
    worker.oldest = callOf(2)
    heartbeat.watch(0)
    tick(2)
    assert.deepStrictEqual(worker.pings, [1])
    heartbeat.close()
    assert.strictEqual(vi.getTimerCount(), 0)
  })

  it("says that a worker is late whose task keeps its event loop, and never that it is silent", () => {
    const { heartbeat, worker } = make()
    worker.hasBegun = true
    tick(3)
    assert.isTrue(heartbeat.isLate)
    assert.deepStrictEqual(worker.prepared, [true])
    tick(100)
    assert.strictEqual(worker.silences, 0)
    heartbeat.answered(1)
    assert.isFalse(heartbeat.isLate)
  })

  it("calls no worker late that had no time of the processor", () => {
    const { heartbeat, worker } = make()
    worker.hasBegun = true
    worker.hadEnough = false
    tick(20)
    assert.isFalse(heartbeat.isLate)
    worker.hadEnough = true
    // Between two ticks: whoever stops a call asks then.
    assert.isTrue(heartbeat.isLate)
  })

  it("prepares no more once no call has been long for a while", () => {
    const { worker } = make()
    worker.hasBegun = true
    tick(3)
    for (let id = 2; id < 60; id++) {
      worker.oldest = callOf(id)
      tick()
    }
    assert.deepStrictEqual(worker.prepared, [true, false])
  })

  it("calls a worker silent that has nothing to do but answer, and has not at two looks in a row", () => {
    const { worker } = make()
    tick(3)
    assert.strictEqual(worker.silences, 0)
    tick()
    assert.strictEqual(worker.silences, 1)
  })

  it("calls no worker silent that loads a file, or had no time of the processor", () => {
    const { worker } = make()
    worker.isWorking = true
    tick(20)
    worker.isWorking = false
    worker.hadEnough = false
    tick(20)
    assert.strictEqual(worker.silences, 0)
  })

  it("gives a worker the time to read what took long to write", () => {
    const { heartbeat, worker } = make()
    heartbeat.watch(10)
    // Writing took 10 ms: the worker has 200 to read, counted from the ping, which comes at the second tick.
    tick(5)
    assert.strictEqual(worker.silences, 0)
    tick(2)
    assert.strictEqual(worker.silences, 1)
  })

  it("takes an answer to an earlier question for no answer", () => {
    const { heartbeat, worker } = make()
    tick(2)
    heartbeat.answered(1)
    tick()
    assert.deepStrictEqual(worker.pings, [1, 2])
    heartbeat.answered(1)
    worker.hasBegun = true
    tick()
    assert.deepStrictEqual(worker.pings, [1, 2])
    assert.isTrue(heartbeat.isLate)
  })
})
