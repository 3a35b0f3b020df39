import { assert, describe, it } from "@effect/vitest"
import { Clock, Data, Deferred, Effect, Fiber, Latch, Logger, Queue, Random, Ref, Semaphore } from "effect"
import { DeadlockError, Interleave, LivelockError, NondeterminismError } from "effect-futures/testing"
import { pbkdf2, pbkdf2Sync, randomBytes } from "node:crypto"
import * as fs from "node:fs/promises"
import { inspect, promisify } from "node:util"
import { deflate, gzipSync } from "node:zlib"
import {
  awaits,
  countedRight,
  failureOf,
  increment,
  lostUpdate,
  outcomesOf,
  proofOf,
  reasonOf,
  turns,
  unbounded,
  untilTrue
} from "./support.ts"

class Lost extends Data.TaggedError("Lost")<{ readonly count: number }> {}

/** Some are in the list of what Node.js waits for, in some of its versions, and others are not. */
const threadPoolJobs: ReadonlyArray<{ readonly name: string; readonly begin: () => Promise<unknown> }> = [
  { name: "a file that is read", begin: () => fs.readFile(new URL(import.meta.url), "utf8") },
  { name: "a file that is looked at", begin: () => fs.stat(new URL(import.meta.url)) },
  { name: "a key that is derived", begin: () => promisify(pbkdf2)("secret", "salt", 100_000, 8, "sha256") },
  { name: "a text that is compressed", begin: () => promisify(deflate)("text".repeat(1_000_000)) }
]

const strategies = ["exhaustive", "pct", "random", "fifo"] as const

/** One writes 1, 2, and so on up to `n`; the other has to see each of them. */
const alternating = (n: number) =>
  Effect.gen(function* () {
    const shared = yield* Ref.make(0)
    const writer = Effect.gen(function* () {
      for (let i = 1; i <= n; i++) yield* Ref.set(shared, i)
    })
    const reader = Effect.gen(function* () {
      let seen = 0
      for (let i = 1; i <= n; i++) if ((yield* Ref.get(shared)) === i) seen++
      return seen
    })
    const one = yield* Effect.forkChild(writer)
    const other = yield* Effect.forkChild(reader)
    yield* Fiber.join(one)
    if ((yield* Fiber.join(other)) === n) yield* Effect.die("all were seen")
  })

/** Each fiber says its name so many times; gives the order of all that was said. */
const saying = (names: ReadonlyArray<string>, times: number) =>
  Effect.gen(function* () {
    const said: Array<string> = []
    const fibers: Array<Fiber.Fiber<unknown>> = []
    for (const name of names) {
      const speaker = Effect.gen(function* () {
        for (let i = 0; i < times; i++) yield* Effect.sync(() => said.push(name))
      })
      fibers.push(yield* Effect.forkChild(speaker))
    }
    for (const fiber of fibers) yield* Fiber.join(fiber)
    return said.join("")
  })

/** What the program gave in each schedule that was tried, in that order. */
const tried = <A, E>(program: Effect.Effect<A, E>, options: Interleave.Options) =>
  Effect.gen(function* () {
    const values: Array<A> = []
    yield* Interleave.explore(
      Effect.tap(program, (value) => Effect.sync(() => values.push(value))),
      options
    )
    return values
  })

/** All orders of such many of each of them. */
const mixes = (left: Readonly<Record<string, number>>): ReadonlyArray<string> => {
  const names = Object.keys(left).filter((name) => left[name]! > 0)
  if (names.length === 0) return [""]
  return names.flatMap((name) => mixes({ ...left, [name]: left[name]! - 1 }).map((rest) => name + rest))
}

describe("explore", () => {
  it.effect("gives every distinct failure once", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.explore(lostUpdate(3))
      assert.isTrue(report.complete)
      assert.deepStrictEqual(report.failures.map(reasonOf).toSorted(), ["counted 1", "counted 2"])
    })
  )

  it.effect("gives each with the fewest preemptions", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.explore(lostUpdate(3))
      assert.deepStrictEqual(
        report.failures.map((failure) => [reasonOf(failure), failure.preemptions]),
        [
          ["counted 2", 1],
          ["counted 1", 1]
        ]
      )
    })
  )

  it.effect("tells failures with one tag from each other by what is in them", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const count = yield* Ref.make(0)
        yield* Effect.all([increment(count), increment(count), increment(count)], unbounded)
        const counted = yield* Ref.get(count)
        if (counted !== 3) yield* new Lost({ count: counted })
      })
      const report = yield* Interleave.explore(program)
      const counts = report.failures.map(reasonOf).map((reason) => (reason instanceof Lost ? reason.count : reason))
      assert.deepStrictEqual(counts.toSorted(), [1, 2])
    })
  )

  it.effect("tells failures of one class from each other by what is in them", () =>
    Effect.gen(function* () {
      class Counted {
        readonly count: number
        constructor(count: number) {
          this.count = count
        }
      }
      const program = Effect.gen(function* () {
        const count = yield* Ref.make(0)
        yield* Effect.all([increment(count), increment(count), increment(count)], unbounded)
        const counted = yield* Ref.get(count)
        if (counted !== 3) yield* Effect.fail(new Counted(counted))
      })
      assert.lengthOf((yield* Interleave.explore(program)).failures, 2)
    })
  )

  it.effect("tells a failure from a deadlock and a livelock of the same program", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const first = yield* Ref.make("")
        const claim = (name: string) => Ref.update(first, (before) => before || name)
        yield* Effect.all(
          ["a", "b", "c"].map((name) => Effect.andThen(Effect.sleep("1 second"), claim(name))),
          unbounded
        )
        const winner = yield* Ref.get(first)
        if (winner === "a") yield* Effect.fail("a came first")
        if (winner === "b") yield* Effect.never
        if (winner === "c") yield* Effect.forever(Effect.yieldNow)
      })
      const report = yield* Interleave.explore(program, { maxSteps: 500 })
      assert.deepStrictEqual(report.failures.map((failure) => failure.kind).toSorted(), [
        "deadlock",
        "failure",
        "livelock"
      ])
    })
  )

  it.effect("gives no failure of a program that has none, and says that this is all", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.explore(countedRight)
      assert.isTrue(report.complete)
      assert.deepStrictEqual(report.failures, [])
    })
  )

  it.effect("goes on where check ends", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.explore(lostUpdate())
      assert.isTrue(report.complete)
      assert.isAbove(report.schedules, 2)
      const { how } = report.failures[0]!
      assert.match(how, /^schedule \d+ of strategy "exhaustive"$/)
    })
  )

  it.effect("takes the program first or last", () =>
    Effect.gen(function* () {
      const one = yield* Interleave.explore(countedRight, { maxPreemptions: 1 })
      assert.deepStrictEqual(yield* Interleave.explore({ maxPreemptions: 1 })(countedRight), one)
      assert.deepStrictEqual(yield* countedRight.pipe(Interleave.explore({ maxPreemptions: 1 })), one)
    })
  )

  it.effect("gives the same failures without the reduction", () =>
    Effect.gen(function* () {
      const reduced = yield* Interleave.explore(lostUpdate(3), { maxPreemptions: 1 })
      const full = yield* Interleave.explore(lostUpdate(3), { maxPreemptions: 1, reduction: false })
      assert.isTrue(full.complete)
      assert.deepStrictEqual(full.failures.map(reasonOf), reduced.failures.map(reasonOf))
      assert.isAtLeast(full.schedules, reduced.schedules)
    })
  )

  it.effect("gives a report that is plain data with failures that print themselves", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.explore(lostUpdate())
      assert.include(inspect(report), "counted 1")
      assert.include(inspect(report.failures[0]), "Interleave.replay")
    })
  )
})

