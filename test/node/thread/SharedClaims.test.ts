import { assert, describe, it } from "vitest"
import { claimWords, makeMemory } from "../../../src/internal/node/thread/Doorbell.ts"
import { ParentClaims, slotCount, WorkerClaims } from "../../../src/internal/node/thread/SharedClaims.ts"
import { BlindClaims, type Claimed, Phase } from "../../../src/internal/remote/client/ClaimTable.ts"

const sides = () => {
  const words = claimWords(makeMemory(slotCount))
  return { parent: new ParentClaims(words), worker: new WorkerClaims(words) }
}

let lastId = 0
const makeCall = (): Claimed => ({ id: ++lastId, slot: -1, token: 0 })

const handed = (parent: ParentClaims): Claimed => {
  const call = makeCall()
  parent.hand(call)
  return call
}

describe("the claims that a thread and its parent share", () => {
  it("a call goes from handed through starting, begun and called to ended", () => {
    const { parent, worker } = sides()
    const call = handed(parent)
    assert.strictEqual(parent.phase(call), Phase.handed)
    assert.isTrue(worker.start(call))
    assert.strictEqual(parent.phase(call), Phase.starting)
    assert.isTrue(worker.begin(call, false))
    assert.strictEqual(parent.phase(call), Phase.begun)
    worker.called(call)
    assert.strictEqual(parent.phase(call), Phase.called)
    worker.end(call)
    assert.strictEqual(parent.phase(call), Phase.ended)
  })

  it("a call may begin without having been started, and be called as it begins", () => {
    const { parent, worker } = sides()
    const call = handed(parent)
    assert.isTrue(worker.begin(call, true))
    assert.strictEqual(parent.phase(call), Phase.called)
  })

  it("a call may end whose function was never called", () => {
    const { parent, worker } = sides()
    const call = handed(parent)
    worker.begin(call, false)
    worker.end(call)
    assert.strictEqual(parent.phase(call), Phase.ended)
  })

  it("what the parent has revoked the worker neither starts nor begins", () => {
    const { parent, worker } = sides()
    const call = handed(parent)
    assert.strictEqual(parent.revoke(call), Phase.handed)
    assert.isFalse(worker.start(call))
    assert.isFalse(worker.begin(call, true))
    worker.called(call)
    worker.end(call)
    assert.strictEqual(parent.phase(call), Phase.revoked)
  })

  it("what the worker only loads the file of can be revoked, and does not begin then", () => {
    const { parent, worker } = sides()
    const call = handed(parent)
    worker.start(call)
    assert.strictEqual(parent.revoke(call), Phase.starting)
    assert.isFalse(worker.begin(call, false))
  })

  it("what the worker has begun, called or ended the parent cannot revoke", () => {
    const { parent, worker } = sides()
    const call = handed(parent)
    worker.begin(call, false)
    assert.isUndefined(parent.revoke(call))
    worker.called(call)
    assert.isUndefined(parent.revoke(call))
    worker.end(call)
    assert.isUndefined(parent.revoke(call))
    assert.strictEqual(parent.phase(call), Phase.ended)
  })

  it("a call is revoked once", () => {
    const { parent } = sides()
    const call = handed(parent)
    assert.strictEqual(parent.revoke(call), Phase.handed)
    assert.isUndefined(parent.revoke(call))
  })

  it("nobody takes the call that has a slot now for the one that had it before", () => {
    const { parent, worker } = sides()
    const first = handed(parent)
    worker.begin(first, true)
    parent.free.release(first.slot)
    const second = handed(parent)
    assert.strictEqual(second.slot, first.slot)
    assert.isFalse(worker.start(first))
    assert.isFalse(worker.begin(first, false))
    assert.isUndefined(parent.revoke(first))
    worker.end(first)
    assert.strictEqual(parent.phase(second), Phase.handed)
  })

  it("no two calls have a slot at a time, and there is room for as many as there are slots", () => {
    const { parent } = sides()
    const calls = Array.from({ length: slotCount }, () => handed(parent))
    assert.isFalse(parent.free.hasRoom)
    assert.strictEqual(new Set(calls.map(({ slot }) => slot)).size, slotCount)
    assert.isTrue(calls.every(({ slot }) => slot >= 0 && slot < slotCount))
    parent.free.release(calls[17]!.slot)
    assert.isTrue(parent.free.hasRoom)
    assert.strictEqual(handed(parent).slot, calls[17]!.slot)
    assert.isFalse(parent.free.hasRoom)
  })
})

describe("claims where nothing is shared", () => {
  it("what was sent counts as begun, and no more is sent than can run", () => {
    const claims = new BlindClaims(2)
    const [one, other] = [makeCall(), makeCall()]
    claims.hand(one)
    assert.isTrue(claims.free.hasRoom)
    claims.hand(other)
    assert.isFalse(claims.free.hasRoom)
    assert.isUndefined(claims.revoke())
    assert.strictEqual(claims.phase(), Phase.begun)
    claims.free.release(one.slot)
    assert.isTrue(claims.free.hasRoom)
  })
})
