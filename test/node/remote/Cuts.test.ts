import { assert, describe, it } from "vitest"
import { Cuts } from "../../../src/internal/remote/client/Cuts.ts"
import type { CallEntry, CutRequest, CutResult, Preempter } from "../../../src/internal/remote/client/Transport.ts"

// Only its number is looked at.
const entry = (id: number) => ({ id }) as CallEntry

const cutsOf = () => {
  const done: Array<number> = []
  const over = Promise.withResolvers<void>()
  const cuts = new Cuts({
    isNeeded: () => true,
    watchShare: () => ({ hadEnough: true }),
    isAbout: () => {},
    wasCut: ({ id }) => {
      done.push(id)
      if (done.length === 2) over.resolve()
    },
    isImpossible: () => {},
    recovered: () => {}
  })
  return { cuts, done, over: over.promise }
}

/** A worker that runs the code of call 2 until that is cut. */
class Busy implements Preempter {
  readonly asked: Array<readonly [target: number, until: number | undefined]> = []
  private isFree = false

  prepare(): void {}
  look(): void {}

  async cut({ mayWait, target, until }: CutRequest): Promise<CutResult> {
    this.asked.push([target, until])
    if (target === 2) this.isFree = true
    else if (!this.isFree) {
      assert.isTrue(mayWait())
      return { _tag: "Later", until: 5 }
    }
    return { _tag: "Cut", stuckAt: [] }
  }
}

describe("cuts of one worker", () => {
  it("come to the call whose code runs, and later to the one before it, which has its time from the first try", async () => {
    const { cuts, done, over } = cutsOf()
    const worker = new Busy()
    const first = worker.cut.bind(worker)
    worker.cut = async (request) => {
      // The second call is to be cut while the first is tried.
      if (worker.asked.length === 0) cuts.add(entry(2), worker)
      return first(request)
    }
    cuts.add(entry(1), worker)
    await over
    assert.deepStrictEqual(done, [2, 1])
    assert.deepStrictEqual(worker.asked, [
      [1, undefined],
      [2, undefined],
      [1, 5]
    ])
  })
})
