import { assert, describe, it } from "vitest"
import { Demand } from "../../src/internal/stream/Demand.ts"

describe("what the reader of a stream has room for", () => {
  it("is taken as far as it is there, and once", () => {
    const demand = new Demand()
    assert.isFalse(demand.isThere)
    demand.add(3)
    assert.strictEqual(demand.take(2), 2)
    assert.isTrue(demand.isThere)
    assert.strictEqual(demand.take(2), 1)
    assert.isFalse(demand.isThere)
    assert.strictEqual(demand.take(2), 0)
  })

  it("wakes whoever waits for it, once", () => {
    const demand = new Demand()
    let wakes = 0
    demand.whenThere(() => wakes++)
    assert.strictEqual(wakes, 0)
    demand.add(1)
    demand.add(1)
    assert.strictEqual(wakes, 1)
  })

  it("wakes at once whoever waits for what is there", () => {
    const demand = new Demand()
    demand.add(1)
    let wakes = 0
    demand.whenThere(() => wakes++)
    assert.strictEqual(wakes, 1)
  })

  it("wakes nobody who does not wait any more", () => {
    const demand = new Demand()
    let wakes = 0
    demand.whenThere(() => wakes++)()
    demand.add(1)
    assert.strictEqual(wakes, 0)
  })
})
