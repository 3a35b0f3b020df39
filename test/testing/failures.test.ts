import { assert, describe, it } from "@effect/vitest"
import { Cache, Deferred, Effect, Fiber, Pool, Ref, Semaphore } from "effect"
import { Interleave } from "effect-futures/testing"
import { wronglock } from "../../bench/races/programs/cs.ts"
import { failureOf, lostUpdate, unbounded } from "./support.ts"

const lineCount = (text: string): number => text.split("\n").length

/**
 * A service of ten clients: connections from a pool, rates from a cache, and a limiter that looks how many calls are under way in
 * one step and counts its own in another.
 */
const bank = Effect.gen(function* () {
  const limit = 3
  const underWay = yield* Ref.make(0)
  const balances = yield* Ref.make<ReadonlyArray<number>>(Array.from({ length: 10 }, () => 100))
  const pool = yield* Pool.make({ acquire: Effect.succeed("connection"), size: 4 })
  const rates = yield* Cache.make({
    capacity: 10,
    lookup: (currency: number) => Effect.as(Effect.sleep("5 millis"), currency + 1)
  })
  const limited = <A>(call: Effect.Effect<A>): Effect.Effect<A> =>
    Effect.gen(function* () {
      while ((yield* Ref.get(underWay)) >= limit) yield* Effect.sleep("10 millis")
      const now = yield* Ref.updateAndGet(underWay, (n) => n + 1)
      if (now > limit) return yield* Effect.die(new Error(`${now - limit} too many calls`))
      return yield* Effect.ensuring(
        call,
        Ref.update(underWay, (n) => n - 1)
      )
    })
  const transfer = (from: number, round: number) =>
    Effect.gen(function* () {
      const to = (from + round) % 10
      const rate = yield* Cache.get(rates, (from + to) % 3)
      yield* limited(
        Effect.scoped(
          Effect.gen(function* () {
            yield* Pool.get(pool)
            yield* Effect.sleep(`${rate} millis`)
            yield* Ref.update(balances, (all) => all.map((b, i) => (i === from ? b - rate : i === to ? b + rate : b)))
          })
        )
      )
    })
  const client = (id: number) =>
    Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], (round) => transfer(id, round), { discard: true })
  yield* Effect.all(
    Array.from({ length: 10 }, (_, id) => client(id)),
    unbounded
  )
}).pipe(Effect.scoped)

describe("a failure is short", () => {
  it.live("in a service of ten clients, found by default", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(bank)
      assert.isAtMost(failure.schedule.split(".").length, 10)
      assert.isAtMost(lineCount(failure.message), 60)
      assert.include(failure.message, "too many calls")
    })
  )

  it.live("also where the number in its message is another one than in the schedule that was found", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const count = yield* Ref.make(0)
        const add = Effect.flatMap(Ref.get(count), (n) => Ref.set(count, n + 1))
        yield* Effect.all([add, add, add, add, add], unbounded)
        const counted = yield* Ref.get(count)
        if (counted !== 5) yield* Effect.die(`lost ${5 - counted}`)
      })
      const failure = yield* failureOf(program, { strategy: "random", seed: 1 })
      assert.isAtMost(failure.preemptions, 2)
    })
  )

  it.live("also where a choice that is left out gives those after it another number", () =>
    Effect.gen(function* () {
      const { schedule } = yield* failureOf(wronglock(7), { strategy: "pct", seed: 5 })
      assert.isAtMost(schedule.split(".").length, 2)
    })
  )

  it.live("with the lines around what was chosen, if it is long", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const count = yield* Ref.make(0)
        const slow = Effect.gen(function* () {
          const n = yield* Ref.get(count)
          yield* Ref.set(count, n + 1)
          for (let i = 0; i < 60; i++) {
            yield* Effect.sleep(i + 1)
            yield* Effect.sync(() => {})
          }
        })
        yield* Effect.all([slow, slow], unbounded)
        if ((yield* Ref.get(count)) !== 2) yield* Effect.die("lost")
      })
      const { message } = yield* failureOf(program, { strategy: "pct" })
      assert.isAtMost(lineCount(message), 60)
      assert.include(message, "const n = yield* Ref.get(count)")
      assert.include(message, "left out)")
    })
  )

  it.live("in a deadlock of forty fibers", () =>
    Effect.gen(function* () {
      const program = Effect.all(
        Array.from({ length: 40 }, () => Effect.never),
        unbounded
      )
      const { kind, message } = yield* failureOf(program, { maxSchedules: 1 })
      assert.strictEqual(kind, "deadlock")
      assert.include(message, "lines left out")
      assert.isAtMost(lineCount(message), 60)
    })
  )

  it.live("with long lines of source cut", () =>
    Effect.gen(function* () {
      const { message } = yield* failureOf(wronglock(3))
      for (const line of message.split("\n")) assert.isAtMost(line.length, 200, line)
    })
  )
})

