import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Context,
  Data,
  Deferred,
  Effect,
  Exit,
  Fiber,
  Latch,
  Layer,
  Pool,
  PubSub,
  Queue,
  Ref,
  Scope,
  Semaphore,
  Stream,
  SynchronizedRef,
  TxRef
} from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { DeadlockError, Interleave, InterleaveFailure } from "effect-futures/testing"
import { assertInvalid } from "../behaviour/support.ts"
import { countedRight, failureOf, increment, lostUpdate, outcomesOf, proofOf, reasonOf, unbounded } from "./support.ts"
import { defectOf } from "../support/defectOf.ts"

class Port extends Context.Service<Port, number>()("test/Port") {}
class Counter extends Context.Service<Counter, Ref.Ref<number>>()("test/Counter") {}
class Lost extends Data.TaggedError("Lost")<{ readonly count: number }> {}

/** Two fibers count, one step after the other, after what they have to wait for. */
const countAfter = (before: Effect.Effect<unknown>, release: Effect.Effect<unknown>) =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    const one = yield* Effect.forkChild(Effect.andThen(before, increment(count)), { startImmediately: true })
    const other = yield* Effect.forkChild(Effect.andThen(before, increment(count)), { startImmediately: true })
    yield* Effect.sleep("1 minute")
    yield* release
    yield* Fiber.join(one)
    yield* Fiber.join(other)
    return yield* Ref.get(count)
  })

const both = ["1", "2"]

