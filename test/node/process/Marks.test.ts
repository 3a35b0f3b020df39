import { assert, describe, it } from "vitest"
import { Marks, slots } from "../../../src/internal/node/process/Marks.ts"
import { Slots } from "../../../src/internal/node/process/Slots.ts"
import { threadOf } from "../../support/threadOf.ts"

/** Marks between whose steps something happens. */
class Interrupted extends Marks {
  /** The parent has said that it wants the call. */
  beforeLook: () => void = () => {}
  /** It knows whether it can have it. */
  afterLook: () => void = () => {}
  private isTaking = false

  override take(slot: number, token: number): boolean {
    this.isTaking = true
    const taken = super.take(slot, token)
    this.isTaking = false
    return taken
  }

  override hasBegun(slot: number, token: number): boolean {
    if (!this.isTaking) return super.hasBegun(slot, token)
    this.beforeLook()
    const hasBegun = super.hasBegun(slot, token)
    this.afterLook()
    return hasBegun
  }
}

/** Another thread that is to begin the call 1 in place 3 when it is told to. */
const startWorker = async (fd: number) => {
  const marks = new URL("../../../src/internal/node/process/Marks.ts", import.meta.url).href
  const code = `
    const { Marks } = await import(${JSON.stringify(marks)})
    const { parentPort, workerData } = await import("node:worker_threads")
    const tell = (at) => (Atomics.store(workerData, at, 1), Atomics.notify(workerData, at))
    class Waiting extends Marks {
      pause() {
        tell(1)
        super.pause()
      }
    }
    parentPort.postMessage("ready")
    Atomics.wait(workerData, 0, 0)
    parentPort.postMessage(new Waiting(${fd}).begin(3, 1))
  `
  const words = new Int32Array(new SharedArrayBuffer(8))
  const thread = threadOf(code, words)
  await thread.next()
  const runs = thread.next().finally(thread.end)
  /** Lets it begin, and waits until it waits for the parent to decide. */
  const meet = () => {
    Atomics.store(words, 0, 1)
    Atomics.notify(words, 0)
    Atomics.wait(words, 1, 0)
  }
  return { meet, runs }
}

const withMarks = (test: (marks: Interrupted) => unknown) => async () => {
  const marks = new Interrupted(Marks.create()!.fd)
  try {
    await test(marks)
  } finally {
    marks.close()
  }
}

/** The worker begins at that moment of the parent's taking: does the parent have the call then? */
const meetAt = (moment: "beforeLook" | "afterLook", isParents: boolean) =>
  withMarks(async (marks) => {
    const { meet, runs } = await startWorker(marks.fd)
    marks[moment] = meet
    assert.strictEqual(marks.take(3, 1), isParents)
    assert.strictEqual(await runs, !isParents)
  })

describe("who has a call", () => {
  it(
    "the worker, if it began first",
    withMarks((marks) => {
      assert.isTrue(marks.begin(3, 1))
      assert.isFalse(marks.take(3, 1))
    })
  )

  it(
    "the parent, if it took it first",
    withMarks((marks) => {
      assert.isTrue(marks.take(3, 1))
      assert.isFalse(marks.begin(3, 1))
    })
  )

  it(
    "the worker, if it began while the parent was about to look: it waits for the parent, and runs it",
    meetAt("beforeLook", false)
  )

  it(
    "the parent, if the worker began when it had looked: it waits for the parent, and skips it",
    meetAt("afterLook", true)
  )

  it(
    "a place that is used again begins anew, as often as it likes",
    withMarks((marks) => {
      const places = new Slots(marks)
      for (let i = 0; i < 600; i++) {
        const { slot, token } = places.acquire()
        assert.isFalse(places.hasBegun(slot))
        if (i % 3 === 0) {
          assert.isTrue(places.take(slot))
          assert.isFalse(marks.begin(slot, token))
        } else assert.isTrue(marks.begin(slot, token))
        assert.isTrue(places.hasBegun(slot))
        places.release(slot)
      }
    })
  )

  it(
    "there are as many places as it says, each for one call",
    withMarks((marks) => {
      const places = new Slots(marks)
      const taken = new Set<number>()
      while (places.hasRoom) taken.add(places.acquire().slot)
      assert.strictEqual(taken.size, slots)
    })
  )
})
