import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber } from "effect"
import { FiberExecutor, Future, TaskTimeoutError } from "effect-futures"
import { inspect } from "node:util"
import { defectOf } from "./support/defectOf.ts"
import {
  Refused,
  asFuture,
  asTimeout,
  badTimeouts,
  diesOf,
  ended,
  forkNow,
  isCancelledError,
  isWaiting,
  makeThree,
  observersOf,
  onlyReason,
  pass,
  startJob,
  strangers,
  strangersAlone
} from "./support/futures.ts"

describe("Future, waited for", () => {
  describe("join", () => {
    it.effect("gives the value, of a future that ends later", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const joiner = yield* forkNow(Future.join(job.future))
        assert.isTrue(yield* isWaiting(joiner))
        yield* Deferred.succeed(job.end, "value")
        assert.strictEqual(yield* Fiber.join(joiner), "value")
      })
    )

    it.effect("gives the value at once, of a future that is done", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1))
        assert.strictEqual(Effect.runSync(Future.join(future)), 1)
      })
    )

    it.effect("is the same as yielding the future", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.succeed({ unique: true }))
        assert.strictEqual(yield* future, yield* Future.join(future))
        const failing = yield* executor.submit(Effect.fail(new Refused({ n: 1 })))
        assert.strictEqual(yield* Effect.flip(failing), yield* Effect.flip(Future.join(failing)))
      })
    )

    it.effect("goes wherever an effect goes: a future is one", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const one = yield* executor.submit(Effect.succeed(1))
        const two = yield* executor.submit(Effect.succeed(2))
        assert.isTrue(Effect.isEffect(one))
        assert.deepStrictEqual(yield* Effect.all([one, two], { concurrency: 2 }), [1, 2])
        assert.strictEqual(yield* one.pipe(Effect.map((n) => n + 1)), 2)
      })
    )

    it.effect("starts a task that was submitted and has not begun", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.succeed(1))
        assert.strictEqual(yield* future, 1)
      })
    )

    it.effect("gives the same twice, and the task runs once", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        let runs = 0
        const future = yield* executor.submit(
          Effect.sync(() => {
            runs++
            return { runs }
          })
        )
        assert.strictEqual(yield* future, yield* future)
        assert.strictEqual(runs, 1)
      })
    )

    it.effect("gives the same to many who wait at the same time", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob<{ readonly unique: true }>(executor)
        const joiners = yield* Effect.forEach(Array.from({ length: 100 }), () => forkNow(job.future))
        const value = { unique: true } as const
        yield* Deferred.succeed(job.end, value)
        for (const joiner of joiners) assert.strictEqual(yield* Fiber.join(joiner), value)
      })
    )

    it.effect("fails with the task's very error", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const refused = new Refused({ n: 7 })
        const future = yield* executor.submit(Effect.fail(refused))
        const caught = yield* future.pipe(Effect.catchTag("Refused", (error) => Effect.succeed(error)))
        assert.strictEqual(caught, refused)
      })
    )

    it.effect("dies with the task's very defect", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const defect = new Error("oh")
        const future = yield* executor.submit(
          Effect.sync(() => {
            throw defect
          })
        )
        assert.strictEqual(yield* defectOf(future), defect)
      })
    )

    it.effect("fails with TaskTimeoutError if the task took too long", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.never, { name: "slow", timeout: "1 second" })
        const joiner = yield* forkNow(Effect.flip(future))
        yield* pass("1 second")
        const error = yield* Fiber.join(joiner)
        assert.instanceOf(error, TaskTimeoutError)
        assert.strictEqual(error.task, "slow")
      })
    )

    it.effect("of a cancelled future fails with TaskCancelledError and does not interrupt the joiner", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { name: "stopped" })
        const before = yield* forkNow(Effect.exit(job.future))
        yield* Future.cancel(job.future)
        for (const exit of [yield* Fiber.join(before), yield* Effect.exit(job.future)]) {
          const reason = onlyReason(exit)
          isCancelledError(reason._tag === "Fail" && reason.error, "stopped")
        }
      })
    )

    it.effect("of a task that interrupted itself fails with TaskCancelledError", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.interrupt, { name: "quitter" })
        isCancelledError(yield* Effect.flip(future), "quitter")
        assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("of a task that failed while parts of it were interrupted has the failure and no interruption", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const cause = Cause.combine(Cause.interrupt(7), Cause.fail("no"))
        const future = yield* executor.submit(Effect.failCause(cause))
        assert.deepStrictEqual(yield* Effect.exit(future), Exit.fail("no"))
        assert.deepStrictEqual(yield* Future.await(future), Exit.failCause(cause))
      })
    )

    it.effect("interrupted, leaves the task alone and takes back its observer", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const joiner = yield* forkNow(job.future)
        const other = yield* forkNow(job.future)
        assert.strictEqual(observersOf(job.future), 2)
        yield* Fiber.interrupt(joiner)
        assert.strictEqual(observersOf(job.future), 1)
        yield* Fiber.interrupt(other)
        assert.strictEqual(observersOf(job.future), 0)
        assert.strictEqual(job.future.state, "running")
        yield* Deferred.succeed(job.end, "value")
        assert.strictEqual(yield* job.future, "value")
      })
    )

    it.effect("comes back after the finalizers of the task, those of its scope too", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const log: Array<string> = []
        const say = (what: string) => Effect.andThen(Effect.yieldNow, () => Effect.sync(() => log.push(what)))
        const future = yield* executor.submit(
          Effect.addFinalizer(() => say("scope")).pipe(Effect.andThen(say("task")), Effect.ensuring(say("finalizer")))
        )
        yield* future
        log.push("joined")
        assert.deepStrictEqual(log, ["task", "finalizer", "scope", "joined"])
      })
    )

    for (const [what, value] of strangers) {
      if (Effect.isEffect(value)) continue
      it.effect(`dies of ${what}`, () => diesOf("future", value, () => Future.join(asFuture(value))))
    }
  })

  describe("await", () => {
    it.effect("gives the exit of a task that succeeded, failed or died, and never fails", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
          const future = yield* executor.submit(Effect.suspend((): Effect.Effect<number, string> => exit))
          assert.deepStrictEqual(yield* Future.await(future), exit)
        }
      })
    )

    it.effect("gives the exit of a cancelled future: an interruption, as that of its fiber", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const waiter = yield* forkNow(Future.await(job.future))
        yield* Future.cancel(job.future)
        const exit = yield* Fiber.join(waiter)
        assert.strictEqual(onlyReason(exit)._tag, "Interrupt")
        assert.strictEqual(exit, job.future.fiber.pollUnsafe())
      })
    )

    it.effect("waits for the end", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const waiter = yield* forkNow(Future.await(future))
        assert.isTrue(yield* isWaiting(waiter))
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(yield* Fiber.join(waiter), Exit.succeed(1))
      })
    )

    it.effect("interrupted, leaves the task alone and takes back its observer", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const waiter = yield* forkNow(Future.await(job.future))
        assert.strictEqual(observersOf(job.future), 1)
        yield* Fiber.interrupt(waiter)
        assert.strictEqual(observersOf(job.future), 0)
        assert.strictEqual(job.future.state, "running")
      })
    )

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () => diesOf("future", value, () => Future.await(asFuture(value))))
    }
  })

  describe("result", () => {
    it.effect("gives the value that is there in time", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.as(Effect.sleep("1 second"), "value"))
        const waiter = yield* forkNow(Future.result(future, { timeout: "2 seconds" }))
        yield* pass("1 second")
        assert.strictEqual(waiter.pollUnsafe()?._tag, "Success")
        assert.strictEqual(yield* Fiber.join(waiter), "value")
      })
    )

    it.effect("fails with TimeoutError after the timeout and not before, and says of what", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { name: "slow" })
        const waiter = yield* forkNow(Effect.flip(Future.result(job.future, { timeout: "2 seconds" })))
        yield* pass("1999 millis")
        assert.isTrue(yield* isWaiting(waiter))
        yield* pass("1 millis")
        const error = yield* Fiber.join(waiter)
        assert.isTrue(Cause.isTimeoutError(error))
        assert.include(String(error), `Future(#${job.future.id} "slow") running`)
        assert.include(String(error), "2000 ms")
      })
    )

    it.effect("giving up, does not touch the task: it goes on, and can be joined again", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const waiter = yield* forkNow(Effect.flip(Future.result(job.future, { timeout: "2 seconds" })))
        yield* pass("2 seconds")
        yield* Fiber.join(waiter)
        assert.strictEqual(job.future.state, "running")
        assert.deepStrictEqual(job.log, [])
        yield* Deferred.succeed(job.end, "late")
        assert.strictEqual(yield* Future.result(job.future, { timeout: "2 seconds" }), "late")
      })
    )

    it.effect("giving up or interrupted, takes back its observer", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const gaveUp = yield* forkNow(Effect.flip(Future.result(future, { timeout: "2 seconds" })))
        const interrupted = yield* forkNow(Future.result(future, { timeout: "3 seconds" }))
        assert.strictEqual(observersOf(future), 2)
        yield* pass("2 seconds")
        yield* Fiber.join(gaveUp)
        assert.strictEqual(observersOf(future), 1)
        yield* Fiber.interrupt(interrupted)
        assert.strictEqual(observersOf(future), 0)
      })
    )

    it.effect("does not wait at all with a timeout of zero", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const error = Effect.runSync(Effect.flip(Future.result(future, { timeout: 0 })))
        assert.isTrue(Cause.isTimeoutError(error))
      })
    )

    it.effect("gives the value of a future that is done already, also with a timeout of zero", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1))
        assert.strictEqual(yield* Future.result(future, { timeout: "1 second" }), 1)
        assert.strictEqual(Effect.runSync(Future.result(future, { timeout: 0 })), 1)
      })
    )

    it.effect("is the same as join without a timeout, and with an infinite one", () =>
      Effect.gen(function* () {
        for (const options of [undefined, {}, { timeout: undefined }, { timeout: Infinity }]) {
          const future = yield* Future.make<number>()
          const waiter = yield* forkNow(Future.result(future, options))
          yield* pass("1000 days")
          assert.isTrue(yield* isWaiting(waiter))
          yield* Future.succeed(future, 1)
          assert.strictEqual(yield* Fiber.join(waiter), 1)
        }
      })
    )

    it.effect("fails as the task does: with its error, its defect, or TaskCancelledError", () =>
      Effect.gen(function* () {
        const futures = yield* makeThree
        const waiters = yield* Effect.forEach(futures, (future) =>
          forkNow(Effect.exit(Future.result(future, { timeout: "1 second" })))
        )
        yield* Future.fail(futures[0], "no")
        yield* Future.failCause(futures[1], Cause.die("oh"))
        yield* Future.cancel(futures[2])
        const [failed, died, cancelled] = yield* Fiber.joinAll(waiters)
        assert.deepStrictEqual(failed, Exit.fail("no"))
        assert.deepStrictEqual(died, Exit.die("oh"))
        isCancelledError(cancelled?._tag === "Failure" && Cause.squash(cancelled.cause), "c")
      })
    )

    it.effect("takes its options first or last", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const error = yield* future.pipe(Future.result({ timeout: 0 }), Effect.flip)
        assert.isTrue(Cause.isTimeoutError(error))
        yield* Future.succeed(future, 1)
        assert.strictEqual(yield* future.pipe(Future.result()), 1)
      })
    )

    it.effect("in a task gives what is there when time is up, even if the task's worker is busy", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const outer = yield* executor.submit(
          Effect.gen(function* () {
            const inner = yield* executor.submit(Effect.as(Effect.sleep("1 second"), "value"))
            yield* executor.submit(Effect.sleep("1 minute"))
            return yield* Future.result(inner, { timeout: "2 seconds" })
          })
        )
        yield* pass("1 second")
        yield* pass("1 second")
        yield* pass("1 minute")
        assert.strictEqual(yield* outer, "value")
      })
    )

    for (const timeout of badTimeouts) {
      it.effect(`dies of ${inspect(timeout)} as a timeout, done or not`, () =>
        Effect.gen(function* () {
          const pending = yield* Future.make<number>()
          const done = yield* ended(Exit.succeed(1))
          yield* diesOf("timeout", timeout, () => Future.result(pending, { timeout: asTimeout(timeout) }))
          yield* diesOf("timeout", timeout, () => Future.result(done, { timeout: asTimeout(timeout) }))
        })
      )
    }

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () =>
        diesOf("future", value, () => Future.result(asFuture(value), { timeout: "1 second" }))
      )
    }

    for (const [what, value] of strangersAlone) {
      it.effect(`without options dies of ${what}`, () => diesOf("future", value, () => Future.result(asFuture(value))))
    }
  })
})