describe("check", () => {
  it.effect("fails with the first schedule in which the program dies", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(lostUpdate())
      assert.instanceOf(failure, InterleaveFailure)
      assert.strictEqual(failure.kind, "failure")
      assert.strictEqual(reasonOf(failure), "counted 1")
      assert.strictEqual(failure.preemptions, 1)
    })
  )

  it.effect("fails with the cause of a program that fails", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(Effect.catchDefect(lostUpdate(), () => Effect.fail(new Lost({ count: 1 }))))
      const reason = reasonOf(failure)
      assert.instanceOf(reason, Lost)
      assert.strictEqual(failure.kind, "failure")
    })
  )

  it.effect("fails for a program that fails in every schedule, with the usual one", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(Effect.fail("always"))
      assert.strictEqual(reasonOf(failure), "always")
      assert.strictEqual(failure.preemptions, 0)
      assert.match(failure.schedule, /^-/)
    })
  )

  it.effect("fails for a program that throws", () =>
    Effect.gen(function* () {
      const thrown = new TypeError("thrown")
      const program = Effect.sync(() => {
        throw thrown
      })
      const failure = yield* failureOf(program)
      assert.strictEqual(reasonOf(failure), thrown)
      assert.include(failure.message, "TypeError: thrown")
    })
  )

  it.effect("fails with whatever the program fails with", () =>
    Effect.gen(function* () {
      const circular: Record<string, unknown> = {}
      circular.self = circular
      const hostile = new Proxy(
        {},
        {
          get: () => {
            throw new Error("do not touch")
          }
        }
      )
      const values = [undefined, null, 0, 1n, Symbol("s"), Object.create(null), circular, () => 1, [], new Date(NaN)]
      for (const value of [...values, hostile]) {
        const failed = yield* failureOf(Effect.fail(value))
        assert.isTrue(Object.is(reasonOf(failed), value))
        const died = yield* failureOf(Effect.die(value))
        assert.isTrue(Object.is(reasonOf(died), value))
      }
    })
  )

  it.effect("fails for a program that interrupts itself", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(Effect.interrupt)
      assert.strictEqual(failure.kind, "failure")
      assert.strictEqual(reasonOf(failure), "interrupted")
    })
  )

  it.effect("gives a report that is complete where nothing can go wrong", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.check(countedRight)
      assert.isTrue(report.complete)
      assert.isAbove(report.schedules, 1)
      assert.isAbove(report.steps, 1)
      assert.isAbove(report.choices, 0)
      assert.deepStrictEqual(report.failures, [])
      assert.strictEqual(report.strategy, "auto")
      assert.strictEqual(report.maxPreemptions, 2)
      assert.strictEqual(report.seed, 0)
    })
  )

  it.effect("needs one schedule for a program of one fiber", () =>
    Effect.gen(function* () {
      const report = yield* proofOf(Effect.forEach([1, 2, 3], (n) => Effect.succeed(n)))
      assert.strictEqual(report.schedules, 1)
    })
  )

  it.effect("takes the program first or last", () =>
    Effect.gen(function* () {
      const reports = [
        yield* Interleave.check(countedRight, { maxPreemptions: 1 }),
        yield* Interleave.check({ maxPreemptions: 1 })(countedRight),
        yield* countedRight.pipe(Interleave.check({ maxPreemptions: 1 }))
      ]
      for (const report of reports) assert.deepStrictEqual(report, reports[0])
      assert.deepStrictEqual(yield* countedRight.pipe(Interleave.check()), yield* Interleave.check(countedRight))
    })
  )

  it.effect("takes options that are undefined for left out", () =>
    Effect.gen(function* () {
      const options = {
        strategy: undefined,
        maxPreemptions: undefined,
        maxSchedules: undefined,
        seed: undefined,
        depth: undefined,
        maxSteps: undefined,
        reduction: undefined
      }
      assert.deepStrictEqual(yield* Interleave.check(countedRight, options), yield* Interleave.check(countedRight))
    })
  )

  it.effect("gives the program the services of the caller", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const port = yield* Port
        if (port !== 80) yield* Effect.die(`port ${port}`)
        yield* Effect.all([Effect.flatMap(Port, (port) => Ref.make(port)), Effect.yieldNow], unbounded)
      })
      yield* proofOf(program).pipe(Effect.provideService(Port, 80))
      const failure = yield* failureOf(program).pipe(Effect.provideService(Port, 81))
      assert.strictEqual(reasonOf(failure), "port 81")
    })
  )

  it.effect("builds a layer that the program provides anew for each schedule", () =>
    Effect.gen(function* () {
      const layer = Layer.effect(Counter, Ref.make(0))
      const program = Effect.gen(function* () {
        const count = yield* Counter
        yield* Effect.all([Ref.update(count, (n) => n + 1), Ref.update(count, (n) => n + 1)], unbounded)
        return yield* Ref.get(count)
      }).pipe(Effect.provide(layer))
      const { outcomes, report } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["2"])
      assert.isTrue(report.complete)
    })
  )

  it("runs where it is run from a promise", async () => {
    const exit = await Effect.runPromiseExit(Interleave.check(lostUpdate()))
    assert.strictEqual(exit._tag, "Failure")
    assert.isTrue((await Effect.runPromise(Interleave.check(countedRight))).complete)
  })

  it.effect("can be run more than once, with the same result", () =>
    Effect.gen(function* () {
      const checked = Interleave.check(countedRight)
      assert.deepStrictEqual(yield* checked, yield* checked)
      const failing = failureOf(lostUpdate())
      const one = yield* failing
      const other = yield* failing
      assert.strictEqual(one.message, other.message)
    })
  )

  it.effect("finds with every strategy but the one that tries a single schedule", () =>
    Effect.gen(function* () {
      for (const strategy of ["auto", "exhaustive", "delay", "reads", "pct", "random"] as const) {
        const failure = yield* failureOf(lostUpdate(), { strategy })
        assert.strictEqual(reasonOf(failure), "counted 1")
        assert.strictEqual(failure.seed, strategy === "exhaustive" || strategy === "delay" ? undefined : 0)
        assert.include(failure.how, strategy)
      }
      const report = yield* Interleave.check(lostUpdate(), { strategy: "fifo" })
      assert.deepStrictEqual([report.schedules, report.complete], [1, false])
    })
  )
})