describe("the bound", () => {
  it.effect("leaves out what needs more preemptions, and finds it with as many", () =>
    Effect.gen(function* () {
      for (const n of [1, 2, 3]) {
        const preemptions = (yield* failureOf(alternating(n), { strategy: "exhaustive", maxPreemptions: 6 }))
          .preemptions
        assert.strictEqual(preemptions, 2 * (n - 1))
        if (preemptions > 0) {
          const report = yield* Interleave.explore(alternating(n), { maxPreemptions: preemptions - 1 })
          assert.isTrue(report.complete)
          assert.deepStrictEqual(report.failures, [])
        }
        const failure = yield* failureOf(alternating(n), { strategy: "exhaustive", maxPreemptions: preemptions })
        assert.strictEqual(reasonOf(failure), "all were seen")
        assert.strictEqual(failure.preemptions, preemptions)
      }
    })
  )

  it.effect("is 2 unless told otherwise", () =>
    Effect.gen(function* () {
      yield* proofOf(alternating(3), { strategy: "exhaustive" })
      assert.strictEqual((yield* failureOf(alternating(2))).preemptions, 2)
    })
  )

  it.effect("of none leaves the choices that cost nothing", () =>
    Effect.gen(function* () {
      const { outcomes, report } = yield* outcomesOf(saying(["a", "b", "c"], 2), { maxPreemptions: 0 })
      assert.isTrue(report.complete)
      assert.deepStrictEqual(outcomes, ["aabbcc", "aaccbb", "bbaacc", "bbccaa", "ccaabb", "ccbbaa"])
    })
  )

  it.effect("that is Infinity leaves nothing out", () =>
    Effect.gen(function* () {
      const program = Effect.suspend(() => {
        const said: Array<string> = []
        const say = (name: string) => Effect.sync(() => said.push(name))
        const twice = (name: string) => Effect.andThen(say(name), say(name))
        return Effect.as(Effect.all([twice("a"), twice("b")], unbounded), said).pipe(
          Effect.map((said) => said.join(""))
        )
      })
      const { outcomes, report } = yield* outcomesOf(program, { maxPreemptions: Infinity })
      assert.isTrue(report.complete)
      assert.deepStrictEqual(outcomes, mixes({ a: 2, b: 2 }).toSorted())
    })
  )

  it.effect("tries schedules with fewer preemptions first", () =>
    Effect.gen(function* () {
      const switches = (said: string) => Array.from(said).filter((name, i) => i > 0 && name !== said[i - 1]).length
      const values = yield* tried(saying(["a", "b"], 3), { maxPreemptions: 3 })
      const first = (least: number) => values.findIndex((said) => switches(said) >= least)
      assert.isBelow(first(1), first(2))
      assert.isBelow(first(2), first(3))
      assert.isBelow(first(3), first(4))
    })
  )

  it.effect("that is greater tries all of what a smaller one tries", () =>
    Effect.gen(function* () {
      let last = 0
      for (const maxPreemptions of [0, 1, 2, 3]) {
        const { schedules } = yield* proofOf(saying(["a", "b"], 2), { maxPreemptions })
        assert.isAtLeast(schedules, last)
        last = schedules
      }
    })
  )
})

