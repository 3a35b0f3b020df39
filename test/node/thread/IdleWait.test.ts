import { assert, describe, it } from "vitest"
import { Doorbell, makeMemory } from "../../../src/internal/node/thread/Doorbell.ts"
import { IdleWait } from "../../../src/internal/node/thread/worker/IdleWait.ts"

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Turns of the event loop, more than any wait here takes. */
const turns = async (count = 60): Promise<void> => {
  for (let n = 0; n < count; n++) await turn()
}

/** A worker that is asked for its messages, and how often it was blocked for them. */
const make = (messages: Array<() => void> = []) => {
  const seen = { looks: 0, received: 0 }
  const worker = { isIdle: true, messages }
  let next: (() => void) | undefined
  const wait = new IdleWait(new Doorbell(makeMemory(1)), {
    receive: () => {
      seen.looks++
      next = worker.messages.shift()
      return next !== undefined
    },
    received: () => {
      seen.received++
      next?.()
    },
    isIdle: () => worker.isIdle
  })
  return { seen, worker, wait }
}

describe("the wait of an idle thread", () => {
  it("takes what comes while it is blocked", async () => {
    const taken: Array<string> = []
    const { seen, wait } = make([() => taken.push("a"), () => taken.push("b")])
    wait.begin()
    assert.strictEqual(seen.looks, 0)
    await turns(3)
    assert.deepStrictEqual(taken, ["a", "b"])
    assert.strictEqual(seen.received, 2)
  })

  it("blocks no thread that has something to do", async () => {
    const { seen, wait, worker } = make()
    worker.isIdle = false
    wait.begin()
    await turns()
    assert.strictEqual(seen.looks, 0)
  })

  it("blocks no thread in which a timer of a task waits for its time", async () => {
    const { seen, wait } = make()
    wait.begin()
    await turns(1)
    const before = seen.looks
    assert.isAbove(before, 0)
    const timer = setTimeout(() => {}, 100_000)
    await turns()
    assert.strictEqual(seen.looks, before)
    clearTimeout(timer)
  })

  it("ends after a while, so that the thread waits in its event loop", async () => {
    const { seen, wait } = make()
    wait.begin()
    await turns()
    const { looks } = seen
    assert.isAbove(looks, 2)
    await turns()
    assert.strictEqual(seen.looks, looks)
    wait.begin()
    await turns()
    assert.isAbove(seen.looks, looks)
  })

  it("takes no more when what it has taken keeps the thread busy", async () => {
    const { seen, wait, worker } = make()
    worker.messages.push(
      () => (worker.isIdle = false),
      () => assert.fail("it was taken")
    )
    wait.begin()
    await turns()
    assert.strictEqual(seen.received, 1)
  })

  it("asks for one turn however often it begins, and for another after a cut", async () => {
    const { seen, wait, worker } = make()
    worker.messages.push(() => (worker.isIdle = false))
    wait.begin()
    wait.begin()
    await turn()
    await turn()
    assert.strictEqual(seen.received, 1)
    worker.isIdle = true
    worker.messages.push(() => (worker.isIdle = false))
    wait.reset()
    wait.begin()
    await turns(3)
    assert.strictEqual(seen.received, 2)
  })
})

describe("the doorbell", () => {
  it("must be rung once after the parent has said that it does not look", () => {
    const memory = makeMemory(1)
    const [worker, parent] = [new Doorbell(memory), new Doorbell(memory)]
    parent.expectRing()
    assert.isTrue(worker.mustRing())
    assert.isFalse(worker.mustRing())
    parent.expectRing()
    assert.isTrue(worker.mustRing())
  })

  it("lets nobody sleep for whom something is there", () => {
    const doorbell = new Doorbell(makeMemory(1))
    let looks = 0
    assert.isTrue(doorbell.sleep(100_000, () => ++looks === 1))
    assert.strictEqual(looks, 1)
  })

  it("looks once more after its sleep", () => {
    const doorbell = new Doorbell(makeMemory(1))
    let looks = 0
    assert.isTrue(doorbell.sleep(1, () => ++looks === 2))
    assert.strictEqual(looks, 2)
  })

  it("wakes who was told between its look and its sleep", () => {
    const memory = makeMemory(1)
    const [worker, parent] = [new Doorbell(memory), new Doorbell(memory)]
    const isThere = worker.sleep(100_000, () => {
      parent.wake()
      return false
    })
    assert.isFalse(isThere)
  })
})