describe("a bad option", () => {
  const cases: ReadonlyArray<readonly [option: string, value: unknown, shown: string]> = [
    ["strategy", "depth-first", `"depth-first"`],
    ["strategy", null, "null"],
    ["strategy", "", `""`],
    ["maxPreemptions", -1, "-1"],
    ["maxPreemptions", 1.5, "1.5"],
    ["maxPreemptions", NaN, "NaN"],
    ["maxPreemptions", "2", `"2"`],
    ["maxSchedules", 0, "0"],
    ["maxSchedules", -1, "-1"],
    ["maxSchedules", 2.5, "2.5"],
    ["maxSchedules", -Infinity, "-Infinity"],
    ["seed", NaN, "NaN"],
    ["seed", Infinity, "Infinity"],
    ["seed", "1", `"1"`],
    ["depth", 0, "0"],
    ["depth", 1.5, "1.5"],
    ["depth", Infinity, "Infinity"],
    ["maxSteps", 0, "0"],
    ["maxSteps", NaN, "NaN"],
    ["maxSteps", "many", `"many"`],
    ["requireReached", "mark", `"mark"`],
    ["requireReached", 5, "5"]
  ]
  for (const [option, value, shown] of cases) {
    it.effect(`is named with its value: ${option} ${shown}`, () =>
      Effect.gen(function* () {
        let runs = 0
        const program = Effect.sync(() => runs++)
        const options: Interleave.Options = { [option]: value }
        for (const look of [Interleave.check, Interleave.explore]) {
          const error = yield* defectOf(look(program, options))
          assertInvalid(error, { option, value, shown, allowed: "" })
        }
        assert.strictEqual(runs, 0)
      })
    )
  }

  it.effect("is none where there is no bound", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.check(countedRight, { maxPreemptions: Infinity, maxSchedules: Infinity })
      assert.isTrue(report.complete)
      assert.strictEqual(report.maxPreemptions, Infinity)
      const without = yield* Interleave.check(countedRight, { maxPreemptions: 0 })
      assert.isTrue(without.complete)
      assert.strictEqual(without.maxPreemptions, 0)
    })
  )
})

describe("what is checked: a Ref", () => {
  it.effect("whose update is one step loses nothing, without any bound", () =>
    proofOf(countedRight, { maxPreemptions: Infinity })
  )

  it.effect("that is synchronized loses nothing, and one that is not does", () =>
    Effect.gen(function* () {
      const program = (update: (ref: SynchronizedRef.SynchronizedRef<number>) => Effect.Effect<unknown>) =>
        Effect.gen(function* () {
          const ref = yield* SynchronizedRef.make(0)
          yield* Effect.all([update(ref), update(ref)], unbounded)
          if ((yield* SynchronizedRef.get(ref)) !== 2) yield* Effect.die("lost")
        })
      yield* proofOf(program(SynchronizedRef.updateEffect((n) => Effect.as(Effect.yieldNow, n + 1))))
      const failure = yield* failureOf(
        program((ref) =>
          Effect.flatMap(SynchronizedRef.get(ref), (n) =>
            Effect.andThen(Effect.yieldNow, SynchronizedRef.set(ref, n + 1))
          )
        )
      )
      assert.strictEqual(reasonOf(failure), "lost")
    })
  )
})

