import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Exit, Fiber, Layer } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { Random } from "./support/Random.ts"
import { assertTimeout, begin, isWaiting, letOthersRun, statesOf } from "./behaviour/support.ts"

/** Tasks that write down when they have begun. */
const starts = () => {
  const times: Array<number> = []
  const start = Effect.map(Clock.currentTimeMillis, (time) => void times.push(time))
  return { times, start }
}

const repeat = <A, E, R>(times: number, effect: Effect.Effect<A, E, R>) =>
  Effect.forEach(Array.from({ length: times }), () => effect)

/** When tasks with these costs begin, all submitted at once. */
const timesByCost = (rate: Executor.Rate, costs: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const executor = yield* FiberExecutor.make({ rate })
    const { start, times } = starts()
    for (const cost of costs) yield* executor.submit(start, { cost })
    yield* TestClock.adjust("10 seconds")
    return times
  })

/** How many of these ascending times are in any window of so many milliseconds, at most. */
const mostWithin = (millis: number, times: ReadonlyArray<number>): number => {
  let most = 0
  let first = 0
  times.forEach((time, index) => {
    while (times[first]! <= time - millis) first++
    most = Math.max(most, index + 1 - first)
  })
  return most
}

describe("rate", () => {
  it.effect("of 1,000 a second lets no more than that and the burst begin in any second, of ten", () =>
    Effect.gen(function* () {
      const burst = 50
      const executor = yield* FiberExecutor.make({ maxWorkers: 8, rate: { limit: 1000, every: "1 second", burst } })
      const { start, times } = starts()
      yield* repeat(20_000, executor.submit(start))
      for (let millis = 0; millis < 10_000; millis += 250) yield* TestClock.adjust(250)
      assert.isAtMost(mostWithin(1000, times), 1000 + burst)
      assert.strictEqual(times.length, 10_000 + burst)
    })
  )

  it.effect("lets a burst begin at once, and then one after the other", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ rate: { limit: 4, every: "1 second", burst: 3 } })
      const { start, times } = starts()
      yield* repeat(6, executor.submit(start))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(times, [0, 0, 0, 250, 500, 750])
      yield* repeat(4, executor.submit(start))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(times.slice(6), [10_000, 10_000, 10_000, 10_250])
    })
  )

  it.effect("holds no worker for a task that waits for it", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const slow = yield* Executor.group(executor, { rate: { limit: 1, every: "1 minute" } })
      const waiting = yield* repeat(5, slow.submit(Effect.void))
      yield* letOthersRun
      assert.deepStrictEqual(statesOf(waiting), ["finished", "pending", "pending", "pending", "pending"])
      const { running, workers } = yield* Executor.stats(slow)
      assert.deepStrictEqual([running, workers], [0, 0])
      assert.deepStrictEqual(yield* Executor.run(executor, Effect.succeed("goes on")), "goes on")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(waiting[1]!.state, "finished")
      assert.strictEqual(waiting[2]!.state, "pending")
    })
  )

  it.effect("of a group holds up no other", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const slow = yield* Executor.group(executor, { rate: { limit: 1, every: "1 second" } })
      const other = yield* Executor.group(executor)
      const slowOnes = yield* repeat(3, slow.submit(Effect.void))
      const others = yield* repeat(3, other.submit(Effect.void))
      yield* Future.wait(others)
      assert.deepStrictEqual(statesOf(slowOnes), ["finished", "pending", "pending"])
    })
  )

  it.effect("is used up by what begins, and not by what is cancelled while it waits", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ rate: { limit: 1, every: "1 second" } })
      const { start, times } = starts()
      const [, second, third] = yield* repeat(3, executor.submit(start))
      yield* TestClock.adjust(500)
      yield* Future.cancel(second!)
      yield* TestClock.adjust(500)
      assert.strictEqual(third!.state, "finished")
      assert.deepStrictEqual(times, [0, 1000])
    })
  )

  it.effect("is of cost: a task takes as much as it costs", () =>
    Effect.gen(function* () {
      const times = yield* timesByCost({ limit: 10, every: "1 second", burst: 10 }, [6, 4, 5, 0, 10])
      assert.deepStrictEqual(times, [0, 0, 500, 500, 1500])
    })
  )

  it.effect("lets what costs more than the burst begin when the bucket is full, and the next when it is paid for", () =>
    Effect.gen(function* () {
      const times = yield* timesByCost({ limit: 10, every: "1 second", burst: 2 }, [2, 8, 1])
      assert.deepStrictEqual(times, [0, 200, 900])
    })
  )

  it.effect("in fixed windows lets the whole limit begin at once, and the next with the next window", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({
        maxWorkers: 8,
        rate: { algorithm: "fixed-window", limit: 3, every: "1 second" }
      })
      const { start, times } = starts()
      yield* repeat(7, executor.submit(start))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(times, [0, 0, 0, 1000, 1000, 1000, 2000])
    })
  )

  it.effect("begins a fixed window with the first task that begins after the last window", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ rate: { algorithm: "fixed-window", limit: 2, every: "1 second" } })
      const { start, times } = starts()
      yield* TestClock.adjust(700)
      for (const after of [0, 900, 200, 700, 0, 0]) {
        yield* TestClock.adjust(after)
        yield* executor.submit(start)
      }
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(times, [700, 1600, 1800, 2500, 2800, 2800])
    })
  )

  it.effect("in fixed windows of random tasks lets fewer than twice the limit begin in any span of a window", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ rate: { algorithm: "fixed-window", limit: 10, every: 1000 } })
      const { start, times } = starts()
      const random = new Random(1)
      for (let n = 0; n < 1000; n++) {
        yield* executor.submit(start)
        if (random.below(20) === 0) yield* TestClock.adjust(random.below(3000))
      }
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(times.length, 1000)
      assert.isBelow(mostWithin(1000, times), 20)
    })
  )

  it.effect(
    "in fixed windows counts the cost, and what costs too much for what is left waits for the next window",
    () =>
      Effect.gen(function* () {
        const rate = { algorithm: "fixed-window", limit: 10, every: "1 second" } as const
        const times = yield* timesByCost(rate, [6, 0, 5, 5, 1])
        assert.deepStrictEqual(times, [0, 0, 1000, 1000, 2000])
      })
  )

  it.effect("begins no fixed window of a group with a task that the executor's rate holds up", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ rate: { limit: 1, every: "10 seconds" } })
      const rate = { algorithm: "fixed-window", limit: 1, every: "15 seconds" } as const
      const group = yield* Executor.group(executor, { rate })
      const { start, times } = starts()
      yield* executor.submit(start)
      yield* repeat(2, group.submit(start))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times, [0, 10_000, 25_000])
    })
  )

  it.effect("counts fixed windows for each key", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 8 })
      const rate = { algorithm: "fixed-window", limit: 2, every: "1 second" } as const
      const keyed = yield* Executor.keyed(executor, { maxWorkers: 4, rate })
      const [one, other] = [starts(), starts()]
      yield* repeat(3, keyed.get("one").submit(one.start))
      yield* TestClock.adjust(500)
      yield* repeat(3, keyed.get("other").submit(other.start))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(
        [one.times, other.times],
        [
          [0, 0, 1000],
          [500, 500, 1500]
        ]
      )
    })
  )

  it.effect("may be several: a task begins when all let it", () =>
    Effect.gen(function* () {
      const rate: ReadonlyArray<Executor.Rate> = [
        { limit: 2, every: "1 second", burst: 2 },
        { limit: 3, every: "1 minute", burst: 3 }
      ]
      const executor = yield* FiberExecutor.make({ rate })
      const { start, times } = starts()
      yield* repeat(5, executor.submit(start))
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(times, [0, 0, 500, 20_000, 40_000])
    })
  )

  it.effect("of a group counts with that of the executor, whichever is reached first", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ rate: { limit: 2, every: "1 second", burst: 2 } })
      const group = yield* Executor.group(executor, { rate: { limit: 1, every: "1 second" } })
      const { start, times } = starts()
      const other = starts()
      yield* repeat(3, group.submit(start))
      yield* repeat(3, executor.submit(other.start))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([times.length, other.times.length], [3, 3])
      assert.strictEqual(mostWithin(1000, times), 1)
      assert.isAtMost(mostWithin(1000, [...times, ...other.times]), 4)
    })
  )

  it.effect("of a group is not taken by a task that the executor's holds up", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ rate: { limit: 1, every: "10 seconds" } })
      const group = yield* Executor.group(executor, { rate: { limit: 1, every: "100 seconds" } })
      const { start, times } = starts()
      yield* executor.submit(start)
      yield* group.submit(start)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(times, [0, 10_000])
    })
  )

  it.effect("keeps the order of a group's tasks", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const group = yield* Executor.group(executor, { rate: { limit: 10, every: "1 second", burst: 2 } })
      const order: Array<number> = []
      for (let n = 0; n < 20; n++) yield* group.submit(Effect.sync(() => order.push(n)))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(
        order,
        Array.from({ length: 20 }, (_, n) => n)
      )
    })
  )

  it.effect("lets the more urgent begin first", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const group = yield* Executor.group(executor, { rate: { limit: 1, every: "1 second" } })
      const order: Array<string> = []
      const say = (name: string) => Effect.sync(() => order.push(name))
      yield* group.submit(say("first"))
      yield* group.submit(say("normal"))
      yield* group.submit(say("urgent"), { priority: 1 })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(order, ["first", "urgent", "normal"])
    })
  )

  it.effect("counts a wait for it as a wait for a worker", () =>
    Effect.gen(function* () {
      const rate = { limit: 1, every: "1 hour" } as const
      const executor = yield* FiberExecutor.make({ rate, queueTimeout: "1 second" })
      yield* executor.submit(Effect.void)
      const late = yield* executor.submit(Effect.void, { name: "late" })
      yield* TestClock.adjust("1 second")
      assertTimeout(yield* Effect.flip(late), { task: "late", millis: 1000, phase: "queued" })
    })
  )

  it.effect("lets a task that has begun go on, which has lent its worker", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, rate: { limit: 2, every: "1 hour", burst: 2 } })
      const inner = Effect.flatMap(executor.submit(Effect.succeed(5)), Future.join)
      assert.strictEqual(yield* Executor.run(executor, inner), 5)
    })
  )

  it.effect("ends with a shutdown: those that wait are let begin in time, or cancelled", () =>
    Effect.gen(function* () {
      const rate = { limit: 1, every: "1 second" } as const
      const executor = yield* FiberExecutor.make({ rate })
      const futures = yield* repeat(3, executor.submit(Effect.void))
      const draining = yield* begin(Executor.shutdown(executor))
      assert.isTrue(isWaiting(draining))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(draining)
      assert.deepStrictEqual(statesOf(futures), ["finished", "finished", "finished"])
      const other = yield* FiberExecutor.make({ rate })
      const left = yield* repeat(3, other.submit(Effect.void))
      yield* Executor.shutdown(other, { mode: "cancelPending" })
      assert.deepStrictEqual(statesOf(left), ["finished", "cancelled", "cancelled"])
    })
  )
})