describe("what is tried", () => {
  it.effect("is counted, each schedule once", () =>
    Effect.gen(function* () {
      // No choice that makes no difference is left: fibers that wait for nothing and are woken by nobody but by time.
      const program = Effect.gen(function* () {
        const order: Array<string> = []
        const sleeper = (name: string) => Effect.map(Effect.sleep("1 second"), () => order.push(name))
        yield* Effect.all([sleeper("a"), sleeper("b")], unbounded)
        return order.join("")
      })
      const report = yield* proofOf(program, { maxPreemptions: 0 })
      assert.isAtLeast(report.schedules, 2)
    })
  )

  it.effect("ends with maxSchedules, and is not complete then", () =>
    Effect.gen(function* () {
      const { schedules } = yield* proofOf(countedRight)
      assert.isAbove(schedules, 1)
      for (const maxSchedules of [1, schedules - 1]) {
        const report = yield* Interleave.explore(countedRight, { maxSchedules })
        assert.deepStrictEqual([report.schedules, report.complete], [maxSchedules, false])
      }
    })
  )

  it.effect("is complete with maxSchedules if those were all there are", () =>
    Effect.gen(function* () {
      const { schedules } = yield* proofOf(countedRight)
      const more = yield* Interleave.explore(countedRight, { maxSchedules: schedules + 1 })
      assert.deepStrictEqual([more.schedules, more.complete], [schedules, true])
      const exactly = yield* Interleave.explore(countedRight, { maxSchedules: schedules })
      assert.deepStrictEqual([exactly.schedules, exactly.complete], [schedules, true])
    })
  )

  it.effect("is complete also where there are failures, if those were all there are", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* Interleave.explore(lostUpdate())).complete)
      assert.isTrue((yield* Interleave.explore(Effect.fail("no"))).complete)
    })
  )

  it.effect("is never complete with a strategy that draws by chance", () =>
    Effect.gen(function* () {
      for (const strategy of ["pct", "random"] as const) {
        for (const program of [Effect.void, countedRight]) {
          const report = yield* Interleave.explore(program, { strategy, maxSchedules: 200 })
          assert.deepStrictEqual([report.schedules, report.complete], [200, false])
          assert.strictEqual(report.maxPreemptions, Infinity)
        }
      }
    })
  )

  it.effect("is a thousand schedules with a strategy that draws by chance", () =>
    Effect.gen(function* () {
      for (const strategy of ["pct", "random"] as const) {
        assert.strictEqual((yield* Interleave.explore(Effect.yieldNow, { strategy })).schedules, 1000)
      }
    })
  )

  it.effect("is one schedule with fifo, the one that Effect takes", () =>
    Effect.gen(function* () {
      const program = saying(["a", "b", "c"], 2)
      const { outcomes, report } = yield* outcomesOf(program, { strategy: "fifo" })
      assert.deepStrictEqual(outcomes, [yield* program])
      assert.deepStrictEqual([report.schedules, report.complete, report.strategy], [1, false, "fifo"])
    })
  )

  it.effect("is with fifo what Effect does, also where fibers give way, wait and wake each other", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const log: Array<string> = []
        const say = (text: string) => Effect.sync(() => log.push(text))
        const queue = yield* Queue.bounded<number>(1)
        const latch = yield* Latch.make()
        const semaphore = yield* Semaphore.make(1)
        const deferred = yield* Deferred.make<void>()
        const worker = (name: string) =>
          Effect.gen(function* () {
            yield* say(`${name} begins`)
            yield* Effect.yieldNow
            yield* Semaphore.withPermit(semaphore, Effect.andThen(Effect.yieldNow, say(`${name} holds`)))
            yield* latch.await
            yield* say(`${name} passed`)
            yield* Queue.offer(queue, 1)
            yield* say(`${name} offered`)
            yield* Deferred.await(deferred)
            yield* say(`${name} ends`)
          })
        const fibers = [yield* Effect.forkChild(worker("a")), yield* Effect.forkChild(worker("b"))]
        fibers.push(yield* Effect.forkChild(worker("c"), { startImmediately: true }))
        yield* Effect.yieldNow
        yield* say("main opens")
        yield* latch.open
        for (let i = 0; i < 3; i++) {
          yield* Queue.take(queue)
          yield* say("main took")
        }
        yield* Deferred.succeed(deferred, undefined)
        yield* say("main waits")
        for (const fiber of fibers) yield* Fiber.await(fiber)
        return log.join(", ")
      })
      assert.strictEqual(yield* Interleave.replay(program, "-"), yield* program)
    })
  )

  it.effect("is with fifo what Effect does, also where fibers give way with a priority", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const log: Array<string> = []
        const worker = (name: string, priority: number) =>
          Effect.andThen(
            Effect.yieldNowWith(priority),
            Effect.sync(() => log.push(name))
          )
        yield* Effect.all([worker("low", 10), worker("usual", 0), worker("high", -10)], unbounded)
        return log.join(", ")
      })
      assert.strictEqual(yield* Interleave.replay(program, "-"), yield* program)
    })
  )

  it.effect("is the same again with the same seed", () =>
    Effect.gen(function* () {
      for (const strategy of ["pct", "random"] as const) {
        const options = { strategy, maxSchedules: 100, seed: 7 }
        const program = saying(["a", "b", "c"], 3)
        assert.deepStrictEqual(yield* tried(program, options), yield* tried(program, options))
        const one = yield* Interleave.explore(lostUpdate(3), options)
        const other = yield* Interleave.explore(lostUpdate(3), options)
        assert.deepStrictEqual(
          one.failures.map((failure) => failure.message),
          other.failures.map((failure) => failure.message)
        )
        assert.strictEqual(one.seed, 7)
      }
    })
  )

  it.effect("is something else with another seed", () =>
    Effect.gen(function* () {
      for (const strategy of ["pct", "random"] as const) {
        const program = saying(["a", "b", "c"], 3)
        const seeds = [-1, 0, 1, 2, 3]
        const all = new Set<string>()
        for (const seed of seeds) all.add((yield* tried(program, { strategy, maxSchedules: 50, seed })).join())
        assert.strictEqual(all.size, seeds.length)
      }
    })
  )

  it.effect("comes to every order with random, given time", () =>
    Effect.gen(function* () {
      const { outcomes } = yield* outcomesOf(saying(["a", "b"], 2), { strategy: "random", maxSchedules: 1000 })
      assert.deepStrictEqual(outcomes, mixes({ a: 2, b: 2 }).toSorted())
    })
  )

  it.effect("comes to what needs so many changes with pct of that depth", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.explore(alternating(2), { strategy: "pct", depth: 3, maxSchedules: 5000 })
      assert.deepStrictEqual(report.failures.map(reasonOf), ["all were seen"])
      assert.strictEqual(report.seed, 0)
    })
  )

  it.effect("has only orders of whole fibers with pct of depth 1", () =>
    Effect.gen(function* () {
      const { outcomes } = yield* outcomesOf(saying(["a", "b"], 3), { strategy: "pct", depth: 1 })
      assert.deepStrictEqual(outcomes, ["aaabbb", "bbbaaa"])
    })
  )

  it.effect("fails with a schedule that fails again, whatever the strategy", () =>
    Effect.gen(function* () {
      for (const strategy of ["exhaustive", "pct", "random"] as const) {
        for (const failure of (yield* Interleave.explore(lostUpdate(3), { strategy })).failures) {
          const again = yield* Effect.flip(Interleave.replay(lostUpdate(3), failure.schedule))
          if (again._tag !== "InterleaveFailure") return assert.fail(again.message)
          assert.strictEqual(reasonOf(again), reasonOf(failure))
          assert.deepStrictEqual(again.trace, failure.trace)
        }
      }
    })
  )

  it.effect("has the shortest schedule for what was found by chance", () =>
    Effect.gen(function* () {
      for (const strategy of ["pct", "random"] as const) {
        const report = yield* Interleave.explore(lostUpdate(), { strategy })
        assert.deepStrictEqual(report.failures.map(reasonOf), ["counted 1"])
        assert.strictEqual(report.failures[0]!.preemptions, 1)
      }
    })
  )
})

