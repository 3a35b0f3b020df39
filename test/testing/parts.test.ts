import { assert, describe, it } from "@effect/vitest"
import { FiberState } from "../../src/internal/testing/FiberState.ts"
import type { BoundedSearch, RoundPart } from "../../src/internal/testing/strategies/BoundedSearch.ts"
import { Delay } from "../../src/internal/testing/strategies/delay.ts"
import { Exhaustive } from "../../src/internal/testing/strategies/exhaustive.ts"
import { Pieces } from "../../src/internal/testing/workers/Pieces.ts"
import type { PartResult } from "../../src/internal/testing/workers/searches.ts"
import { Random } from "../support/Random.ts"

const first = new FiberState(0, 0)

/** Makes the choices of one schedule of a program that has up to three candidates at each of some choices; gives what it chose. */
const runOne = (strategy: BoundedSearch): string => {
  let path = ""
  while (path.length < 7) {
    const count = 1 + ((path.length * 7 + Number(path === "" ? 0 : path.at(-1)) * 5) % 3)
    const free = 1 + (path.length % count)
    const point = { count, free, first, candidates: () => [], isPreemption: free === 1, exhausted: undefined }
    path += String(strategy.choose(point))
  }
  return strategy.isKnown ? "" : path
}

/** All of them, round after round, by one. */
const alone = (strategy: BoundedSearch): Array<string> => {
  const seen: Array<string> = []
  while (strategy.next()) seen.push(runOne(strategy))
  return seen.filter((path) => path !== "")
}

/** As much of a part as there is time for, with what is left of it. */
const someOf = (strategy: BoundedSearch, part: RoundPart, most: number) => {
  strategy.take(part)
  const seen: Array<string> = []
  for (let i = 0; i < most; i++) {
    if (!strategy.next()) return { seen, rest: [], left: strategy.left }
    seen.push(runOne(strategy))
  }
  return { seen, rest: strategy.parts(4), left: strategy.left }
}

/** All of them, in parts that are cut anywhere, and that are done in any order. */
const together = (make: () => BoundedSearch, random: Random): Array<string> => {
  const seen: Array<string> = []
  const strategy = make()
  while (strategy.nextRound()) {
    seen.push(runOne(strategy))
    const pieces = new Pieces(strategy.parts(4))
    const found = new Map<object, Array<string>>()
    const taken = []
    while (!pieces.isEmpty) {
      const piece = pieces.take(Infinity)
      if (piece !== undefined) taken.push(piece)
      if (piece !== undefined && random.below(2) === 0) continue
      const [done] = taken.splice(random.below(taken.length), 1)
      const { left, rest, seen: some } = someOf(make(), done!.part, 1 + random.below(6))
      strategy.leaves(left)
      found.set(done!.part, some)
      pieces.settle(done!, { rest } as unknown as PartResult)
      for (let next; (next = pieces.shift()) !== undefined;) seen.push(...found.get(next.part)!)
    }
  }
  return seen.filter((path) => path !== "")
}

describe("a proof in parts", () => {
  it.each<[string, () => BoundedSearch]>([
    ["exhaustive", () => new Exhaustive(3)],
    ["delay", () => new Delay(4)]
  ])("tries each schedule once, in the order of one worker, however its parts are cut: %s", (_, make) => {
    const expected = alone(make())
    assert.isAtLeast(expected.length, 50)
    assert.strictEqual(new Set(expected).size, expected.length)
    for (let seed = 1; seed <= 50; seed++) {
      assert.deepStrictEqual(together(make, new Random(seed)), expected, `seed ${seed}`)
    }
  })

  it("has something to try in each part", () => {
    const strategy = new Exhaustive(3)
    while (strategy.nextRound()) {
      runOne(strategy)
      for (const part of strategy.parts(4)) {
        const { left, rest, seen } = someOf(new Exhaustive(3), part, Infinity)
        strategy.leaves(left)
        assert.isNotEmpty(seen)
        assert.isEmpty(rest)
      }
    }
  })

  it("tries no part that comes after as many schedules as are wanted", () => {
    const strategy = new Exhaustive(3)
    strategy.nextRound()
    runOne(strategy)
    const pieces = new Pieces(strategy.parts(4))
    pieces.take(10)
    const second = pieces.take(10)!
    pieces.settle(second, { schedules: 10, rest: [] } as unknown as PartResult)
    assert.isUndefined(pieces.take(10))
    assert.isDefined(pieces.take(11))
  })
})
