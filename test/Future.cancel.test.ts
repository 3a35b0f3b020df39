import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Latch } from "effect"
import { Executor, FiberExecutor, Future, TaskTimeoutError } from "effect-futures"
import { inspect } from "node:util"
import {
  asFuture,
  diesOf,
  ended,
  forkNow,
  isCancelledError,
  isWaiting,
  letOthersRun,
  onlyReason,
  pass,
  startJob,
  strangers,
  strangersAlone
} from "./support/futures.ts"

describe("Future, cancelled", () => {
  describe("cancel", () => {
    it.effect("of a pending future gives true, and it never runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const first = yield* startJob(executor)
        let ran = false
        const future = yield* executor.submit(Effect.sync(() => (ran = true)))
        assert.isTrue(yield* Future.cancel(future))
        assert.strictEqual(future.state, "cancelled")
        yield* Deferred.succeed(first.end, "done")
        yield* Executor.awaitIdle(executor)
        yield* letOthersRun
        assert.isFalse(ran)
      })
    )

    it.effect("of a pending future takes it from the queue, and the others keep their places", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 3, overflow: "fail" })
        const first = yield* startJob(executor)
        const order: Array<string> = []
        const note = (name: string) => executor.submit(Effect.sync(() => order.push(name)))
        yield* note("a")
        const b = yield* note("b")
        yield* note("c")
        assert.strictEqual((yield* Executor.stats(executor)).pending, 3)
        yield* Future.cancel(b)
        assert.strictEqual((yield* Executor.stats(executor)).pending, 2)
        yield* note("d")
        yield* Deferred.succeed(first.end, "done")
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(order, ["a", "c", "d"])
      })
    )

    it.effect("of a task that has a worker and has not begun keeps it from beginning", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        let ran = false
        const future = yield* executor.submit(Effect.sync(() => (ran = true)))
        assert.isTrue(yield* Future.cancel(future))
        yield* letOthersRun
        assert.isFalse(ran)
      })
    )

    it.effect("of a running future gives true when the task's finalizers are done", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        const cancelling = yield* forkNow(
          Effect.tap(Future.cancel(job.future), () => Effect.sync(() => job.log.push("cancelled")))
        )
        assert.isTrue(yield* isWaiting(cancelling))
        assert.deepStrictEqual(job.log, ["cleaning up"])
        assert.strictEqual(job.future.state, "running")
        yield* job.cleanup.open
        assert.isTrue(yield* Fiber.join(cancelling))
        assert.deepStrictEqual(job.log, ["cleaning up", "gone", "cancelled"])
        assert.strictEqual(job.future.state, "cancelled")
      })
    )

    it.effect("of a running future waits for the finalizers of the task's scope and for its children", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const log: Array<string> = []
        const cleanUp = (what: string) => Effect.andThen(letOthersRun, () => Effect.sync(() => log.push(what)))
        const future = yield* executor.submit(
          Effect.gen(function* () {
            yield* Effect.addFinalizer(() => cleanUp("scope"))
            yield* forkNow(Effect.never.pipe(Effect.ensuring(cleanUp("child"))))
            yield* begun.open
            yield* Effect.never
          })
        )
        yield* begun.await
        yield* Future.cancel(future)
        log.push("cancelled")
        assert.deepStrictEqual(log.toSorted(), ["cancelled", "child", "scope"])
        assert.strictEqual(log.at(-1), "cancelled")
      })
    )

    it.effect("gives true again when asked twice", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        for (const future of [pending, running.future]) {
          assert.isTrue(yield* Future.cancel(future))
          assert.isTrue(yield* Future.cancel(future))
        }
        assert.strictEqual((yield* Executor.stats(executor)).cancelled, 2)
      })
    )

    it.effect("asked by many at the same time gives all of them true when the task is gone, and stops it once", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        const cancelling = yield* Effect.forEach([1, 2, 3], () => forkNow(Future.cancel(job.future)))
        for (const fiber of cancelling) assert.isTrue(yield* isWaiting(fiber))
        yield* job.cleanup.open
        assert.deepStrictEqual(yield* Fiber.joinAll(cancelling), [true, true, true])
        assert.deepStrictEqual(job.log, ["cleaning up", "gone"])
      })
    )

    it.effect("gives false for a future that had finished, and leaves it as it is", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh")]) {
          const future = yield* executor.submit(Effect.suspend((): Effect.Effect<number, string> => exit))
          yield* Future.await(future)
          assert.isFalse(yield* Future.cancel(future))
          assert.strictEqual(future.state, "finished")
          assert.deepStrictEqual(yield* Future.await(future), exit)
        }
      })
    )

    it.effect("waits for a task that is not interruptible until it is through", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const end = Latch.makeUnsafe()
        const log: Array<string> = []
        const future = yield* executor.submit(
          Effect.gen(function* () {
            yield* begun.open
            yield* end.await
            log.push("through")
          }).pipe(Effect.uninterruptible, Effect.andThen(Effect.sync(() => log.push("went on"))))
        )
        yield* begun.await
        const cancelling = yield* forkNow(Future.cancel(future))
        assert.isTrue(yield* isWaiting(cancelling))
        yield* end.open
        assert.isTrue(yield* Fiber.join(cancelling))
        assert.deepStrictEqual(log, ["through"])
      })
    )

    it.effect("gives false for a task that finished all the same", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const end = Latch.makeUnsafe()
        const future = yield* executor.submit(
          begun.open.pipe(Effect.andThen(end.await), Effect.andThen(Effect.fail("no")), Effect.uninterruptible)
        )
        yield* begun.await
        const cancelling = yield* forkNow(Future.cancel(future))
        yield* end.open
        assert.isFalse(yield* Fiber.join(cancelling))
        assert.strictEqual(future.state, "finished")
        assert.deepStrictEqual(yield* Effect.exit(future), Exit.fail("no"))
      })
    )

    it.effect("gives false for a task that has taken too long and cleans up, when it is gone", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { timeout: "1 second", slowCleanup: true })
        yield* pass("1 second")
        const cancelling = yield* forkNow(Future.cancel(job.future))
        assert.isTrue(yield* isWaiting(cancelling))
        yield* job.cleanup.open
        assert.isFalse(yield* Fiber.join(cancelling))
        assert.instanceOf(yield* Effect.flip(job.future), TaskTimeoutError)
      })
    )

    it.effect("takes nothing else down: not what the task had joined, nor whoever joins it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const inner = yield* startJob(executor)
        const outer = yield* executor.submit(inner.future)
        const joiner = yield* executor.submit(Effect.flip(outer))
        yield* letOthersRun
        yield* Future.cancel(outer)
        assert.strictEqual(inner.future.state, "running")
        isCancelledError(yield* joiner, outer.name)
      })
    )

    it.effect("with running: false cancels one that is pending", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        yield* startJob(executor)
        const future = yield* executor.submit(Effect.void)
        assert.isTrue(yield* Future.cancel(future, { running: false }))
        assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("with running: false leaves one that runs alone, and gives false at once", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        assert.isFalse(Effect.runSync(Future.cancel(job.future, { running: false })))
        yield* letOthersRun
        assert.strictEqual(job.future.state, "running")
        assert.deepStrictEqual(job.log, [])
        yield* Deferred.succeed(job.end, "value")
        assert.strictEqual(yield* job.future, "value")
      })
    )

    it.effect("with running: false gives false for one that has finished and true for one that was cancelled", () =>
      Effect.gen(function* () {
        const finished = yield* ended(Exit.succeed(1))
        const cancelled = yield* ended(Exit.interrupt(7))
        assert.isFalse(yield* Future.cancel(finished, { running: false }))
        assert.isTrue(yield* Future.cancel(cancelled, { running: false }))
      })
    )

    it.effect("with running: true stops one that runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        assert.isTrue(yield* Future.cancel(job.future, { running: true }))
        assert.strictEqual(job.future.state, "cancelled")
      })
    )

    it.effect("of a future made by hand, pending or running, cancels it", () =>
      Effect.gen(function* () {
        const pending = yield* Future.make<number>()
        const running = yield* Future.make<number>()
        yield* Future.setRunning(running)
        assert.isFalse(yield* Future.cancel(running, { running: false }))
        for (const future of [pending, running]) {
          const joiner = yield* forkNow(Effect.flip(future))
          assert.isTrue(yield* Future.cancel(future))
          assert.strictEqual(future.state, "cancelled")
          isCancelledError(yield* Fiber.join(joiner), future.name)
        }
      })
    )

    it.effect("of a task by itself is not waited for, and it ends cancelled", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const log: Array<string> = []
        for (const mode of [Effect.interruptible, Effect.uninterruptible]) {
          const self = Deferred.makeUnsafe<Future.Future<unknown, unknown>>()
          const future = yield* executor.submit(
            Deferred.await(self).pipe(
              Effect.flatMap((future) => Future.cancel(future)),
              mode,
              Effect.andThen(Effect.sync(() => log.push("went on")))
            )
          )
          yield* Deferred.succeed(self, future)
          assert.strictEqual(onlyReason(yield* Future.await(future))._tag, "Interrupt")
          assert.strictEqual(future.state, "cancelled")
        }
        assert.deepStrictEqual(log, [])
      })
    )

    it.effect("of a task whose finalizer cancels the task that cancels it ends both", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const canceller = Deferred.makeUnsafe<Future.Future<unknown, unknown>>()
        const cancelBack = Effect.flatMap(Deferred.await(canceller), (future) => Future.cancel(future))
        const target = yield* executor.submit(
          Effect.andThen(begun.open, Effect.never).pipe(Effect.ensuring(cancelBack))
        )
        yield* begun.await
        const future = yield* executor.submit(Effect.andThen(Future.cancel(target), Effect.never))
        yield* Deferred.succeed(canceller, future)
        yield* Future.wait([target, future])
        assert.deepStrictEqual([target.state, future.state], ["cancelled", "cancelled"])
      })
    )

    it.effect("takes its options first or last", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        assert.isFalse(yield* job.future.pipe(Future.cancel({ running: false })))
        assert.isTrue(yield* job.future.pipe(Future.cancel()))
      })
    )

    it.effect("takes options last that are empty, or an object of a class, or have other keys too", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        class Careful {
          get running() {
            return false
          }
        }
        const job = yield* startJob(executor)
        const withMore = { running: false, reason: "late" }
        for (const options of [withMore, new Careful()]) assert.isFalse(yield* job.future.pipe(Future.cancel(options)))
        assert.isTrue(yield* job.future.pipe(Future.cancel({})))
      })
    )

    for (const value of ["no", 0, null, "false", {}]) {
      it.effect(`dies of running: ${inspect(value)}, and leaves the future alone`, () =>
        Effect.gen(function* () {
          const future = yield* Future.make<number>()
          const running = value as boolean
          yield* diesOf("running", value, () => Future.cancel(future, { running }))
          yield* diesOf("running", value, () => future.pipe(Future.cancel({ running })))
          assert.strictEqual(future.state, "pending")
        })
      )
    }

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () =>
        diesOf("future", value, () => Future.cancel(asFuture(value), { running: true }))
      )
    }

    for (const [what, value] of strangersAlone) {
      it.effect(`without options dies of ${what}`, () => diesOf("future", value, () => Future.cancel(asFuture(value))))
    }
  })
})