let outside = 0

describe("a program that depends on more than its schedule", () => {
  const assertTold = (failure: { readonly kind: string; readonly message: string }) => {
    assert.strictEqual(failure.kind, "nondeterminism")
    for (const part of ["Math.random", "Date.now", "Clock", "Random", "inside the program"]) {
      assert.include(failure.message, part)
    }
  }

  it.effect("is told so: Math.random decides who is forked", () =>
    Effect.gen(function* () {
      const program = Effect.suspend(() => {
        const count = Math.floor(Math.random() * 1_000_000)
        return Effect.all(
          Array.from({ length: 2 + (count % 1000) }, () => Effect.yieldNow),
          unbounded
        )
      })
      for (const strategy of strategies) {
        const failure = yield* failureOf(program, { strategy })
        assertTold(failure)
        assert.instanceOf(reasonOf(failure), NondeterminismError)
      }
    })
  )

  it.effect("is told so: the wall clock decides who is forked", () =>
    Effect.gen(function* () {
      let now = Date.now()
      // As if a millisecond went by each time.
      const program = Effect.suspend(() =>
        Effect.all(
          Array.from({ length: 2 + (now++ % 50) }, () => Effect.yieldNow),
          unbounded
        )
      )
      assertTold(yield* failureOf(program))
    })
  )

  it.effect("is told so: state in its module is left from one run to the next", () =>
    Effect.gen(function* () {
      outside = 0
      const program = Effect.gen(function* () {
        outside++
        yield* Effect.all(
          Array.from({ length: outside }, () => Effect.yieldNow),
          unbounded
        )
      })
      assertTold(yield* failureOf(program))
    })
  )

  it.effect("is told so, also if it only changes after some schedules", () =>
    Effect.gen(function* () {
      outside = 0
      const program = Effect.gen(function* () {
        const fibers = ++outside > 4 ? 3 : 2
        yield* Effect.all(
          Array.from({ length: fibers }, () => Effect.yieldNow),
          unbounded
        )
      })
      assertTold(yield* failureOf(program))
    })
  )

  it.effect("is told so, also if the same fibers do the same steps and only the result differs", () =>
    Effect.gen(function* () {
      outside = 0
      const program = Effect.suspend(() => (++outside === 2 ? Effect.die("the second time") : Effect.void))
      assertTold(yield* failureOf(program))
    })
  )

  it.effect("is told so, also if it fails only the first time", () =>
    Effect.gen(function* () {
      outside = 0
      const program = Effect.suspend(() => (++outside === 1 ? Effect.die("the first time") : Effect.void))
      assertTold(yield* failureOf(program))
    })
  )

  it.effect("is told so, also if it fails every other time", () =>
    Effect.gen(function* () {
      outside = 0
      const program = Effect.suspend(() => (++outside % 2 === 0 ? Effect.die("an even time") : Effect.void))
      assertTold(yield* failureOf(program))
    })
  )

  it.effect("is told so in the report of explore", () =>
    Effect.gen(function* () {
      outside = 0
      const program = Effect.suspend(() =>
        Effect.all(
          Array.from({ length: ++outside }, () => Effect.yieldNow),
          unbounded
        )
      )
      const report = yield* Interleave.explore(program)
      assert.isFalse(report.complete)
      assert.deepStrictEqual(
        report.failures.map((failure) => failure.kind),
        ["nondeterminism"]
      )
    })
  )

  it.effect("is not one that takes chance from Random", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const count = yield* Random.nextIntBetween(2, 5)
        const drawn = yield* Effect.all(
          Array.from({ length: count }, () => Random.next),
          { concurrency: "unbounded" }
        )
        return drawn.join()
      })
      const { outcomes, report } = yield* outcomesOf(program, { maxPreemptions: 1 })
      assert.isTrue(report.complete)
      assert.isAtLeast(outcomes.length, 1)
    })
  )

  it.effect("is not one that takes chance from Random, which gives each schedule the same", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const drawn = [yield* Random.next, yield* Random.nextInt, yield* Random.nextBoolean]
        yield* Effect.all([Effect.yieldNow, Effect.yieldNow], unbounded)
        return drawn.join()
      })
      const { outcomes, report } = yield* outcomesOf(program)
      assert.isTrue(report.complete)
      assert.lengthOf(outcomes, 1)
    })
  )

  it.effect("is not one that takes the time from Clock", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const before = yield* Clock.currentTimeMillis
        yield* Effect.all([Effect.sleep(before + 5), Effect.sleep(5)], unbounded)
        return `${before} ${yield* Clock.currentTimeMillis}`
      })
      const { outcomes, report } = yield* outcomesOf(program)
      assert.isTrue(report.complete)
      assert.deepStrictEqual(outcomes, ["0 5"])
    })
  )
})