describe("a failure says", () => {
  it.live("who died and left a deadlock", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const lock = yield* Semaphore.make(1)
        const reader = Effect.andThen(lock.take(1), Effect.die(new Error("the file is gone")))
        yield* Effect.forkChild(Interleave.named(reader, "reader"))
        yield* Effect.yieldNow
        yield* lock.take(1)
      })
      const failure = yield* failureOf(program)
      assert.strictEqual(failure.kind, "deadlock")
      assert.include(failure.message, "reader had ended with: Error: the file is gone")
    })
  )

  it.live("after how many steps a fiber would have to give way", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(lostUpdate())
      assert.match(
        failure.byItself,
        /only if a fiber gives way after \d+ steps?\. By default a fiber gives way after 2048/
      )
      assert.include(failure.message, failure.byItself)
    })
  )

  it.live("that Effect itself runs the program in this order", () =>
    Effect.gen(function* () {
      assert.include((yield* failureOf(Effect.die("always"))).message, "Effect itself runs the program in this order.")
    })
  )

  it.live("where a fiber was forked that has no line of its own", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const done = yield* Deferred.make<void>()
        const fiber = yield* Effect.forkChild(Deferred.await(done))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        yield* Effect.die("seen")
      })
      assert.match((yield* failureOf(program)).message, /forked at .*failures\.test\.ts:\d+/)
    })
  )
})

describe("a report", () => {
  it.live("is plain data for tools", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.explore(lostUpdate())
      const data: unknown = JSON.parse(JSON.stringify(report))
      assert.nestedPropertyVal(data, "failures[0].kind", "failure")
      assert.nestedPropertyVal(data, "failures[0].schedule", report.failures[0]!.schedule)
      assert.nestedPropertyVal(data, "complete", true)
    })
  )
})

describe("marks", () => {
  const program = (isWide: boolean) =>
    Effect.gen(function* () {
      const isOpen = yield* Ref.make(false)
      const look = Effect.gen(function* () {
        if (yield* Ref.get(isOpen)) yield* Interleave.reached("in the window")
      })
      const open = isWide ? Effect.andThen(Ref.set(isOpen, true), Ref.set(isOpen, false)) : Ref.set(isOpen, false)
      yield* Effect.all([look, open], unbounded)
    })

  it.live("are counted by schedules", () =>
    Effect.gen(function* () {
      const { reached, schedules, unreached } = yield* Interleave.check(program(true), {
        requireReached: ["in the window"]
      })
      assert.isAbove(reached["in the window"]!, 0)
      assert.isBelow(reached["in the window"]!, schedules)
      assert.deepStrictEqual(unreached, [])
    })
  )

  it.live("are not counted in a schedule that only tells whether there are more", () =>
    Effect.gen(function* () {
      const always = Effect.andThen(program(true), Interleave.reached("always"))
      const { complete, reached, schedules } = yield* Interleave.explore(always, { maxSchedules: 2 })
      assert.deepStrictEqual([complete, schedules, reached["always"]], [false, 2, 2])
    })
  )

  it.live("that no schedule reaches fail the check that requires them", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(program(false), { requireReached: ["in the window"] })
      assert.strictEqual(failure.kind, "unreached")
      assert.include(failure.message, `"in the window" was not reached in any of`)
    })
  )

  it.live("do nothing elsewhere", () => Interleave.reached("nowhere"))
})