describe("what is checked: a Deferred", () => {
  const program = (complete: (deferred: Deferred.Deferred<string>, by: string) => Effect.Effect<unknown>) =>
    Effect.gen(function* () {
      const deferred = yield* Deferred.make<string>()
      yield* Effect.all([complete(deferred, "a"), complete(deferred, "b")], unbounded)
      return yield* Deferred.await(deferred)
    })

  it.effect("is completed by either of two", () =>
    Effect.gen(function* () {
      const { outcomes, report } = yield* outcomesOf(program((deferred, by) => Deferred.succeed(deferred, by)))
      assert.deepStrictEqual(outcomes, ["a", "b"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("that is looked at before it is completed is completed twice", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(
        program((deferred, by) =>
          Effect.gen(function* () {
            if (yield* Deferred.isDone(deferred)) return
            if (!(yield* Deferred.succeed(deferred, by))) yield* Effect.die("completed twice")
          })
        )
      )
      assert.strictEqual(reasonOf(failure), "completed twice")
    })
  )

  it.effect("that nobody completes is a deadlock", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(program(() => Effect.void))
      assert.strictEqual(failure.kind, "deadlock")
      assert.instanceOf(reasonOf(failure), DeadlockError)
    })
  )

  it.effect("lets those who waited for it go on in every order, with one preemption", () =>
    Effect.gen(function* () {
      const deferred = Effect.flatMap(Deferred.make<void>(), (deferred) =>
        countAfter(Deferred.await(deferred), Deferred.succeed(deferred, undefined))
      )
      assert.deepStrictEqual((yield* outcomesOf(deferred, { maxPreemptions: 1 })).outcomes, both)
    })
  )
})

describe("what is checked: a Queue", () => {
  it.effect("that is looked at before it is taken from is a deadlock", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const queue = yield* Queue.unbounded<number>()
        yield* Queue.offer(queue, 1)
        const taker = Effect.gen(function* () {
          if ((yield* Queue.size(queue)) > 0) yield* Queue.take(queue)
        })
        yield* Effect.all([taker, taker], unbounded)
      })
      const failure = yield* failureOf(program)
      assert.strictEqual(failure.kind, "deadlock")
      assert.strictEqual(failure.preemptions, 1)
    })
  )

  it.effect("that is bounded brings everything once and in its order", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const queue = yield* Queue.bounded<number>(1)
        const put = Effect.forEach([1, 2, 3], (n) => Queue.offer(queue, n))
        const got: Array<number> = []
        const get = Effect.replicateEffect(
          Effect.tap(Queue.take(queue), (n) => Effect.sync(() => got.push(n))),
          3
        )
        yield* Effect.all([put, get], unbounded)
        return got
      })
      const { outcomes, report } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["1,2,3"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("with two producers brings what they put in every order", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const queue = yield* Queue.unbounded<string>()
        const put = (names: ReadonlyArray<string>) => Effect.forEach(names, (name) => Queue.offer(queue, name))
        yield* Effect.all([put(["a", "A"]), put(["b", "B"])], unbounded)
        return (yield* Queue.takeAll(queue)).join("")
      })
      const { outcomes } = yield* outcomesOf(program, { maxPreemptions: 3 })
      assert.deepStrictEqual(outcomes, ["aAbB", "abAB", "abBA", "bBaA", "baAB", "baBA"].toSorted())
    })
  )

  it.effect(
    "lets those who waited for it go on in every order, with a preemption for the one that is woken first to wait",
    () =>
      Effect.gen(function* () {
        const queue = Effect.flatMap(Queue.unbounded<number>(), (queue) =>
          countAfter(Queue.take(queue), Queue.offerAll(queue, [1, 2]))
        )
        assert.deepStrictEqual((yield* outcomesOf(queue, { maxPreemptions: 2 })).outcomes, both)
      })
  )
})

describe("what is checked: a Semaphore", () => {
  const program = (permits: number) =>
    Effect.gen(function* () {
      const semaphore = yield* Semaphore.make(permits)
      const count = yield* Ref.make(0)
      const counting = Semaphore.withPermits(semaphore, 1)(increment(count))
      yield* Effect.all([counting, counting, counting], unbounded)
      if ((yield* Ref.get(count)) !== 3) yield* Effect.die("lost")
    })

  it.effect("with one permit keeps others out", () => proofOf(program(1)))

  it.effect("with two permits does not", () =>
    Effect.gen(function* () {
      assert.strictEqual(reasonOf(yield* failureOf(program(2))), "lost")
    })
  )

  it.effect("taken in two orders is a deadlock", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const a = yield* Semaphore.make(1)
        const b = yield* Semaphore.make(1)
        yield* Effect.all(
          [
            Effect.void.pipe(Semaphore.withPermits(b, 1), Semaphore.withPermits(a, 1)),
            Effect.void.pipe(Semaphore.withPermits(a, 1), Semaphore.withPermits(b, 1))
          ],
          unbounded
        )
      })
      const failure = yield* failureOf(program)
      assert.strictEqual(failure.kind, "deadlock")
      const inTurn = yield* Interleave.check(program, { strategy: "fifo" })
      assert.deepStrictEqual(inTurn.failures, [])
    })
  )

  it.effect("lets those who waited for it go on in every order, with one preemption", () =>
    Effect.gen(function* () {
      const semaphore = Effect.flatMap(Semaphore.make(2), (semaphore) =>
        Effect.andThen(
          Semaphore.take(semaphore, 2),
          countAfter(Semaphore.take(semaphore, 1), Semaphore.release(semaphore, 2))
        )
      )
      assert.deepStrictEqual((yield* outcomesOf(semaphore, { maxPreemptions: 1 })).outcomes, both)
    })
  )
})

