import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Latch, Random, Ref, TxReentrantLock } from "effect"
import { TestClock } from "effect/testing"
import { KitchenTimer } from "effect-futures"
import { Interleave } from "effect-futures/testing"
import { makeNaiveTimer } from "../testing/explore/naiveTimer.ts"

/** Look whether it is free, and take it: a check, and then an act. `between` is what others may get in. */
const takeOnce = (between: (who: string) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const taken = yield* Ref.make<ReadonlyArray<string>>([])
    const take = (who: string) =>
      Effect.gen(function* () {
        if ((yield* Ref.get(taken)).length > 0) return
        yield* between(who)
        yield* Ref.update(taken, (before) => [...before, who])
      })
    yield* Effect.all([take("a"), take("b")], { concurrency: "unbounded" })
    return yield* Ref.get(taken)
  })

const orDie = (taken: ReadonlyArray<string>) =>
  taken.length === 1 ? Effect.void : Effect.die(`taken by ${taken.join(" and ")}`)

/** Two fibers start one timer at the same time; one of them must be told that it runs already. */
const startedTwice = <E>(start: Effect.Effect<void, E>) =>
  Effect.gen(function* () {
    const exits = yield* Effect.all([Effect.exit(start), Effect.exit(start)], { concurrency: "unbounded" })
    assert.strictEqual(exits.filter((exit) => exit._tag === "Success").length, 1, "starts that succeeded")
  })

describe("row 5: a kitchen timer", () => {
  it.effect("row 5: it starts, stops, says its state and the time remaining, and calls back when time is up", () =>
    Effect.gen(function* () {
      const timer = yield* KitchenTimer.make()
      const rung: Array<string> = []
      const ring = Effect.sync(() => rung.push("ring"))
      assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      yield* KitchenTimer.start(timer, "10 seconds", ring)
      yield* TestClock.adjust("2500 millis")
      assert.strictEqual(yield* KitchenTimer.state(timer), "running")
      assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 7.5)
      yield* KitchenTimer.stop(timer)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(rung, [])
      yield* KitchenTimer.start(timer, "10 seconds", ring)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      assert.deepStrictEqual(rung, ["ring"])
    })
  )

  it.effect("row 5: test and start is atomic: of many fibers that start it one does", () =>
    Effect.gen(function* () {
      const timer = yield* KitchenTimer.make()
      const starts = yield* Effect.forEach(
        Array.from({ length: 100 }),
        () => Effect.andThen(Effect.yieldNow, KitchenTimer.startIfStopped(timer, "1 minute")),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(starts.filter(Boolean).length, 1)
      const stops = yield* Effect.forEach(
        Array.from({ length: 100 }),
        () => Effect.andThen(Effect.yieldNow, KitchenTimer.stopIfRunning(timer)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(stops.filter(Boolean).length, 1)
    })
  )

  it.effect("row 5: a call that does not fit the state is an error", () =>
    Effect.gen(function* () {
      const timer = yield* KitchenTimer.make()
      assert.strictEqual((yield* Effect.flip(KitchenTimer.stop(timer)))._tag, "NotRunningError")
      yield* KitchenTimer.start(timer, "1 minute")
      assert.strictEqual((yield* Effect.flip(KitchenTimer.start(timer, "1 minute")))._tag, "AlreadyRunningError")
    })
  )

  it.live("row 5: a race is reproduced by forcing an order with semaphores", () =>
    Effect.gen(function* () {
      const a = yield* Latch.make()
      const b = yield* Latch.make()
      const both = (who: string) => (who === "a" ? Effect.andThen(b.open, a.await) : Effect.andThen(a.open, b.await))
      assert.deepStrictEqual((yield* takeOnce(both)).toSorted(), ["a", "b"])
    })
  )

  it.live("row 5: a race is reproduced by turns in a set sequence", () =>
    Effect.gen(function* () {
      const program = takeOnce((who) => Interleave.checkpoint(`${who} has looked`))
      const taken = yield* Interleave.order(program, ["b has looked", "a has looked"])
      assert.deepStrictEqual(taken, ["b", "a"])
      // The checkpoints do nothing where nobody has asked for an order.
      assert.deepStrictEqual(yield* program, ["a"])
    })
  )

  it.live("row 5: calls that do not come in the order asked for are told of, with the step", () =>
    Effect.gen(function* () {
      const program = takeOnce((who) => Interleave.checkpoint(`${who} has looked`))
      const error = yield* Effect.flip(Interleave.order(program, ["a has looked", "a has looked"]))
      assert.deepInclude(error, { _tag: "OrderError", step: 1 })
    })
  )

  it.live("row 5: a race is found by brute force, with many fibers", () =>
    Effect.gen(function* () {
      const program = Effect.flatMap(
        takeOnce(() => Effect.void),
        orDie
      )
      const seed = yield* Random.nextIntBetween(0, 1_000_000)
      const failure = yield* Effect.flip(Interleave.check(program, { strategy: "random", seed, maxSchedules: 1000 }))
      assert.propertyVal(failure, "kind", "failure", `seed ${seed}`)
    })
  )

  it.live("row 5: the naive timer's race is found, run again, and ours is proved to have none", () =>
    Effect.gen(function* () {
      const naive = Effect.gen(function* () {
        const timer = yield* makeNaiveTimer
        yield* startedTwice(timer.start("10 seconds", Effect.void))
      })
      const failure = yield* Effect.flip(Interleave.check(naive))
      assert.strictEqual(failure._tag, "InterleaveFailure")
      if (failure._tag !== "InterleaveFailure") return
      const again = yield* Effect.flip(Interleave.replay(naive, failure.schedule))
      assert.deepInclude(again, { kind: "failure", trace: failure.trace })
      const ours = Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* startedTwice(KitchenTimer.start(timer, "10 seconds"))
      })
      const report = yield* Interleave.check(Effect.scoped(ours))
      assert.isTrue(report.complete)
    })
  )

  it.live("row 5: a readers-writer lock keeps a writer alone", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const lock = yield* TxReentrantLock.make()
        const halves = { left: 0, right: 0 }
        const write = Effect.gen(function* () {
          halves.left++
          yield* Effect.yieldNow
          halves.right++
        })
        const read = Effect.sync(() => assert.strictEqual(halves.left, halves.right))
        const locked = [TxReentrantLock.withWriteLock(lock, write), TxReentrantLock.withReadLock(lock, read)]
        yield* Effect.all(locked, { concurrency: "unbounded" })
      })
      assert.isTrue((yield* Interleave.check(program, { maxPreemptions: 1 })).complete)
    })
  )

  it.live("row 5: state of a fiber's own is not shared, in any order", () =>
    Effect.gen(function* () {
      const Mine = Context.Reference<string>("test/Mine", { defaultValue: () => "nobody's" })
      const program = Effect.gen(function* () {
        const read = Effect.andThen(Effect.yieldNow, Mine)
        const fibers = yield* Effect.forEach(["a", "b"], (name) =>
          Effect.forkChild(Effect.provideService(read, Mine, name))
        )
        const seen = [yield* Fiber.join(fibers[0]!), yield* read, yield* Fiber.join(fibers[1]!)]
        assert.deepStrictEqual(seen, ["a", "nobody's", "b"])
      })
      assert.isTrue((yield* Interleave.check(program)).complete)
    })
  )
})