describe("a loop that waits", () => {
  /** One waits in a loop, the other sets what it waits for. */
  const waiting = (between: Effect.Effect<unknown>, set: boolean) =>
    Effect.gen(function* () {
      const flag = yield* Ref.make(false)
      const waiter = Effect.gen(function* () {
        while (!(yield* Ref.get(flag))) yield* between
        return "seen"
      })
      const setter = set ? Ref.set(flag, true) : Effect.void
      const [seen] = yield* Effect.all([waiter, setter], { concurrency: "unbounded" })
      return seen
    })

  it.effect("is a livelock if nobody sets what it waits for", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(Interleave.named(waiting(Effect.yieldNow, false), "root"), { maxSteps: 500 })
      assert.strictEqual(failure.kind, "livelock")
      const error = reasonOf(failure)
      if (!(error instanceof LivelockError)) return assert.fail(String(error))
      assert.lengthOf(error.running, 1)
      assert.include(error.message, "500 steps")
      assert.include(error.message, "maxSteps")
      assert.include(failure.message, error.running.join())
    })
  )

  it.effect("is a livelock with the usual maxSteps too", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(waiting(Effect.yieldNow, false))
      assert.strictEqual(failure.kind, "livelock")
      assert.include(failure.message, "100000 steps")
    })
  )

  it.effect("names who goes round in a livelock", () =>
    Effect.gen(function* () {
      const spin = Effect.forever(Effect.yieldNow)
      const program = Effect.all([Interleave.named(spin, "one"), Effect.withSpan(spin, "other")], unbounded)
      const failure = yield* failureOf(program, { maxSteps: 1000 })
      const error = reasonOf(failure)
      if (!(error instanceof LivelockError)) return assert.fail(String(error))
      assert.sameMembers([...error.running], ["one", "other"])
    })
  )

  it.effect("is a livelock without giving way, too", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(waiting(Effect.void, false), { maxSteps: 500 })
      assert.strictEqual(failure.kind, "livelock")
    })
  )

  it.effect("is none if it gives way and another sets it, and is explored to the end", () =>
    Effect.gen(function* () {
      for (const maxPreemptions of [0, 1, 2, 3]) {
        const { outcomes, report } = yield* outcomesOf(waiting(Effect.yieldNow, true), {
          maxPreemptions,
          maxSteps: 1000
        })
        assert.deepStrictEqual(outcomes, ["seen"])
        assert.isTrue(report.complete)
      }
    })
  )

  it.effect("is none if several wait for each other in turn", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const turn = yield* Ref.make(0)
        const player = (number: number) =>
          Effect.gen(function* () {
            while ((yield* Ref.get(turn)) !== number) yield* Effect.yieldNow
            yield* Ref.set(turn, number + 1)
          })
        yield* Effect.all([player(2), player(1), player(0)], unbounded)
      })
      yield* proofOf(program, { maxPreemptions: 1, maxSteps: 1000, maxSchedules: Infinity })
    })
  )

  it.effect("is none if it does not give way, and goes on for 2048 steps before another does", () =>
    Effect.gen(function* () {
      const { outcomes, report } = yield* outcomesOf(waiting(Effect.void, true), { maxPreemptions: 0 })
      assert.deepStrictEqual(outcomes, ["seen"])
      assert.isTrue(report.complete)
      assert.isAbove(report.steps, 1000)
      assert.isBelow(report.steps, 10_000)
    })
  )

  it.effect("is none if it sleeps", () =>
    Effect.gen(function* () {
      const { outcomes, report } = yield* outcomesOf(waiting(Effect.sleep("1 second"), true))
      assert.deepStrictEqual(outcomes, ["seen"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("is none with any strategy if another sets it", () =>
    Effect.gen(function* () {
      for (const strategy of strategies) {
        const { outcomes } = yield* outcomesOf(waiting(Effect.yieldNow, true), { strategy, maxSchedules: 300 })
        assert.deepStrictEqual(outcomes, ["seen"])
      }
    })
  )

  it.effect("does not keep a long program from its end", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const count = yield* Ref.make(0)
        for (let i = 0; i < 1000; i++) yield* Ref.update(count, (n) => n + 1)
        return yield* Ref.get(count)
      })
      const { outcomes, report } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["1000"])
      assert.isTrue(report.complete)
      const failure = yield* failureOf(program, { maxSteps: 800 })
      assert.strictEqual(failure.kind, "livelock")
    })
  )
})