const limiter = Effect.map(
  Layer.build(RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))),
  (context) => Context.get(context, RateLimiter.RateLimiter)
)

describe("rate with a RateLimiter of Effect", () => {
  it.effect("is one limit for all executors that name it alike", () =>
    Effect.gen(function* () {
      const rate = { limit: 2, every: "1 second", burst: 2, limiter: yield* limiter, name: "api" } as const
      const one = yield* FiberExecutor.make({ rate })
      const other = yield* FiberExecutor.make({ rate })
      const { start, times } = starts()
      yield* repeat(3, one.submit(start))
      yield* repeat(3, other.submit(start))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(times, [0, 0, 500, 1000, 1500, 2000])
    })
  )

  it.effect("counts a fixed window in the limiter's store, for all executors that name it alike", () =>
    Effect.gen(function* () {
      const rate = {
        algorithm: "fixed-window",
        limit: 2,
        every: "1 second",
        limiter: yield* limiter,
        name: "api"
      } as const
      const one = yield* FiberExecutor.make({ rate })
      const other = yield* FiberExecutor.make({ rate })
      const { start, times } = starts()
      yield* repeat(3, one.submit(start))
      yield* repeat(3, other.submit(start))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(times, [0, 0, 1000, 1000, 2000, 2000])
    })
  )

  it.effect("asks a store that takes its time, and lets none begin before it has answered", () =>
    Effect.gen(function* () {
      const inner = yield* limiter
      const asked: Array<number> = []
      const slow: RateLimiter.RateLimiter = {
        ...inner,
        consume: (options) =>
          Effect.andThen(
            Effect.sync(() => asked.push(options.tokens ?? 1)),
            Effect.delay(inner.consume(options), 10)
          )
      }
      const executor = yield* FiberExecutor.make({ rate: { limit: 1000, every: "1 second", limiter: slow } })
      const { start, times } = starts()
      yield* repeat(3, executor.submit(start))
      yield* letOthersRun
      assert.deepStrictEqual(times, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(times, [10, 20, 30])
      assert.deepStrictEqual(asked, [1, 1, 1])
    })
  )

  it.effect("keeps for the next what was given for a task that was cancelled meanwhile", () =>
    Effect.gen(function* () {
      const inner = yield* limiter
      const slow: RateLimiter.RateLimiter = {
        ...inner,
        consume: (options) => Effect.delay(inner.consume(options), 10)
      }
      const rate = { limit: 1, every: "1 hour", limiter: slow } as const
      const executor = yield* FiberExecutor.make({ rate })
      const cancelled = yield* executor.submit(Effect.void)
      yield* Future.cancel(cancelled)
      yield* TestClock.adjust(20)
      const next = yield* executor.submit(Effect.succeed("next"))
      yield* letOthersRun
      assert.strictEqual(next.state, "finished")
    })
  )

  const away: ReadonlyArray<readonly [name: string, answer: () => Effect.Effect<never, RateLimiter.RateLimiterError>]> =
    [
      [
        "cannot be asked",
        () => {
          const reason = new RateLimiter.RateLimitStoreError({ message: "the store is away" })
          return Effect.fail(new RateLimiter.RateLimiterError({ reason }))
        }
      ],
      ["fails with an error of its own", () => Effect.fail(new Error("away") as never)],
      ["dies", () => Effect.die(new Error("away"))],
      ["is interrupted", () => Effect.interrupt],
      [
        "throws",
        () => {
          throw new Error("away")
        }
      ]
    ]
  it.effect.each(away)("asks again in a second when the store %s", ([_, answer]) =>
    Effect.gen(function* () {
      const inner = yield* limiter
      let failures = 0
      const failing: RateLimiter.RateLimiter = {
        ...inner,
        consume: (options) => (++failures > 2 ? inner.consume(options) : answer())
      }
      const executor = yield* FiberExecutor.make({ rate: { limit: 5, every: "1 second", limiter: failing } })
      const { start, times } = starts()
      yield* executor.submit(start)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(times, [2000])
    })
  )

  it.effect("asks again in a second when the store throws at the second part of a cost above the burst", () =>
    Effect.gen(function* () {
      const inner = yield* limiter
      let isAway = true
      const failing: RateLimiter.RateLimiter = {
        ...inner,
        consume: (options) => {
          if (options.onExceeded !== "delay" || !isAway) return inner.consume(options)
          isAway = false
          throw new Error("away")
        }
      }
      const rate = { limit: 5, every: "1 second", burst: 2, limiter: failing } as const
      const executor = yield* FiberExecutor.make({ rate })
      const { start, times } = starts()
      yield* executor.submit(start, { cost: 3 })
      yield* letOthersRun
      assert.deepStrictEqual(times, [])
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(times.length, 1)
    })
  )
})

describe("a rate that is none", () => {
  const bad: ReadonlyArray<readonly [rate: unknown, option: string]> = [
    [{ limit: 0, every: "1 second" }, "rate.limit"],
    [{ limit: Infinity, every: "1 second" }, "rate.limit"],
    [{ limit: 1 }, "rate.every"],
    [{ limit: 1, every: 0 }, "rate.every"],
    [{ limit: 1, every: "1 second", burst: 0 }, "rate.burst"],
    [{ limit: 1, every: "1 second", algorithm: "sliding-window" }, "rate.algorithm"],
    [{ limit: 1, every: "1 second", algorithm: "fixed-window", burst: 1 }, "rate.burst"],
    [{ limit: 1, every: "1 second", limiter: {} }, "rate.limiter"],
    [{ limit: 1, every: "1 second", name: "" }, "rate.name"],
    [
      [
        { limit: 1, every: "1 second" },
        { limit: -1, every: "1 second" }
      ],
      "rate[1].limit"
    ],
    [5, "rate"]
  ]
  it.effect("is a defect of make and of group that names the option", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      for (const [rate, option] of bad) {
        for (const make of [
          FiberExecutor.make({ rate: rate as Executor.Rate }),
          Executor.group(executor, { rate: rate as Executor.Rate })
        ]) {
          const exit = yield* Effect.exit(make)
          assert.include(Exit.isFailure(exit) ? String(exit.cause) : "it was made", option)
        }
      }
    })
  )

  it.effect("a cost over the limit is a defect of submit, and so is one that is no number", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ rate: { limit: 5, every: Duration.seconds(1) } })
      const group = yield* Executor.group(executor)
      for (const cost of [6, -1, Number.NaN, Infinity]) {
        const exit = yield* Effect.exit(group.submit(Effect.void, { cost }))
        assert.include(Exit.isFailure(exit) ? String(exit.cause) : "it was taken", "cost")
      }
      assert.strictEqual((yield* Executor.stats(executor)).pending, 0)
    })
  )
})