describe("what is checked: a Latch", () => {
  it.effect(
    "lets those who waited for it go on in every order, with a preemption for the one that is woken first to wait",
    () =>
      Effect.gen(function* () {
        const latch = Effect.flatMap(Latch.make(), (latch) => countAfter(latch.await, latch.open))
        assert.deepStrictEqual((yield* outcomesOf(latch, { maxPreemptions: 2 })).outcomes, both)
      })
  )

  it.effect("lets those who waited for it go on in every order, also if to open it is the last that is done", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const latch = yield* Latch.make()
        yield* Effect.forkChild(Effect.delay(latch.open, "1 hour"), { startImmediately: true })
        return yield* countAfter(latch.await, Effect.void)
      })
      assert.deepStrictEqual((yield* outcomesOf(program)).outcomes, both)
    })
  )

  it.effect("that is closed again after it was opened lets all go on that had waited", () =>
    proofOf(
      Effect.gen(function* () {
        const latch = yield* Latch.make()
        yield* Effect.forkChild(Effect.andThen(latch.open, latch.close), { startImmediately: false })
        yield* Effect.raceFirst(latch.await, Effect.sleep("1 second"))
      })
    )
  )
})

describe("what is checked: a fiber that others wait for", () => {
  it.effect("lets those go on in every order, with a preemption for the one that is woken first to wait", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const awaited = yield* Effect.forkChild(Effect.sleep("1 hour"), { startImmediately: true })
        return yield* countAfter(Fiber.await(awaited), Effect.void)
      })
      assert.deepStrictEqual((yield* outcomesOf(program, { maxPreemptions: 2 })).outcomes, both)
    })
  )

  it.effect("lets those go on in every order when it is interrupted, with one preemption", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const awaited = yield* Effect.forkChild(Effect.never, { startImmediately: true })
        return yield* countAfter(Fiber.await(awaited), Fiber.interrupt(awaited))
      })
      assert.deepStrictEqual((yield* outcomesOf(program, { maxPreemptions: 1 })).outcomes, both)
    })
  )
})

describe("what is checked: a PubSub", () => {
  it.effect("that is subscribed to too late is a deadlock", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const pubsub = yield* PubSub.unbounded<number>()
        const reader = Effect.scoped(Effect.flatMap(PubSub.subscribe(pubsub), (news) => PubSub.take(news)))
        yield* Effect.all([reader, PubSub.publish(pubsub, 1)], unbounded)
      })
      assert.strictEqual((yield* failureOf(program)).kind, "deadlock")
    })
  )

  it.effect("that is subscribed to in time brings everything to everyone", () =>
    Effect.gen(function* () {
      const program = Effect.scoped(
        Effect.gen(function* () {
          const pubsub = yield* PubSub.unbounded<number>()
          const one = yield* PubSub.subscribe(pubsub)
          const other = yield* PubSub.subscribe(pubsub)
          const [, a, b] = yield* Effect.all(
            [PubSub.publishAll(pubsub, [1, 2]), PubSub.takeBetween(one, 2, 2), PubSub.takeBetween(other, 2, 2)],
            { concurrency: "unbounded" }
          )
          return [...a, ...b]
        })
      )
      const { outcomes, report } = yield* outcomesOf(program, { maxPreemptions: 1 })
      assert.deepStrictEqual(outcomes, ["1,2,1,2"])
      assert.isTrue(report.complete)
    })
  )
})