describe("a program that waits for a promise", () => {
  const counting = (wait: () => Promise<unknown>) =>
    Effect.gen(function* () {
      const count = yield* Ref.make(0)
      const counting = Effect.gen(function* () {
        yield* Effect.promise(wait)
        yield* increment(count)
      })
      yield* Effect.all([counting, counting], unbounded)
      return yield* Ref.get(count)
    })

  it.effect("that is resolved comes to its end, and is explored", () =>
    Effect.gen(function* () {
      const { outcomes, report } = yield* outcomesOf(counting(() => Promise.resolve()))
      assert.deepStrictEqual(outcomes, ["1", "2"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("of an async function with some awaits comes to its end, and is explored", () =>
    Effect.gen(function* () {
      for (const count of [1, 5, 50]) {
        const { outcomes, report } = yield* outcomesOf(counting(() => awaits(count)))
        assert.deepStrictEqual(outcomes, ["1", "2"])
        assert.isTrue(report.complete)
      }
    })
  )

  it.effect("that rejects fails with that", () =>
    Effect.gen(function* () {
      const program = Effect.tryPromise({ try: () => Promise.reject(new Error("no")), catch: () => "refused" })
      assert.strictEqual(reasonOf(yield* failureOf(program)), "refused")
      const defect = yield* failureOf(Effect.promise(() => Promise.reject(new TypeError("no"))))
      assert.instanceOf(reasonOf(defect), TypeError)
    })
  )

  it.effect("of a file that is read comes to its end", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const text = yield* Effect.promise(() => fs.readFile(new URL(import.meta.url), "utf8"))
        yield* Effect.all([Effect.yieldNow, Effect.yieldNow], unbounded)
        return text.length > 1000
      })
      const { outcomes, report } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["true"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("of a file that is read next to others who go on comes to its end", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const read = Effect.promise(() => fs.readFile(new URL(import.meta.url), "utf8"))
        const [text] = yield* Effect.all([read, Effect.forEach([1, 2], () => Effect.yieldNow)], {
          concurrency: "unbounded"
        })
        return text.length > 1000
      })
      const { outcomes } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["true"])
    })
  )

  describe.each(threadPoolJobs)("of $name", ({ begin }) => {
    it.effect("does not come too late for a timeout of a minute", () =>
      Effect.gen(function* () {
        const program = Effect.as(Effect.timeout(Effect.promise(begin), "1 minute"), "came")
        const { outcomes } = yield* outcomesOf(program, { maxSchedules: 4 })
        assert.deepStrictEqual(outcomes, ["came"])
      })
    )
  })

  it.effect("is not waited for where it was done at once", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        randomBytes(16)
        pbkdf2Sync("secret", "salt", 1, 8, "sha256")
        gzipSync("text")
        return yield* Effect.timeoutOption(
          Effect.promise(() => new Promise(() => {})),
          "1 minute"
        )
      })
      const { outcomes, report } = yield* outcomesOf(program)
      assert.lengthOf(outcomes, 1)
      assert.isTrue(report.complete)
    })
  )

  it.effect("that never settles is a deadlock", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(Effect.promise(() => new Promise(() => {})))
      assert.strictEqual(failure.kind, "deadlock")
    })
  )

  it.effect("that another fiber settles goes on", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const { promise, resolve } = Promise.withResolvers<string>()
        const [value] = yield* Effect.all(
          [
            Effect.promise(() => promise),
            Effect.delay(
              Effect.sync(() => resolve("settled")),
              "1 day"
            )
          ],
          { concurrency: "unbounded" }
        )
        return value
      })
      const { outcomes, report } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["settled"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("is interrupted with it, and hears of that by its signal", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        let aborted = false
        const wait = Effect.promise(
          (signal) => new Promise(() => signal.addEventListener("abort", () => (aborted = true)))
        )
        yield* Effect.timeoutOption(wait, "1 second")
        return aborted
      })
      assert.deepStrictEqual((yield* outcomesOf(program)).outcomes, ["true"])
    })
  )

  it.effect("runs effects in it as a part of the program", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const context = yield* Effect.context()
        const count = yield* Ref.make(0)
        const run = Effect.runPromiseWith(context)
        const work = Effect.promise(async () => {
          await undefined
          await run(increment(count))
        })
        yield* Effect.all([work, work], unbounded)
        return yield* Ref.get(count)
      })
      const { outcomes } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["1", "2"])
    })
  )
})

/** Never ends, and counts how often it has begun and how often its finalizer is done, of which `cleanUp` is a part. */
const countedDaemon = (cleanUp: Effect.Effect<unknown> = Effect.void) => {
  let begun = 0
  let ended = 0
  const daemon = Effect.acquireUseRelease(
    Effect.sync(() => begun++),
    () => Effect.never,
    () =>
      Effect.andThen(
        cleanUp,
        Effect.sync(() => ended++)
      )
  )
  const assertEnded = (least = 1): void => {
    assert.isAtLeast(begun, least)
    assert.strictEqual(ended, begun)
  }
  return { daemon, assertEnded }
}

