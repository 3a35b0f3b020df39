import { assert, describe, it } from "@effect/vitest"
import { LazySet } from "../src/internal/LazySet.ts"

describe("LazySet", () => {
  it("keeps each item once, in the order in which they came", () => {
    const set = new LazySet<string>()
    assert.deepStrictEqual([...set], [])
    for (const item of ["b", "a", "b"]) set.add(item)
    assert.deepStrictEqual([...set], ["b", "a"])
    assert.strictEqual(set.size, 2)
  })

  it("says whether it had what is taken out", () => {
    const set = new LazySet<string>()
    assert.isFalse(set.delete("a"))
    set.add("a")
    assert.isTrue(set.delete("a"))
    assert.isFalse(set.delete("a"))
    assert.strictEqual(set.size, 0)
  })

  it("may lose items while they are looked through", () => {
    const set = new LazySet<number>()
    for (const item of [1, 2, 3]) set.add(item)
    const seen: Array<number> = []
    for (const item of set) {
      seen.push(item)
      set.delete(item)
      if (item === 1) set.delete(2)
    }
    assert.deepStrictEqual(seen, [1, 3])
    assert.strictEqual(set.size, 0)
  })
})