describe("what is checked: a Pool", () => {
  const program = (size: number) =>
    Effect.scoped(
      Effect.gen(function* () {
        const count = yield* Ref.make(0)
        const pool = yield* Pool.make({ acquire: Effect.succeed("connection"), size })
        const counting = Effect.scoped(Effect.andThen(Pool.get(pool), increment(count)))
        yield* Effect.all([counting, counting], unbounded)
        if ((yield* Ref.get(count)) !== 2) yield* Effect.die("lost")
      })
    )

  it.effect("of one is used by one at a time", () => proofOf(program(1), { maxPreemptions: 1 }))

  it.effect("of two is used by two at once", () =>
    Effect.gen(function* () {
      assert.strictEqual(reasonOf(yield* failureOf(program(2), { maxPreemptions: 1 })), "lost")
    })
  )
})

describe("what is checked: a Scope", () => {
  it.effect("releases what was acquired, wherever the fiber is interrupted", () =>
    Effect.gen(function* () {
      const program = (use: (held: Ref.Ref<number>) => Effect.Effect<unknown>) =>
        Effect.gen(function* () {
          const held = yield* Ref.make(0)
          const fiber = yield* Effect.forkChild(use(held))
          yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
          const left = yield* Ref.get(held)
          if (left !== 0) yield* Effect.die(`${left} is still held`)
        })
      yield* proofOf(
        program((held) =>
          Effect.acquireUseRelease(
            Ref.update(held, (n) => n + 1),
            () => Effect.yieldNow,
            () => Ref.update(held, (n) => n - 1)
          )
        )
      )
      const failure = yield* failureOf(
        program((held) =>
          Effect.andThen(
            Ref.update(held, (n) => n + 1),
            Effect.ensuring(
              Effect.yieldNow,
              Ref.update(held, (n) => n - 1)
            )
          )
        )
      )
      assert.strictEqual(reasonOf(failure), "1 is still held")
    })
  )

  it.effect("ends the fibers in it before what they use is released, if they were forked after that", () =>
    proofOf(
      Effect.gen(function* () {
        const isOpen = yield* Ref.make(true)
        const user = Effect.gen(function* () {
          yield* Effect.yieldNow
          if (!(yield* Ref.get(isOpen))) yield* Effect.die("used after release")
        })
        const scope = yield* Scope.make()
        yield* Scope.addFinalizer(scope, Ref.set(isOpen, false))
        const fiber = yield* Effect.forkIn(user, scope)
        yield* Effect.yieldNow
        yield* Scope.close(scope, Exit.void)
        const exit = yield* Fiber.await(fiber)
        if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) yield* exit
      })
    )
  )
})