describe("what a schedule leaves", () => {
  it.effect("is interrupted, with its finalizers", () =>
    Effect.gen(function* () {
      const { assertEnded, daemon } = countedDaemon()
      const program = Effect.gen(function* () {
        yield* Effect.forkDetach(daemon)
        yield* Effect.forkDetach(daemon)
        yield* Effect.yieldNow
      })
      yield* proofOf(program)
      assertEnded(3)
    })
  )

  it.effect("is interrupted, with its finalizers, also if it had only just been forked", () =>
    Effect.gen(function* () {
      const { assertEnded, daemon } = countedDaemon()
      yield* proofOf(Effect.andThen(Effect.forkDetach(daemon), Effect.forkDetach(daemon, { startImmediately: true })))
      assertEnded()
    })
  )

  it.effect("is interrupted, also where the program failed, deadlocked or went round", () =>
    Effect.gen(function* () {
      for (const end of [Effect.fail("no"), Effect.never, Effect.forever(Effect.yieldNow)]) {
        const { assertEnded, daemon } = countedDaemon()
        yield* failureOf(Effect.andThen(Effect.forkDetach(daemon, { startImmediately: true }), end), { maxSteps: 1000 })
        assertEnded()
      }
    })
  )

  it.effect("has the finalizers of the program's own fiber run, where that deadlocked", () =>
    Effect.gen(function* () {
      const { assertEnded, daemon } = countedDaemon()
      yield* failureOf(daemon)
      assertEnded()
    })
  )

  it.effect("has its finalizers run to their end, if they sleep and give way", () =>
    Effect.gen(function* () {
      const cleanUp = Effect.gen(function* () {
        yield* Effect.yieldNow
        yield* Effect.sleep("1 hour")
        yield* Effect.yieldNow
      })
      const { assertEnded, daemon } = countedDaemon(cleanUp)
      yield* proofOf(Effect.andThen(Effect.forkDetach(daemon, { startImmediately: true }), Effect.yieldNow))
      assertEnded()
    })
  )

  it.effect("has its finalizers run to their end, if they wait for a promise", () =>
    Effect.gen(function* () {
      for (const count of [1, 20]) {
        const { assertEnded, daemon } = countedDaemon(Effect.promise(() => awaits(count)))
        yield* proofOf(Effect.andThen(Effect.forkDetach(daemon, { startImmediately: true }), Effect.yieldNow))
        assertEnded()
      }
    })
  )

  it.effect("has its finalizers run to their end, if they read a file", () =>
    Effect.gen(function* () {
      const { assertEnded, daemon } = countedDaemon(Effect.promise(() => fs.readFile(new URL(import.meta.url))))
      yield* proofOf(Effect.andThen(Effect.forkDetach(daemon, { startImmediately: true }), Effect.yieldNow))
      yield* turns()
      assertEnded()
    })
  )

  it.effect("does not come into the next schedule, if it cannot be interrupted", () =>
    Effect.gen(function* () {
      const before: Array<() => void> = []
      const late = Effect.gen(function* () {
        yield* Effect.promise(() => new Promise<void>((resolve) => before.push(resolve)))
        yield* Effect.all([Effect.yieldNow, Effect.sleep("1 second")], unbounded)
      })
      const program = Effect.gen(function* () {
        // What the schedule before has left goes on in the midst of this one.
        for (const goOn of before.splice(0)) goOn()
        yield* Effect.forkDetach(Effect.uninterruptible(late), { startImmediately: true })
        yield* Effect.promise(() => awaits(20))
        yield* Effect.all([Effect.sleep("1 second"), Effect.sleep("1 second")], unbounded)
      })
      yield* proofOf(program, { maxPreemptions: 1 })
    })
  )

  it.effect("does not come into the next schedule, if it never ends", () =>
    Effect.gen(function* () {
      const endless = Effect.uninterruptible(Effect.forever(Effect.yieldNow))
      const program = Effect.gen(function* () {
        yield* Effect.forkDetach(endless)
        yield* Effect.sleep(0)
      })
      const report = yield* proofOf(program, { maxPreemptions: 0, maxSteps: 1000 })
      assert.isAbove(report.schedules, 0)
    })
  )

  it.effect("is no timer of Effect's own clock", () =>
    Effect.gen(function* () {
      const active = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
      const before = active()
      yield* proofOf(Effect.andThen(Effect.forkDetach(Effect.sleep("1 day")), Effect.yieldNow))
      assert.isAtMost(active(), before)
    })
  )
})

