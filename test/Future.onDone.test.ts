import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Latch, Scope } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import {
  Bell,
  asFuture,
  captureLogs,
  diesOf,
  ended,
  forkNow,
  isWaiting,
  letOthersRun,
  pass,
  startJob,
  strangers
} from "./support/futures.ts"

describe("Future, with callbacks", () => {
  describe("onDone", () => {
    it.effect("calls back with the future, when it is done", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const seen: Array<readonly [Future.Future<unknown, unknown>, Future.State]> = []
        yield* Future.onDone(job.future, (future) => seen.push([future, future.state]))
        yield* letOthersRun
        assert.deepStrictEqual(seen, [])
        yield* Deferred.succeed(job.end, "done")
        yield* job.future
        yield* letOthersRun
        assert.strictEqual(seen.length, 1)
        assert.strictEqual(seen[0]?.[0], job.future)
        assert.strictEqual(seen[0]?.[1], "finished")
      })
    )

    it.effect("calls back at once if the future is done already", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1))
        let calls = 0
        Effect.runSync(Future.onDone(future, () => calls++))
        assert.strictEqual(calls, 1)
      })
    )

    it.effect("calls back once, whatever happens to the future later", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        let calls = 0
        yield* Future.onDone(future, () => calls++)
        yield* Future.succeed(future, 1)
        yield* Effect.exit(Future.succeed(future, 2))
        yield* Future.cancel(future)
        yield* future
        assert.strictEqual(calls, 1)
      })
    )

    it.effect("does not wait for the future", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        Effect.runSync(Future.onDone(future, () => {}))
        assert.strictEqual(future.state, "pending")
      })
    )

    it.effect("calls back in the order of registration", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const order: Array<number> = []
        for (const n of [1, 2, 3, 4]) {
          yield* Future.onDone(future, () => (n % 2 === 0 ? Effect.sync(() => order.push(n)) : void order.push(n)))
        }
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(order, [1, 2, 3, 4])
      })
    )

    it.effect("calls back for several futures in the order in which they end", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const order: Array<string> = []
        for (const seconds of [3, 1, 2]) {
          const future = yield* executor.submit(Effect.sleep(`${seconds} seconds`), { name: `after ${seconds}` })
          yield* Future.onDone(future, (future) => order.push(future.name))
        }
        for (let second = 0; second < 3; second++) yield* pass("1 second")
        assert.deepStrictEqual(order, ["after 1", "after 2", "after 3"])
      })
    )

    it.effect("calls back after a failure and after a defect", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const outcomes: Array<string> = []
        for (const task of [Effect.fail("no"), Effect.die("oh")]) {
          const future = yield* executor.submit<never, string, never>(task)
          yield* Future.onDone(future, (future) => outcomes.push(String(future).replace(/^.*\) /, "")))
          yield* Future.await(future)
        }
        assert.deepStrictEqual(outcomes, ["finished: Failure(string)", "finished: Die(string)"])
      })
    )

    it.effect("calls back for a cancelled future, pending or running", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor, { name: "running" })
        const pending = yield* executor.submit(Effect.void, { name: "pending" })
        const seen: Array<string> = []
        const futures: ReadonlyArray<Future.Future<unknown, unknown>> = [pending, running.future]
        for (const future of futures) {
          yield* Future.onDone(future, (future) => seen.push(`${future.name} ${future.state}`))
          yield* Future.cancel(future)
        }
        assert.deepStrictEqual(seen, ["pending cancelled", "running cancelled"])
      })
    )

    it.effect("calls back after the task and its finalizers have ended", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        yield* Future.onDone(job.future, () => job.log.push("called back"))
        yield* Deferred.succeed(job.end, "done")
        yield* letOthersRun
        assert.deepStrictEqual(job.log, ["cleaning up"])
        yield* job.cleanup.open
        yield* job.future
        assert.deepStrictEqual(job.log, ["cleaning up", "gone", "called back"])
      })
    )

    it.effect("calls back with the executor's counters in order: the task no longer runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.void)
        const stats = Deferred.makeUnsafe<Executor.Stats>()
        yield* Future.onDone(future, () => Deferred.completeWith(stats, Executor.stats(executor)))
        const { running, succeeded } = yield* Deferred.await(stats)
        assert.deepStrictEqual({ running, succeeded }, { running: 0, succeeded: 1 })
      })
    )

    it.effect("runs an Effect with the services of whoever registered it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const rung: Array<string> = []
        const bell = (name: string) => ({ ring: Effect.sync(() => void rung.push(name)) })
        const job = yield* startJob(executor).pipe(Effect.provideService(Bell, bell("submitter's")))
        const callback = () => Effect.flatMap(Bell, (bell) => bell.ring)
        yield* Future.onDone(job.future, callback).pipe(Effect.provideService(Bell, bell("one's")))
        yield* Future.onDone(job.future, callback).pipe(Effect.provideService(Bell, bell("another's")))
        yield* Deferred.succeed(job.end, "done")
        yield* job.future
        assert.deepStrictEqual(rung, ["one's", "another's"])
      })
    )

    it.effect("runs an Effect that takes its time, without holding up whoever joins", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const latch = Latch.makeUnsafe()
        const future = yield* executor.submit(Effect.succeed(1))
        let called = false
        yield* Future.onDone(future, () => Effect.andThen(latch.await, () => Effect.sync(() => (called = true))))
        assert.strictEqual(yield* future, 1)
        assert.isFalse(called)
        yield* latch.open
        yield* letOthersRun
        assert.isTrue(called)
      })
    )

    it.effect("runs an Effect in a fiber of its own, not in the task's nor in the registrar's", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        const id = Deferred.makeUnsafe<number>()
        const registrar = yield* forkNow(
          Future.onDone(job.future, () => Effect.withFiber((fiber) => Deferred.succeed(id, fiber.id)))
        )
        yield* Fiber.join(registrar)
        yield* Deferred.succeed(job.end, "done")
        assert.notInclude([job.future.fiber.id, registrar.id], yield* Deferred.await(id))
      })
    )

    it.effect("logs what a callback throws, fails or dies with, where it was registered, and goes on", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { logs, layer } = captureLogs()
        const job = yield* startJob(executor, { name: "watched" })
        const order: Array<string> = []
        const defect = new Error("thrown")
        const callbacks: ReadonlyArray<() => unknown> = [
          () => order.push("first"),
          () => {
            throw defect
          },
          () => order.push("second"),
          () => Effect.fail("failed"),
          () => Effect.die("died"),
          () => Effect.sync(() => order.push("third"))
        ]
        yield* Effect.forEach(callbacks, (callback) => Future.onDone(job.future, callback)).pipe(Effect.provide(layer))
        yield* Deferred.succeed(job.end, "value")
        assert.strictEqual(yield* job.future, "value")
        assert.deepStrictEqual(order, ["first", "second", "third"])
        assert.deepStrictEqual(
          logs.map((log) => log.level),
          ["Error", "Error", "Error"]
        )
        assert.deepStrictEqual(
          logs.map((log) => log.cause.reasons.map((reason) => reason._tag)),
          [["Die"], ["Fail"], ["Die"]]
        )
        assert.deepStrictEqual(
          logs.map((log) => Cause.squash(log.cause)),
          [defect, "failed", "died"]
        )
        for (const { message } of logs) assert.include(String(message), String(job.future))
      })
    )

    it.effect("logs what a callback throws also if the future is done already, and does not fail", () =>
      Effect.gen(function* () {
        const { logs, layer } = captureLogs()
        const future = yield* ended(Exit.succeed(1))
        const defect = new Error("thrown")
        const throwing = () => {
          throw defect
        }
        yield* Future.onDone(future, throwing).pipe(Effect.provide(layer))
        assert.strictEqual(logs[0] && Cause.squash(logs[0].cause), defect)
      })
    )

    it.effect("goes on after a callback that interrupts itself", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        let called = false
        yield* Future.onDone(future, () => Effect.interrupt).pipe(Effect.provide(captureLogs().layer))
        yield* Future.onDone(future, () => (called = true))
        yield* Future.succeed(future, 1)
        assert.strictEqual(yield* future, 1)
        assert.isTrue(called)
      })
    )

    it.effect("may be asked from within a callback, which is at once", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const order: Array<string> = []
        yield* Future.onDone(future, (future) =>
          Effect.gen(function* () {
            order.push("outer begins")
            yield* Future.onDone(future, () => order.push("inner"))
            order.push("outer ends")
          })
        )
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(order, ["outer begins", "inner", "outer ends"])
      })
    )

    it.effect("lets a callback join the future", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const future = yield* executor.submit(Effect.succeed(1))
        const value = Deferred.makeUnsafe<number, unknown>()
        yield* Future.onDone(future, (future) => Deferred.completeWith(value, future))
        assert.strictEqual(yield* Deferred.await(value), 1)
      })
    )

    it.effect("outlives the fiber that registered it", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        let called = false
        yield* Fiber.join(yield* forkNow(Effect.scoped(Future.onDone(future, () => (called = true)))))
        yield* Future.succeed(future, 1)
        assert.isTrue(called)
      })
    )

    it.effect("is waited for by a shutdown that drains", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const latch = Latch.makeUnsafe()
        const future = yield* executor.submit(Effect.void)
        let called = false
        yield* Future.onDone(future, () => Effect.andThen(latch.await, () => Effect.sync(() => (called = true))))
        yield* future
        const shutdown = yield* forkNow(Executor.shutdown(executor, { mode: "drain" }))
        assert.isTrue(yield* isWaiting(shutdown))
        yield* latch.open
        yield* Fiber.join(shutdown)
        assert.isTrue(called)
      })
    )

    it.effect("is interrupted by a shutdown that interrupts, which waits for its finalizers", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const executor = yield* Scope.provide(FiberExecutor.make(), scope)
        const future = yield* executor.submit(Effect.void)
        const log: Array<string> = []
        const cleanUp = Effect.andThen(letOthersRun, () => Effect.sync(() => log.push("callback cleaned up")))
        yield* Future.onDone(future, () => Effect.ensuring(Effect.never, cleanUp))
        yield* future
        yield* Scope.close(scope, Exit.void)
        log.push("closed")
        assert.deepStrictEqual(log, ["callback cleaned up", "closed"])
      })
    )

    it.effect("takes the callback first or last", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1), { name: "done" })
        const seen: Array<string> = []
        yield* future.pipe(Future.onDone((future) => seen.push(future.name)))
        assert.deepStrictEqual(seen, ["done"])
      })
    )

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () => diesOf("future", value, () => Future.onDone(asFuture(value), () => {})))
    }
  })
})
