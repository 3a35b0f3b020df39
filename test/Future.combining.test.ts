import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Stream, Equal, Hash } from "effect"
import { FiberExecutor, Future, InvalidOptionsError } from "effect-futures"
import { inspect } from "node:util"
import { defectOf } from "./support/defectOf.ts"
import {
  Refused,
  asFutures,
  diesOf,
  ended,
  forkNow,
  isCancelledError,
  isWaiting,
  makeJob,
  generated,
  makeThree,
  observersOf,
  pass,
  startJob,
  strangers
} from "./support/futures.ts"

const errorsOf = (exit: Exit.Exit<unknown, unknown>): ReadonlyArray<unknown> =>
  exit._tag === "Failure" ? exit.cause.reasons.map((reason) => reason._tag === "Fail" && reason.error) : []

describe("Future, several combined", () => {
  describe("all", () => {
    it.effect("gives the values in the order given, not in that of completion", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const waiter = yield* forkNow(Future.all([a, b, c]))
        yield* Future.succeed(c, 3)
        yield* Future.succeed(a, 1)
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.succeed(b, 2)
        assert.deepStrictEqual(yield* Fiber.join(waiter), [1, 2, 3])
      })
    )

    it.effect("of a tuple of futures gives a tuple of values", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const number = yield* executor.submit(Effect.succeed(1))
        const text = yield* executor.submit(Effect.succeed("two"))
        const [one, two] = yield* Future.all([number, text])
        assert.strictEqual(one.toFixed(1), "1.0")
        assert.strictEqual(two.toUpperCase(), "TWO")
      })
    )

    it.effect("takes an array, a set and what a generator gives", () =>
      Effect.gen(function* () {
        const a = yield* ended(Exit.succeed(1))
        const b = yield* ended(Exit.succeed(2))
        const array: Array<Future.Future<number>> = [a, b]
        for (const futures of [array, new Set([a, b]), generated(a, b)]) {
          assert.deepStrictEqual(yield* Future.all(futures), [1, 2])
        }
      })
    )

    it.effect("of none gives none", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* Future.all([]), [])
        assert.deepStrictEqual(yield* Future.all(new Set<Future.Future<number>>()), [])
      })
    )

    it.effect("gives the value of one that is given twice twice", () =>
      Effect.gen(function* () {
        const a = yield* ended(Exit.succeed(1))
        const b = yield* ended(Exit.succeed(2))
        assert.deepStrictEqual(yield* Future.all([a, b, a]), [1, 2, 1])
      })
    )

    it.effect("fails with the first failure in time, wherever it stands", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const failAfter = (seconds: number) =>
          executor.submit(Effect.andThen(Effect.sleep(`${seconds} seconds`), Effect.fail(new Refused({ n: seconds }))))
        const futures = [yield* failAfter(3), yield* failAfter(1), yield* failAfter(2)]
        const waiter = yield* forkNow(Effect.flip(Future.all(futures)))
        yield* pass("1 second")
        assert.deepStrictEqual(yield* Fiber.join(waiter), new Refused({ n: 1 }))
        assert.deepStrictEqual(
          futures.map((future) => future.state),
          ["cancelled", "finished", "cancelled"]
        )
      })
    )

    it.effect("on the first failure cancels the others and fails when they are gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
        const failing = yield* startJob<string, string>(executor)
        const slow = yield* startJob(executor, { slowCleanup: true })
        const quick = yield* startJob(executor)
        const queued = makeJob()
        const pending = yield* executor.submit(queued.task)
        const waiter = yield* forkNow(Future.all([slow.future, failing.future, quick.future, pending]))
        yield* Deferred.fail(failing.end, "no")
        assert.isTrue(yield* isWaiting(waiter))
        assert.deepStrictEqual([slow.log, quick.log, queued.log], [["cleaning up"], ["cleaning up", "gone"], []])
        assert.strictEqual(pending.state, "cancelled")
        yield* slow.cleanup.open
        assert.deepStrictEqual(yield* Fiber.await(waiter), Exit.fail("no"))
        assert.deepStrictEqual(slow.log, ["cleaning up", "gone"])
        assert.strictEqual(slow.future.state, "cancelled")
      })
    )

    it.effect("on a failure that is there already cancels the others too", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const failed = yield* ended<never, string>(Exit.fail("no"))
        const job = yield* startJob(executor)
        assert.deepStrictEqual(yield* Effect.exit(Future.all([job.future, failed])), Exit.fail("no"))
        assert.deepStrictEqual(job.log, ["cleaning up", "gone"])
      })
    )

    it.effect("takes a defect for a failure", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.failCause(b, Cause.die("oh"))
        assert.deepStrictEqual(yield* Effect.exit(Future.all([a, b])), Exit.die("oh"))
        assert.strictEqual(a.state, "cancelled")
      })
    )

    it.effect("takes a cancelled future for a failure, with TaskCancelledError", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        const waiter = yield* forkNow(Effect.flip(Future.all([a, b])))
        yield* Future.cancel(b)
        isCancelledError(yield* Fiber.join(waiter), "b")
        assert.strictEqual(a.state, "cancelled")
      })
    )

    it.effect("leaves values that are there as they are when another fails", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(a, 1)
        yield* Future.fail(b, "no")
        assert.strictEqual(yield* Effect.flip(Future.all([a, b])), "no")
        assert.strictEqual(yield* a, 1)
      })
    )

    it.effect("interrupted, cancels all of them and waits until they are gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const slow = yield* startJob(executor, { slowCleanup: true })
        const quick = yield* startJob(executor)
        const waiter = yield* forkNow(Future.all([slow.future, quick.future]))
        const interrupting = yield* forkNow(Fiber.interrupt(waiter))
        assert.isTrue(yield* isWaiting(interrupting))
        assert.strictEqual(quick.future.state, "cancelled")
        yield* slow.cleanup.open
        yield* Fiber.join(interrupting)
        assert.strictEqual(slow.future.state, "cancelled")
        assert.deepStrictEqual(slow.log, ["cleaning up", "gone"])
      })
    )
  })

  describe("race", () => {
    it.effect("gives the value of the first that succeeds, in time", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const after = (seconds: number) => executor.submit(Effect.as(Effect.sleep(`${seconds} seconds`), seconds))
        const waiter = yield* forkNow(Future.race([yield* after(3), yield* after(1), yield* after(2)]))
        yield* pass("1 second")
        assert.strictEqual(yield* Fiber.join(waiter), 1)
      })
    )

    it.effect("lets failures, defects and cancelled ones pass while there is hope", () =>
      Effect.gen(function* () {
        const futures = yield* Effect.forEach([1, 2, 3, 4], () => Future.make<number, string>())
        const [a, b, c, d] = futures
        const waiter = yield* forkNow(Future.race(futures))
        yield* Future.fail(a!, "no")
        yield* Future.failCause(b!, Cause.die("oh"))
        yield* Future.cancel(c!)
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.succeed(d!, 4)
        assert.strictEqual(yield* Fiber.join(waiter), 4)
      })
    )

    it.effect("cancels the losers and gives the value when they are gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
        const winner = yield* startJob(executor)
        const loser = yield* startJob(executor, { slowCleanup: true })
        const queued = makeJob()
        const pending = yield* executor.submit(queued.task)
        const waiter = yield* forkNow(Future.race([pending, loser.future, winner.future]))
        yield* Deferred.succeed(winner.end, "won")
        assert.isTrue(yield* isWaiting(waiter))
        assert.deepStrictEqual([loser.log, queued.log], [["cleaning up"], []])
        assert.strictEqual(pending.state, "cancelled")
        yield* loser.cleanup.open
        assert.strictEqual(yield* Fiber.join(waiter), "won")
        assert.strictEqual(loser.future.state, "cancelled")
        assert.deepStrictEqual(loser.log, ["cleaning up", "gone"])
      })
    )

    it.effect("gives a value that is there already and cancels the others", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        yield* Future.fail(a, "no")
        yield* Future.succeed(c, 3)
        assert.strictEqual(yield* Future.race([a, b, c]), 3)
        assert.strictEqual(b.state, "cancelled")
      })
    )

    it.effect("fails with everything that they failed with, when all of them fail", () =>
      Effect.gen(function* () {
        const [a, b, c] = yield* makeThree
        const waiter = yield* forkNow(Effect.exit(Future.race([a, b, c])))
        yield* Future.failCause(c, Cause.die("oh"))
        yield* Future.cancel(b)
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.fail(a, "no")
        const exit = yield* Fiber.join(waiter)
        const reasons = exit._tag === "Failure" ? exit.cause.reasons : []
        assert.deepStrictEqual(
          reasons.map((reason) => reason._tag),
          ["Fail", "Fail", "Die"]
        )
        const [failed, cancelled, died] = reasons
        assert.strictEqual(failed?._tag === "Fail" && failed.error, "no")
        isCancelledError(cancelled?._tag === "Fail" && cancelled.error, "b")
        assert.strictEqual(died?._tag === "Die" && died.defect, "oh")
      })
    )

    it.effect("fails with everything that they failed with, when all of them have failed already", () =>
      Effect.gen(function* () {
        const futures = [yield* ended(Exit.fail("one")), yield* ended(Exit.fail("two"))]
        const exit = yield* Effect.exit(Future.race(futures))
        assert.deepStrictEqual(exit, Exit.failCause(Cause.combine(Cause.fail("one"), Cause.fail("two"))))
      })
    )

    it.effect("keeps errors that are equal, one for each future", () =>
      Effect.gen(function* () {
        const futures = [yield* ended(Exit.fail("no")), yield* ended(Exit.fail("no")), yield* ended(Exit.fail("no"))]
        const exit = yield* Effect.exit(Future.race(futures))
        assert.deepStrictEqual(errorsOf(exit), ["no", "no", "no"])
      })
    )

    it.effect("of a thousand that fail compares no error with another", () =>
      Effect.gen(function* () {
        let comparisons = 0
        const errors = Array.from({ length: 1000 }, () => ({
          [Equal.symbol]: () => ++comparisons > 0,
          [Hash.symbol]: () => 0
        }))
        const futures = yield* Effect.forEach(errors, (error) => ended(Exit.fail(error)))
        const exit = yield* Effect.exit(Future.race(futures))
        assert.strictEqual(comparisons, 0)
        assert.lengthOf(errorsOf(exit), 1000)
      })
    )

    it.effect("of one that is given twice counts it once", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.fail("no"))
        assert.deepStrictEqual(yield* Effect.exit(Future.race([future, future])), Exit.fail("no"))
      })
    )

    it.effect("takes a set and what a generator gives", () =>
      Effect.gen(function* () {
        const [a, b] = yield* makeThree
        yield* Future.succeed(b, 2)
        for (const futures of [generated(a, b), new Set([a, b])]) assert.strictEqual(yield* Future.race(futures), 2)
      })
    )

    it.effect("interrupted, cancels all of them and waits until they are gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const slow = yield* startJob(executor, { slowCleanup: true })
        const quick = yield* startJob(executor)
        const waiter = yield* forkNow(Future.race([slow.future, quick.future]))
        const interrupting = yield* forkNow(Fiber.interrupt(waiter))
        assert.isTrue(yield* isWaiting(interrupting))
        assert.strictEqual(quick.future.state, "cancelled")
        yield* slow.cleanup.open
        yield* Fiber.join(interrupting)
        assert.deepStrictEqual([slow.future.state, slow.log], ["cancelled", ["cleaning up", "gone"]])
      })
    )

    it.effect("of a Proxy that was revoked dies with InvalidOptionsError", () =>
      Effect.gen(function* () {
        const { proxy, revoke } = Proxy.revocable({}, {})
        revoke()
        const defect = yield* defectOf(Future.race([proxy as Future.Future<unknown>]))
        assert.instanceOf(defect, InvalidOptionsError)
      })
    )

    it.effect("of none dies with InvalidOptionsError", () =>
      Effect.gen(function* () {
        const defect = yield* defectOf(Future.race([]))
        assert.instanceOf(defect, InvalidOptionsError)
        assert.include(String(defect), "Invalid option futures: got []")
      })
    )
  })

  const ofMany = {
    wait: (futures: Iterable<Future.Future<number, string>>) => Future.wait(futures, { timeout: 0 }),
    asCompleted: (futures: Iterable<Future.Future<number, string>>) => Stream.runDrain(Future.asCompleted(futures, {})),
    all: (futures: Iterable<Future.Future<number, string>>) => Future.all(futures),
    race: (futures: Iterable<Future.Future<number, string>>) => Future.race(futures)
  }

  for (const [operation, run] of Object.entries(ofMany)) {
    describe(operation, () => {
      for (const value of [undefined, null, 5, "futures", {}, Promise.resolve([])]) {
        it.effect(`dies of ${inspect(value)} in place of the futures`, () =>
          diesOf("futures", value, () => run(asFutures(value)))
        )
      }

      it.effect("dies of one future in place of several, and leaves it alone", () =>
        Effect.gen(function* () {
          const future = yield* Future.make<number, string>()
          yield* diesOf("futures", future, () => run(asFutures(future)))
          assert.strictEqual(future.state, "pending")
        })
      )

      for (const [what, value] of strangers) {
        it.effect(`dies of ${what} among the futures, says which, and leaves the others alone`, () =>
          Effect.gen(function* () {
            const future = yield* Future.make<number, string>()
            yield* diesOf("futures[2]", value, () => run(asFutures([future, future, value])))
            assert.strictEqual(future.state, "pending")
            assert.strictEqual(observersOf(future), 0)
          })
        )
      }
    })
  }
})