describe("whoever looks for failures", () => {
  it.effect("stops when it is interrupted", () =>
    Effect.gen(function* () {
      for (const look of [Interleave.check, Interleave.explore]) {
        let runs = 0
        const program = Effect.tap(saying(["a", "b", "c", "d"], 5), () => Effect.sync(() => runs++))
        const fiber = yield* Effect.forkChild(
          look(program, { maxPreemptions: Infinity, maxSchedules: Infinity, strategy: "exhaustive" })
        )
        yield* untilTrue(() => runs > 50)
        yield* Fiber.interrupt(fiber)
        yield* turns(3)
        const before = runs
        yield* turns(30)
        assert.strictEqual(runs, before)
      }
    })
  )

  it.effect("stops when it is interrupted, with what the program waited for from outside", () =>
    Effect.gen(function* () {
      let begun = 0
      let ended = 0
      // Keeps the process busy, so that there is something to wait for.
      const { port1, port2 } = new MessageChannel()
      const program = Effect.acquireUseRelease(
        Effect.sync(() => {
          begun++
          port1.on("message", () => {})
        }),
        () => Effect.promise(() => new Promise(() => {})),
        () => Effect.sync(() => ended++)
      )
      const fiber = yield* Effect.forkChild(Interleave.check(program))
      yield* untilTrue(() => begun > 0)
      yield* turns()
      yield* Fiber.interrupt(fiber)
      yield* turns(50)
      port1.close()
      port2.close()
      assert.deepStrictEqual([begun, ended], [1, 1])
    })
  )

  it.effect("lets others go on meanwhile", () =>
    Effect.gen(function* () {
      let ended = false
      const looking = yield* Effect.forkChild(
        Effect.ensuring(
          Interleave.explore(saying(["a", "b", "c", "d"], 5), { maxPreemptions: Infinity, maxSchedules: Infinity }),
          Effect.sync(() => (ended = true))
        )
      )
      yield* turns(3)
      assert.isFalse(ended)
      yield* Fiber.interrupt(looking)
    })
  )

  it.effect("is not disturbed by another at the same time", () =>
    Effect.gen(function* () {
      const program = (wait: Effect.Effect<unknown>) =>
        Effect.gen(function* () {
          const count = yield* Ref.make(0)
          yield* Effect.all([Effect.andThen(wait, increment(count)), increment(count)], unbounded)
          if ((yield* Ref.get(count)) !== 2) yield* Effect.die("lost")
        })
      const waits = [
        Effect.void,
        Effect.sleep("1 second"),
        Effect.yieldNow,
        Effect.promise(() => awaits(3)),
        Effect.promise(() => awaits(4))
      ]
      const alone = yield* Effect.forEach(waits, (wait) => Interleave.explore(program(wait)))
      const together = yield* Effect.forEach(waits, (wait) => Interleave.explore(program(wait)), {
        concurrency: "unbounded"
      })
      const told = (reports: ReadonlyArray<Interleave.Report>) =>
        reports.map(({ complete, failures, schedules }) => [
          complete,
          schedules,
          failures.map((failure) => failure.message)
        ])
      assert.deepStrictEqual(told(together), told(alone))
      assert.isTrue(alone.every((report) => report.complete))
    })
  )

  it.effect("is not disturbed by another at the same time, if both read files", () =>
    Effect.gen(function* () {
      const read = Effect.gen(function* () {
        const file = yield* Effect.promise(() => fs.open(new URL(import.meta.url)))
        const { size } = yield* Effect.promise(() => file.stat())
        yield* Effect.promise(() => file.close())
        return size
      })
      const reports = yield* Effect.forEach(
        Array.from({ length: 8 }, (_, i) => i),
        () => Interleave.explore(Effect.all([read, Effect.yieldNow]), { maxSchedules: 20 }),
        { concurrency: "unbounded" }
      )
      for (const report of reports) assert.deepStrictEqual(report.failures, [])
    })
  )

  it.effect("may be a program that is explored itself", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const failure = yield* Effect.flip(Interleave.check(lostUpdate()))
        yield* Effect.all([Effect.yieldNow, Effect.yieldNow], unbounded)
        return failure._tag === "InterleaveFailure" ? reasonOf(failure) : failure.message
      })
      const { outcomes, report } = yield* outcomesOf(program, { maxPreemptions: 1 })
      assert.deepStrictEqual(outcomes, ["counted 1"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("may be started by a promise of a program that is explored itself", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const inner = Effect.promise(async () => {
          await undefined
          return Effect.runPromise(Interleave.explore(lostUpdate()))
        })
        const [report] = yield* Effect.all([inner, Effect.yieldNow], { concurrency: "unbounded" })
        return report.failures.map((failure) => failure.message).join()
      })
      const { outcomes } = yield* outcomesOf(program, { maxPreemptions: 1 })
      const alone = yield* Interleave.explore(lostUpdate())
      assert.deepStrictEqual(outcomes, [alone.failures[0]!.message])
    })
  )

  it.effect("finds a deadlock also under a timeout", () =>
    Effect.gen(function* () {
      const found = failureOf(Effect.never).pipe(
        Effect.timeout("1 minute"),
        Effect.map((failure) => failure.kind)
      )
      assert.strictEqual(yield* Effect.promise(() => Effect.runPromise(found)), "deadlock")
    })
  )

  it.effect("prints no logs of the program", () =>
    Effect.gen(function* () {
      const logs: Array<unknown> = []
      const logger = Logger.make(({ message }) => logs.push(message))
      const written: Array<unknown> = []
      const { log, error, info } = console
      Object.assign(console, {
        log: (...args: ReadonlyArray<unknown>) => written.push(args),
        error: (...args: ReadonlyArray<unknown>) => written.push(args),
        info: (...args: ReadonlyArray<unknown>) => written.push(args)
      })
      const program = Effect.gen(function* () {
        yield* Effect.log("logged")
        yield* Effect.all([Effect.logError("an error"), Effect.logFatal("fatal")], unbounded)
        yield* Effect.forkDetach(Effect.ensuring(Effect.never, Effect.logError("ended")), { startImmediately: true })
      })
      yield* Effect.gen(function* () {
        yield* proofOf(program, { maxPreemptions: 1 })
        yield* Interleave.replay(program, "-")
        yield* Interleave.order(Effect.andThen(program, Interleave.checkpoint("a")), ["a"])
      }).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.ensuring(Effect.sync(() => Object.assign(console, { log, error, info })))
      )
      assert.deepStrictEqual([logs, written], [[], []])
    })
  )

  it.effect("leaves the logs of the caller as they are", () =>
    Effect.gen(function* () {
      const logs: Array<unknown> = []
      const logger = Logger.make(({ message }) => logs.push(message))
      yield* Effect.gen(function* () {
        yield* Interleave.check(Effect.log("inside"))
        yield* Effect.log("outside")
      }).pipe(Effect.provide(Logger.layer([logger])))
      assert.deepStrictEqual(logs, [["outside"]])
    })
  )

  it.effect("says that it is complete if a part runs at once and nobody can come between", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const count = yield* Ref.make(0)
        const context = yield* Effect.context()
        const atOnce = Effect.sync(() => Effect.runSyncWith(context)(increment(count)))
        yield* Effect.all([atOnce, atOnce], unbounded)
        return yield* Ref.get(count)
      })
      const { outcomes, report } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["2"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("says that it is not complete if a part brought its own tracer and could not be told what to do", () =>
    Effect.gen(function* () {
      const inner = Effect.gen(function* () {
        const queue = yield* Queue.unbounded<number>()
        yield* Effect.all([Queue.offer(queue, 1), Queue.take(queue)], unbounded)
      })
      const own = { span: () => assert.fail("no span is made") }
      const report = yield* Interleave.explore(Effect.withTracer(inner, own))
      assert.isFalse(report.complete)
      assert.deepStrictEqual(report.failures, [])
    })
  )
})

describe("a deadlock", () => {
  it.effect("is found in the only schedule that has it", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const done = yield* Deferred.make<void>()
        const seen = yield* Ref.make(0)
        const last = Effect.gen(function* () {
          const n = yield* Ref.get(seen)
          yield* Ref.set(seen, n + 1)
          if (n + 1 === 2) yield* Deferred.succeed(done, undefined)
        })
        yield* Effect.all([last, last, Deferred.await(done)], unbounded)
      })
      const failure = yield* failureOf(program)
      assert.strictEqual(failure.kind, "deadlock")
      assert.strictEqual(failure.preemptions, 1)
      assert.instanceOf(reasonOf(failure), DeadlockError)
    })
  )
})