describe("what is checked: a Stream", () => {
  it.effect("whose elements are worked on at once gives them in every order", () =>
    Effect.gen(function* () {
      const program = Stream.make("a", "b").pipe(
        Stream.mapEffect((name) => Effect.as(Effect.yieldNow, name), { concurrency: 2, unordered: true }),
        Stream.runCollect
      )
      const { outcomes, report } = yield* outcomesOf(program, { maxPreemptions: 1 })
      assert.deepStrictEqual(outcomes, ["a,b", "b,a"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("that keeps the order keeps it", () =>
    Effect.gen(function* () {
      const program = Stream.make("a", "b").pipe(
        Stream.mapEffect((name) => Effect.as(Effect.yieldNow, name), { concurrency: 2 }),
        Stream.runCollect
      )
      const { outcomes } = yield* outcomesOf(program, { maxPreemptions: 1 })
      assert.deepStrictEqual(outcomes, ["a,b"])
    })
  )

  it.effect("that is merged of two gives them mixed", () =>
    Effect.gen(function* () {
      const program = Stream.merge(Stream.make("a"), Stream.make("b")).pipe(Stream.runCollect)
      const { outcomes } = yield* outcomesOf(program, { maxPreemptions: 1 })
      assert.deepStrictEqual(outcomes, ["a,b", "b,a"])
    })
  )
})

describe("what is checked: a transaction", () => {
  const accounts = (transfer: (from: TxRef.TxRef<number>, to: TxRef.TxRef<number>) => Effect.Effect<unknown>) =>
    Effect.gen(function* () {
      const a = yield* TxRef.make(10)
      const b = yield* TxRef.make(10)
      const look = Effect.gen(function* () {
        const sum = yield* Effect.tx(
          Effect.gen(function* () {
            return (yield* TxRef.get(a)) + (yield* TxRef.get(b))
          })
        )
        if (sum !== 20) yield* Effect.die(`the sum was ${sum}`)
      })
      yield* Effect.all([transfer(a, b), transfer(b, a), look], unbounded)
      yield* look
    })

  const move = (from: TxRef.TxRef<number>, to: TxRef.TxRef<number>) =>
    Effect.andThen(
      TxRef.update(from, (n) => n - 1),
      TxRef.update(to, (n) => n + 1)
    )

  it.effect("is seen whole", () =>
    proofOf(
      accounts((from, to) => Effect.tx(move(from, to))),
      { maxPreemptions: 1 }
    )
  )

  it.effect("that is two is seen between them", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(accounts(move), { maxPreemptions: 1 })
      assert.match(String(reasonOf(failure)), /^the sum was/)
    })
  )

  it.effect("waits until it can go on", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const full = yield* TxRef.make(false)
        const wait = Effect.tx(
          Effect.gen(function* () {
            if (!(yield* TxRef.get(full))) yield* Effect.txRetry
          })
        )
        yield* Effect.all([wait, wait, TxRef.set(full, true)], unbounded)
      })
      yield* proofOf(program, { maxPreemptions: 1 })
    })
  )

  it.effect("that waits for what nobody does is a deadlock", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const full = yield* TxRef.make(false)
        yield* Effect.tx(
          Effect.gen(function* () {
            if (!(yield* TxRef.get(full))) yield* Effect.txRetry
          })
        )
      })
      assert.strictEqual((yield* failureOf(program)).kind, "deadlock")
    })
  )

  it.effect("lets those who waited for it go on in every order, with one preemption", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const full = yield* TxRef.make(false)
        const wait = Effect.tx(
          Effect.gen(function* () {
            if (!(yield* TxRef.get(full))) yield* Effect.txRetry
          })
        )
        return yield* countAfter(wait, TxRef.set(full, true))
      })
      assert.deepStrictEqual((yield* outcomesOf(program, { maxPreemptions: 1 })).outcomes, both)
    })
  )
})

describe("what is checked: interruption", () => {
  it.effect("comes before, between and after the steps of the one that is interrupted", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const done: Array<string> = []
        const step = (name: string) => Effect.sync(() => done.push(name))
        const fiber = yield* Effect.forkChild(Effect.all([step("a"), step("b"), step("c")]))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        return done.join("")
      })
      const { outcomes } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["", "a", "ab", "abc"])
    })
  )

  it.effect("does not come into what cannot be interrupted", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const done: Array<string> = []
        const step = (name: string) => Effect.sync(() => done.push(name))
        const fiber = yield* Effect.forkChild(Effect.uninterruptible(Effect.all([step("a"), step("b"), step("c")])))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        return done.join("")
      })
      const { outcomes } = yield* outcomesOf(program)
      assert.isTrue(
        outcomes.every((outcome) => outcome === "" || outcome === "abc"),
        outcomes.join()
      )
      assert.include(outcomes, "abc")
    })
  )

  it.effect("runs the finalizers of what it ends, in every schedule", () =>
    proofOf(
      Effect.gen(function* () {
        const begun = yield* Ref.make(0)
        const ended = yield* Ref.make(0)
        const fiber = yield* Effect.forkChild(
          Effect.acquireUseRelease(
            Ref.update(begun, (n) => n + 1),
            () => Effect.never,
            () => Ref.update(ended, (n) => n + 1)
          )
        )
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        if ((yield* Ref.get(begun)) !== (yield* Ref.get(ended))) yield* Effect.die("not released")
      })
    )
  )
})

