import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, MutableRef, Queue, Ref, Semaphore } from "effect"
import { Interleave } from "effect-futures/testing"
import { philosophers, reorder, twostage, wronglock } from "../../bench/races/programs/cs.ts"
import { countedRight, failureOf, lostUpdate, proofOf, unbounded } from "./support.ts"

const seeds = [0, 1]

describe("exhaustive", () => {
  it.live("leaves the orders without a preemption while there are more than anybody can try", () =>
    Effect.gen(function* () {
      // Eleven fibers that never wait: 11! orders.
      const failure = yield* failureOf(reorder(10), { strategy: "exhaustive", maxSchedules: 5000 })
      assert.strictEqual(failure.preemptions, 1)
    })
  )
})

describe("delay", () => {
  it.live("tries one schedule without any delay, and says that this is all", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.check(lostUpdate(), { strategy: "delay", maxDelays: 0 })
      assert.deepInclude(report, { complete: true, schedules: 1, maxDelays: 0, maxPreemptions: Infinity })
    })
  )

  it.live("tries each schedule within its bound once", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const say = (name: string) =>
        Effect.flatMap(
          Effect.sync(() => said.push(name)),
          () => Effect.void
        )
      let said: Array<string> = []
      const program = Effect.suspend(() => {
        said = []
        return Effect.tap(Effect.all([say("a"), say("b"), say("c")], unbounded), () =>
          Effect.sync(() => seen.push(said.join("")))
        )
      })
      const one = yield* Interleave.check(program, { strategy: "delay", maxDelays: 1 })
      const two = yield* Interleave.check(program, { strategy: "delay", maxDelays: 2 })
      assert.isTrue(one.complete && two.complete)
      assert.isBelow(one.schedules, two.schedules)
      assert.includeMembers(seen, ["abc", "bac", "acb"])
    })
  )

  it.live("finds what needs many orders without a preemption", () =>
    Effect.gen(function* () {
      for (const program of [wronglock(7), philosophers(3)])
        yield* failureOf(program, { strategy: "delay", maxSchedules: 1000 })
    })
  )

  it.live("proves that nothing is lost, within its bound", () => proofOf(countedRight, { strategy: "delay" }))
})

describe("walk", () => {
  it.live.each(seeds)("finds an order that needs a short fiber late, which random does not, seed %i", (seed) =>
    Effect.gen(function* () {
      yield* failureOf(reorder(3), { strategy: "walk", seed, maxSchedules: 300 })
    })
  )
})

describe("reads", () => {
  it.live.each(seeds)("finds a read between two of many writes, seed %i", (seed) =>
    Effect.gen(function* () {
      yield* failureOf(reorder(10), { strategy: "reads", seed, maxSchedules: 100 })
      yield* failureOf(reorder(20), { strategy: "reads", seed, maxSchedules: 100 })
    })
  )

  it.live.each(seeds)("finds one that overtakes nineteen at a lock, seed %i", (seed) =>
    failureOf(twostage(19, 1), { strategy: "reads", seed, maxSchedules: 500 })
  )

  it.live("is the same again with the same seed", () =>
    Effect.gen(function* () {
      const options = { strategy: "reads", seed: 3 } as const
      const [one, other] = [yield* failureOf(twostage(5, 1), options), yield* failureOf(twostage(5, 1), options)]
      assert.deepStrictEqual([one.how, one.schedule], [other.how, other.schedule])
    })
  )

  it.live("leaves Effect's objects as they were", () =>
    Effect.gen(function* () {
      const shapes = () =>
        [MutableRef.make(0), Deferred.makeUnsafe(), Semaphore.makeUnsafe(1), Effect.runSync(Queue.unbounded())].map(
          (object) => [
            Object.keys(object),
            Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object))).map(
              ([key, { get, set, value }]) => [key, get, set, value]
            )
          ]
        )
      const before = shapes()
      let kept: Ref.Ref<number> | undefined
      const program = Effect.gen(function* () {
        const ref = yield* Ref.make(0)
        yield* Effect.all([Ref.update(ref, (n) => n + 1), Ref.update(ref, (n) => n + 1)], unbounded)
        kept = ref
      })
      yield* Interleave.explore(program, { strategy: "reads", maxSchedules: 20 })
      assert.deepStrictEqual(shapes(), before)
      // What was made meanwhile still works.
      assert.strictEqual(yield* Ref.updateAndGet(kept!, (n) => n + 1), 3)
    })
  )

  it.live("leaves them so too when it is interrupted", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(
        Ref.make(0),
        Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
      )
      yield* Effect.timeoutOption(
        Interleave.explore(program, { strategy: "reads", maxSchedules: 1_000_000 }),
        "50 millis"
      )
      // The schedule at hand comes to its end first.
      while ("current" in Object.getPrototypeOf(MutableRef.make(0))) {
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      }
      assert.deepStrictEqual(Object.keys(MutableRef.make(0)), ["current"])
    })
  )
})

describe("auto", () => {
  it.live("is what check does unless told otherwise", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Interleave.check(countedRight)).strategy, "auto")
      assert.strictEqual((yield* Interleave.explore(countedRight)).strategy, "exhaustive")
    })
  )

  it.live("proves a small program as exhaustive does, in as many schedules", () =>
    Effect.gen(function* () {
      const auto = yield* proofOf(countedRight)
      const exhaustive = yield* proofOf(countedRight, { strategy: "exhaustive" })
      assert.strictEqual(auto.schedules, exhaustive.schedules)
    })
  )

  it.live("goes on with the proof after the samples", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const ref = yield* Ref.make(0)
        const thrice = Effect.replicateEffect(
          Ref.update(ref, (n) => n + 1),
          3
        )
        yield* Effect.all([thrice, thrice], unbounded)
      })
      const auto = yield* proofOf(program, { maxPreemptions: 3 })
      const exhaustive = yield* proofOf(program, { maxPreemptions: 3, strategy: "exhaustive" })
      assert.isAbove(exhaustive.schedules, 100)
      assert.isAtLeast(auto.schedules, exhaustive.schedules + 300)
    })
  )

  it.live.each(seeds)("finds within a few hundred schedules what neither of its parts need to find, seed %i", (seed) =>
    Effect.gen(function* () {
      for (const program of [reorder(20), wronglock(7), philosophers(7), twostage(19, 1)]) {
        yield* failureOf(program, { seed, maxSchedules: 800 })
      }
    })
  )
})
