import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option } from "effect"
import { FiberExecutor, Future } from "effect-futures"
import { defectOf } from "./support/defectOf.ts"
import {
  Refused,
  asFuture,
  diesOf,
  ended,
  failsWithInvalidState,
  forkNow,
  givesWayAlways,
  isCancelledError,
  isWaiting,
  letOthersRun,
  startJob,
  strangers
} from "./support/futures.ts"

describe("Future, settled by hand", () => {
  describe("make", () => {
    it.effect("gives a future that is pending", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        assert.strictEqual(future.state, "pending")
        yield* letOthersRun
        assert.strictEqual(future.state, "pending")
      })
    )

    it.effect("gives a future that outlives the fiber and the scope that made it", () =>
      Effect.gen(function* () {
        const future = yield* Fiber.join(yield* forkNow(Effect.scoped(Future.make<number>())))
        yield* letOthersRun
        assert.strictEqual(future.state, "pending")
        yield* Future.succeed(future, 1)
        assert.strictEqual(yield* future, 1)
      })
    )

    it.effect("names it as it is told, or after its number", () =>
      Effect.gen(function* () {
        const named = yield* Future.make<number>({ name: "answer" })
        const unnamed = yield* Future.make<number>()
        assert.strictEqual(named.name, "answer")
        assert.strictEqual(unnamed.name, `task-${unnamed.id}`)
      })
    )

    it.effect("dies of a name that is empty or no string", () =>
      Effect.gen(function* () {
        yield* diesOf("name", "", () => Future.make<number>({ name: "" }))
        yield* diesOf("name", 5, () => Future.make<number>({ name: 5 as unknown as string }))
      })
    )

    it.effect("makes a new future each time it runs", () =>
      Effect.gen(function* () {
        const make = Future.make<number>()
        const one = yield* make
        const other = yield* make
        yield* Future.succeed(one, 1)
        assert.strictEqual(other.state, "pending")
      })
    )
  })

  describe("setRunning", () => {
    it.effect("takes a pending future to running, and gives true", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        assert.isTrue(yield* Future.setRunning(future))
        assert.strictEqual(future.state, "running")
      })
    )

    it.effect("gives false for one that was cancelled before, which stays cancelled", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.cancel(future)
        assert.isFalse(yield* Future.setRunning(future))
        assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("fails with InvalidStateError for one that runs", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.setRunning(future)
        yield* failsWithInvalidState(Future.setRunning(future), future, "setRunning")
      })
    )

    it.effect("fails with InvalidStateError for one that has finished", () =>
      Effect.gen(function* () {
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
          const future = yield* ended<number, string>(exit)
          yield* failsWithInvalidState(Future.setRunning(future), future, "setRunning")
        }
      })
    )

    it.effect("lets joiners wait on", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const joiner = yield* forkNow(future)
        yield* Future.setRunning(future)
        assert.isTrue(yield* isWaiting(joiner))
        yield* Future.succeed(future, 1)
        assert.strictEqual(yield* Fiber.join(joiner), 1)
      })
    )
  })

  describe("succeed", () => {
    it.effect("settles a pending future with a value", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.succeed(future, 42)
        assert.strictEqual(future.state, "finished")
        assert.deepStrictEqual(yield* Future.poll(future), Option.some(Exit.succeed(42)))
      })
    )

    it.effect("settles a running future", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.setRunning(future)
        yield* Future.succeed(future, 42)
        assert.strictEqual(future.state, "finished")
        assert.strictEqual(yield* future, 42)
      })
    )

    it.effect("wakes those who wait", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const joiner = yield* forkNow(future)
        yield* Future.succeed(future, 42)
        assert.strictEqual(yield* Fiber.join(joiner), 42)
      })
    )

    it.effect("takes the value first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* future.pipe(Future.succeed(42))
        assert.strictEqual(yield* future, 42)
      })
    )

    it.effect("does nothing before it runs", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const settling = Future.succeed(future, 42)
        assert.strictEqual(future.state, "pending")
        yield* settling
        assert.strictEqual(future.state, "finished")
      })
    )

    it.effect("settles at once and for good, even if the future's fiber has to give way before each step", () =>
      Effect.gen(function* () {
        for (const isEarly of [true, false]) {
          const { context, goOnWhile } = givesWayAlways()
          const making = Effect.runForkWith(context)(Future.make<number>())
          // Either the future's fiber has done nothing yet, or it waits to be settled.
          goOnWhile(() => !isEarly || making.pollUnsafe() === undefined)
          const future = yield* Fiber.join(making)
          yield* Future.succeed(future, 42)
          assert.strictEqual(future.state, "finished")
          assert.deepStrictEqual(yield* Future.poll(future), Option.some(Exit.succeed(42)))
          yield* failsWithInvalidState(Future.succeed(future, 43), future, "succeed")
          yield* failsWithInvalidState(Future.setRunning(future), future, "setRunning")
          const cancelling = yield* forkNow(Future.cancel(future))
          goOnWhile(() => true)
          assert.isFalse(yield* Fiber.join(cancelling))
          assert.strictEqual(yield* future, 42)
        }
      })
    )
  })

  describe("fail", () => {
    it.effect("settles a pending future with an error", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, Refused>()
        const refused = new Refused({ n: 1 })
        yield* Future.fail(future, refused)
        assert.strictEqual(future.state, "finished")
        assert.strictEqual(yield* Effect.flip(future), refused)
      })
    )

    it.effect("settles a running future", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* Future.setRunning(future)
        yield* Future.fail(future, "no")
        assert.strictEqual(future.state, "finished")
        assert.strictEqual(yield* Effect.flip(future), "no")
      })
    )

    it.effect("takes the error first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* future.pipe(Future.fail("no"))
        assert.strictEqual(yield* Effect.flip(future), "no")
      })
    )
  })

  describe("failCause", () => {
    it.effect("settles a future with a cause, all of it", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        const cause = Cause.combine(Cause.fail("no"), Cause.die("oh"))
        yield* Future.failCause(future, cause)
        assert.strictEqual(future.state, "finished")
        assert.deepStrictEqual(yield* Effect.exit(future), Exit.failCause(cause))
      })
    )

    it.effect("cancels a future if the cause is only an interruption", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Future.failCause(future, Cause.interrupt(7))
        assert.strictEqual(future.state, "cancelled")
        isCancelledError(yield* Effect.flip(future), future.name)
      })
    )

    it.effect("finishes a future if the cause is an interruption among others", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* Future.failCause(future, Cause.combine(Cause.interrupt(7), Cause.fail("no")))
        assert.strictEqual(future.state, "finished")
      })
    )

    it.effect("takes the cause first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* future.pipe(Future.failCause(Cause.fail("no")))
        assert.strictEqual(yield* Effect.flip(future), "no")
      })
    )
  })

  describe("done", () => {
    it.effect("settles a future with the exit, whichever it is", () =>
      Effect.gen(function* () {
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
          const future = yield* Future.make<number, string>()
          yield* Future.done(future, exit)
          assert.strictEqual(future.state, "finished")
          assert.deepStrictEqual(yield* Future.await(future), exit)
        }
      })
    )

    it.effect("cancels a future if the exit is an interruption", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        yield* Future.done(future, Exit.interrupt(7))
        assert.strictEqual(future.state, "cancelled")
        isCancelledError(yield* Effect.flip(future), future.name)
      })
    )

    it.effect("takes the exit first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number, string>()
        const exit: Exit.Exit<number, string> = Exit.succeed(1)
        yield* future.pipe(Future.done(exit))
        assert.strictEqual(yield* future, 1)
      })
    )
  })

  const settlers = {
    succeed: (future: Future.Settable<number, string>) => Future.succeed(future, 2),
    fail: (future: Future.Settable<number, string>) => Future.fail(future, "second"),
    failCause: (future: Future.Settable<number, string>) => Future.failCause(future, Cause.die("second")),
    done: (future: Future.Settable<number, string>) => Future.done(future, Exit.succeed(2))
  }

  for (const [operation, settle] of Object.entries(settlers)) {
    describe(operation, () => {
      it.effect("fails with InvalidStateError if the future has finished, and leaves it as it is", () =>
        Effect.gen(function* () {
          for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
            const future = yield* ended<number, string>(exit)
            yield* failsWithInvalidState(settle(future), future, operation)
            assert.deepStrictEqual(yield* Future.await(future), exit)
          }
        })
      )

      it.effect("fails with InvalidStateError if the future was cancelled", () =>
        Effect.gen(function* () {
          const future = yield* Future.make<number, string>()
          yield* Future.cancel(future)
          yield* failsWithInvalidState(settle(future), future, operation)
          assert.strictEqual(future.state, "cancelled")
        })
      )

      it.effect("settles once when many fibers try at the same time", () =>
        Effect.gen(function* () {
          const future = yield* Future.make<number, string>()
          const exits = yield* Effect.forEach([1, 2, 3, 4], () => Effect.exit(settle(future)), {
            concurrency: "unbounded"
          })
          assert.deepStrictEqual(
            exits.map((exit) => exit._tag),
            ["Success", "Failure", "Failure", "Failure"]
          )
        })
      )
    })
  }

  for (const [operation, change] of Object.entries({ ...settlers, setRunning: Future.setRunning<number, string> })) {
    describe(operation, () => {
      it.effect("refuses a future that an executor owns, pending, running or done, and does not touch it", () =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const first = yield* startJob(executor)
          const second = yield* executor.submit(Effect.succeed("second"))
          yield* failsWithInvalidState(change(asFuture(first.future)), first.future, operation)
          yield* failsWithInvalidState(change(asFuture(second)), second, operation)
          yield* Deferred.succeed(first.end, "first")
          assert.deepStrictEqual([yield* first.future, yield* second], ["first", "second"])
          yield* failsWithInvalidState(change(asFuture(first.future)), first.future, operation)
        })
      )

      for (const [what, value] of strangers) {
        it.effect(`dies of ${what}`, () => diesOf("future", value, () => change(asFuture(value))))
      }
    })
  }

  describe("failCause", () => {
    it.effect("of what is no cause dies, and harms no other future", () =>
      Effect.gen(function* () {
        const other = yield* Future.make<number>()
        const joiner = yield* forkNow(other)
        const future = yield* Future.make<number, string>()
        const noCause = "no cause" as unknown as Cause.Cause<string>
        yield* defectOf(Future.failCause(future, noCause))
        yield* Future.succeed(other, 1)
        assert.isFalse(yield* isWaiting(joiner), "nobody is woken any more")
      })
    )
  })
})
