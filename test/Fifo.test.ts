import { assert, describe, it } from "@effect/vitest"
import { Fifo } from "../src/internal/Fifo.ts"
import { Random } from "./support/Random.ts"

const itemsOf = (fifo: Fifo<object>) => (fifo as unknown as { readonly items: ReadonlyArray<unknown> }).items

const numbered = (n: number) => ({ n })

describe("Fifo", () => {
  it("gives what an array gives, whatever is done in whatever order", () => {
    const random = new Random(1)
    const fifo = new Fifo<{ readonly n: number }>()
    const model: Array<{ readonly n: number }> = []
    for (let n = 0; n < 20_000; n++) {
      // The list grows for a while, and shrinks for a while.
      const isGrowing = n % 8000 < 4000
      if (!random.chance(isGrowing ? 0.7 : 0.3)) assert.strictEqual(fifo.shift(), model.shift())
      else if (random.chance(0.1)) {
        fifo.unshift(numbered(n))
        model.unshift(fifo.toArray()[0]!)
        assert.strictEqual(model[0]!.n, n)
      } else {
        const item = numbered(n)
        fifo.push(item)
        model.push(item)
      }
      assert.strictEqual(fifo.length, model.length)
    }
    assert.deepStrictEqual(fifo.toArray(), model)
    for (const n of [-1, model[0]!.n, model.at(-1)!.n]) {
      assert.strictEqual(
        fifo.some((item) => item.n === n),
        n >= 0
      )
    }
  })

  it("keeps no item that it has given", () => {
    const fifo = new Fifo<{ readonly n: number }>()
    for (let n = 0; n < 3; n++) fifo.push(numbered(n))
    for (let n = 0; n < 2; n++) fifo.shift()
    assert.deepStrictEqual(
      itemsOf(fifo).filter((item) => item !== undefined),
      [numbered(2)]
    )
  })

  it("does not grow while it never is empty", () => {
    const fifo = new Fifo<{ readonly n: number }>()
    const before = itemsOf(fifo)
    fifo.push(numbered(0))
    for (let n = 1; n < 20_000; n++) {
      fifo.push(numbered(n))
      assert.strictEqual(fifo.shift()!.n, n - 1)
    }
    assert.isBelow(itemsOf(fifo).length, 10_000)
    assert.isBelow(before.length, 10_000)
  })
})
