import { assert, describe, it } from "vitest"
import { slots } from "../../../src/internal/node/process/ClaimFile.ts"
import { ParentClaims } from "../../../src/internal/node/process/parent/ParentClaims.ts"
import { WorkerClaims } from "../../../src/internal/node/process/worker/WorkerClaims.ts"
import { type Claimed, Phase } from "../../../src/internal/remote/client/ClaimTable.ts"
import { threadOf } from "../../support/threadOf.ts"

/** Claims between whose steps something happens. */
class Interrupted extends ParentClaims {
  /** The parent has said that it wants the call. */
  beforeLook: () => void = () => {}
  /** The parent knows whether it can have the call. */
  afterLook: () => void = () => {}
  private looks = 0

  override revoke(call: Claimed): Phase | undefined {
    this.looks = 0
    const phase = super.revoke(call)
    this.looks = -Infinity
    return phase
  }

  override phase(call: Claimed): Phase {
    // The parent glances at the word first, and the second look counts.
    if (++this.looks !== 2) return super.phase(call)
    this.beforeLook()
    const phase = super.phase(call)
    this.afterLook()
    return phase
  }
}

const claimed = (): Claimed => ({ id: 7, slot: 0, token: 0 })

/** Another thread that is to begin a call when it is told to. */
const startWorker = async (fd: number, call: Claimed) => {
  const claims = new URL("../../../src/internal/node/process/worker/WorkerClaims.ts", import.meta.url).href
  const code = `
    const { WorkerClaims } = await import(${JSON.stringify(claims)})
    const { parentPort, workerData } = await import("node:worker_threads")
    const tell = (at) => (Atomics.store(workerData, at, 1), Atomics.notify(workerData, at))
    class Waiting extends WorkerClaims {
      pause() {
        tell(1)
        super.pause()
      }
    }
    parentPort.postMessage("ready")
    Atomics.wait(workerData, 0, 0)
    parentPort.postMessage(new Waiting(${fd}).begin(${JSON.stringify(call)}, true))
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

const withClaims = (test: (parent: Interrupted, worker: WorkerClaims) => unknown) => async () => {
  const parent = new Interrupted(ParentClaims.create()!.fd)
  try {
    await test(parent, new WorkerClaims(parent.fd))
  } finally {
    parent.close()
  }
}

/** The worker begins at that moment of the parent's revoking: does the parent have the call then? */
const meetAt = (moment: "beforeLook" | "afterLook", isParents: boolean) =>
  withClaims(async (parent) => {
    const call = claimed()
    parent.hand(call)
    const { meet, runs } = await startWorker(parent.fd, call)
    parent[moment] = meet
    assert.strictEqual(parent.revoke(call), isParents ? Phase.handed : undefined)
    assert.strictEqual(await runs, !isParents)
  })

describe("the claim of a call", () => {
  it(
    "the worker, if it began first",
    withClaims((parent, worker) => {
      const call = claimed()
      parent.hand(call)
      assert.isTrue(worker.begin(call, true))
      assert.isUndefined(parent.revoke(call))
    })
  )

  it(
    "the parent, if it revoked it first",
    withClaims((parent, worker) => {
      const call = claimed()
      parent.hand(call)
      assert.strictEqual(parent.revoke(call), Phase.handed)
      assert.isFalse(worker.begin(call, true))
    })
  )

  it(
    "the parent, if the worker only loads its file",
    withClaims((parent, worker) => {
      const call = claimed()
      parent.hand(call)
      assert.isTrue(worker.start(call))
      assert.strictEqual(parent.revoke(call), Phase.starting)
      assert.isFalse(worker.begin(call, true))
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
    withClaims((parent, worker) => {
      for (let i = 0; i < 600; i++) {
        const call = claimed()
        parent.hand(call)
        assert.strictEqual(parent.phase(call), Phase.handed)
        if (i % 3 === 0) {
          assert.strictEqual(parent.revoke(call), Phase.handed)
          assert.isFalse(worker.begin(call, true))
        } else {
          assert.isTrue(worker.begin(call, false))
          assert.strictEqual(parent.phase(call), Phase.begun)
          worker.called(call)
          assert.strictEqual(parent.phase(call), Phase.called)
        }
        parent.free.release(call.slot)
      }
    })
  )

  it(
    "there are as many places as it says, each for one call",
    withClaims((parent) => {
      const taken = new Set<number>()
      while (parent.free.hasRoom) {
        const call = claimed()
        parent.hand(call)
        taken.add(call.slot)
      }
      assert.strictEqual(taken.size, slots)
    })
  )
})
