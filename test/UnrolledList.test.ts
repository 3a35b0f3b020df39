import { assert, describe, it } from "@effect/vitest"
import { type Segment, type Listed, UnrolledList } from "../src/internal/UnrolledList.ts"
import { Random } from "./support/Random.ts"

interface Item extends Listed {
  readonly n: number
}

const makeItem = (n: number): Item => ({ n, segment: undefined, index: 0 })

const segmentsOf = (list: UnrolledList<Item>): Array<Segment> => {
  const segments: Array<Segment> = []
  let segment = (list as unknown as { readonly firstSegment: Segment | undefined }).firstSegment
  for (; segment !== undefined; segment = segment.next) segments.push(segment)
  return segments
}

describe("UnrolledList", () => {
  it("gives what an array gives, whatever is put in and taken out, and wherever", () => {
    const random = new Random(1)
    const list = new UnrolledList<Item>()
    const model: Array<Item> = []
    for (let n = 0; n < 30_000; n++) {
      // The list grows for a while, and shrinks for a while, until nothing is left.
      if (random.chance(n % 10_000 < 5000 ? 0.7 : 0.2)) {
        const added = makeItem(n)
        if (random.chance(0.2)) {
          list.unshift(added)
          model.unshift(added)
        } else {
          list.push(added)
          model.push(added)
        }
      } else if (model.length > 0) {
        const [removed] = model.splice(random.chance(0.5) ? 0 : random.below(model.length), 1) as [Item]
        list.remove(removed)
        assert.isUndefined(removed.segment)
      }
      assert.strictEqual(list.first, model[0])
      assert.strictEqual(list.size, model.length)
      if (n % 1000 === 0) assert.deepStrictEqual(numbersOf(list), Array.from(model, numberOf))
    }
  })

  it("keeps nothing that has left", () => {
    const list = new UnrolledList<Item>()
    const items = Array.from({ length: 1000 }, (_, n) => makeItem(n))
    for (const each of items) list.push(each)
    const last = items[500]!
    for (const each of items) if (each !== last) list.remove(each)
    assert.deepStrictEqual(keptBy(list), [last])
    list.remove(last)
    assert.deepStrictEqual(keptBy(list), [])
  })

  it("does not grow while it never is empty", () => {
    const list = new UnrolledList<Item>()
    let last = makeItem(0)
    list.push(last)
    for (let n = 1; n < 100_000; n++) {
      const next = makeItem(n)
      list.push(next)
      list.remove(last)
      last = next
    }
    assert.isBelow(segmentsOf(list).length, 3)
  })

  it("makes nothing new while others come and go one at a time, whoever stays", () => {
    for (const stay of [0, 1, 63, 64, 65]) {
      const list = new UnrolledList<Item>()
      for (let n = 0; n < stay; n++) list.push(makeItem(n))
      const segments = new Set<Segment>()
      for (let n = 0; n < 1000; n++) {
        const one = makeItem(n)
        list.push(one)
        for (const segment of segmentsOf(list)) segments.add(segment)
        list.remove(one)
      }
      assert.isAtMost(segments.size, Math.floor(stay / 64) + 1, `${stay} stay`)
    }
  })

  it("does not grow while one stays at each end, and others come and go", () => {
    const list = new UnrolledList<Item>()
    list.push(makeItem(0))
    for (let n = 1; n < 100_000; n++) {
      const one = makeItem(n)
      const other = makeItem(-n)
      list.push(one)
      list.unshift(other)
      list.remove(one)
      list.remove(other)
    }
    assert.deepStrictEqual(numbersOf(list), [0])
    assert.isBelow(segmentsOf(list).length, 3)
  })
})

const keptBy = (list: UnrolledList<Item>) =>
  segmentsOf(list).flatMap((segment) => segment.items.filter((each) => each !== undefined))
const numberOf = ({ n }: Item): number => n
const numbersOf = (list: UnrolledList<Item>): Array<number> => list.toArray().map(numberOf)