describe("what is checked: races", () => {
  const slow = (name: string) => Effect.as(Effect.yieldNow, name)

  it.effect("are won by either, with raceFirst", () =>
    Effect.gen(function* () {
      const { outcomes, report } = yield* outcomesOf(Effect.raceFirst(slow("a"), slow("b")))
      assert.deepStrictEqual(outcomes, ["a", "b"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("are won by either, with race", () =>
    Effect.gen(function* () {
      const { outcomes, report } = yield* outcomesOf(Effect.race(slow("a"), slow("b")))
      assert.deepStrictEqual(outcomes, ["a", "b"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("are not won by who fails, with race", () =>
    Effect.gen(function* () {
      const program = Effect.race(Effect.andThen(Effect.yieldNow, Effect.fail("no")), slow("b"))
      assert.deepStrictEqual((yield* outcomesOf(program)).outcomes, ["b"])
    })
  )

  it.effect("are won by either, with raceAll of three", () =>
    Effect.gen(function* () {
      const program = Effect.raceAll([slow("a"), slow("b"), slow("c")])
      const { outcomes } = yield* outcomesOf(program, { maxPreemptions: 1 })
      assert.deepStrictEqual(outcomes, ["a", "b", "c"])
    })
  )
})

describe("what is checked: Effect.all", () => {
  const atOnce = (concurrency: number | "unbounded") =>
    Effect.gen(function* () {
      let running = 0
      let most = 0
      const work = Effect.gen(function* () {
        most = Math.max(most, ++running)
        yield* Effect.yieldNow
        running--
      })
      yield* Effect.all([work, work, work], { concurrency })
      return most
    })

  it.effect("runs no more at once than it is told", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* outcomesOf(atOnce(1))).outcomes, ["1"])
      assert.deepStrictEqual((yield* outcomesOf(atOnce(2))).outcomes, ["1", "2"])
      assert.deepStrictEqual((yield* outcomesOf(atOnce("unbounded"))).outcomes, ["1", "2", "3"])
    })
  )

  it.effect("ends the others when one fails", () =>
    proofOf(
      Effect.gen(function* () {
        const ends = yield* Ref.make(0)
        const begun = yield* Ref.make(0)
        const other = Effect.acquireUseRelease(
          Ref.update(begun, (n) => n + 1),
          () => Effect.never,
          () => Ref.update(ends, (n) => n + 1)
        )
        yield* Effect.exit(Effect.all([other, Effect.andThen(Effect.yieldNow, Effect.fail("no"))], unbounded))
        if ((yield* Ref.get(ends)) !== (yield* Ref.get(begun))) yield* Effect.die("left running")
      })
    )
  )
})

describe("what is checked: an executor", () => {
  it.effect("with one worker runs one task at a time", () =>
    proofOf(
      Effect.scoped(
        Effect.gen(function* () {
          const count = yield* Ref.make(0)
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const one = yield* executor.submit(increment(count))
          const other = yield* executor.submit(increment(count))
          yield* Future.join(one)
          yield* Future.join(other)
          if ((yield* Ref.get(count)) !== 2) yield* Effect.die("lost")
        })
      ),
      { maxPreemptions: 1, maxSchedules: 1_000_000 }
    )
  )

  it.effect("with two workers runs two", () =>
    Effect.gen(function* () {
      const program = Effect.scoped(
        Effect.gen(function* () {
          const count = yield* Ref.make(0)
          const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
          const futures = [yield* executor.submit(increment(count)), yield* executor.submit(increment(count))]
          for (const future of futures) yield* Future.join(future)
          yield* Executor.shutdown(executor)
          if ((yield* Ref.get(count)) !== 2) yield* Effect.die("lost")
        })
      )
      assert.strictEqual(reasonOf(yield* failureOf(program, { maxPreemptions: 1 })), "lost")
    })
  )
})

describe("an error of check", () => {
  it.effect("is an InterleaveFailure", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Interleave.check(Effect.fail("no")))
      assert.strictEqual(error._tag, "InterleaveFailure")
      assert.strictEqual(error.name, "InterleaveFailure")
    })
  )
})
