import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Hash, HashSet, Latch, Metric, Option } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { format, inspect } from "node:util"
import {
  Numbers,
  Refused,
  asFuture,
  assertInvalidOption,
  diesOf,
  ended,
  forkNow,
  isCancelledError,
  letOthersRun,
  makeJob,
  pass,
  startJob,
  strangers,
  booleans,
  booleansOf
} from "./support/futures.ts"
import { areKeys, keyOf, readsOf } from "./support/keys.ts"

describe("Future", () => {
  describe("state", () => {
    it.effect("is pending while it waits for a worker, running when it has one, finished when it has ended", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const first = yield* startJob(executor)
        const job = makeJob()
        const future = yield* executor.submit(job.task)
        yield* letOthersRun
        assert.strictEqual(future.state, "pending")
        yield* Deferred.succeed(first.end, "done")
        yield* job.begun.await
        assert.strictEqual(future.state, "running")
        yield* Deferred.succeed(job.end, "done")
        yield* future
        assert.strictEqual(future.state, "finished")
      })
    )

    it.effect("is running until the finalizers have ended", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        yield* Deferred.succeed(job.end, "done")
        yield* letOthersRun
        assert.deepStrictEqual(job.log, ["cleaning up"])
        assert.strictEqual(job.future.state, "running")
        yield* job.cleanup.open
        yield* job.future
        assert.strictEqual(job.future.state, "finished")
      })
    )

    it.effect("is finished after a failure, a defect and a timeout", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const failed = yield* executor.submit(Effect.fail("no"))
        const died = yield* executor.submit(Effect.die("oh"))
        const slow = yield* executor.submit(Effect.never, { timeout: "1 second" })
        yield* pass("1 second")
        assert.deepStrictEqual([failed.state, died.state, slow.state], ["finished", "finished", "finished"])
      })
    )

    it.effect("is cancelled after an interruption, before it ran or while", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        yield* Future.cancel(pending)
        yield* Future.cancel(running.future)
        assert.deepStrictEqual([pending.state, running.future.state], ["cancelled", "cancelled"])
      })
    )

    it.effect("is cancelled after a shutdown that interrupts", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        assert.deepStrictEqual([pending.state, running.future.state], ["cancelled", "cancelled"])
      })
    )

    it.effect("is finished if a finalizer died while it was cancelled", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const begun = Latch.makeUnsafe()
        const future = yield* executor.submit(
          Effect.andThen(begun.open, Effect.never).pipe(Effect.ensuring(Effect.die("oh")))
        )
        yield* begun.await
        assert.isFalse(yield* Future.cancel(future))
        assert.strictEqual(future.state, "finished")
      })
    )
  })

  describe("id", () => {
    it.effect("is greater for what was submitted or made later", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const first = yield* executor.submit(Effect.void)
        const second = yield* Future.make<void>()
        const third = yield* executor.submit(Effect.void)
        assert.isTrue(first.id < second.id && second.id < third.id)
      })
    )
  })

  describe("name", () => {
    it.effect("is the one given at submission, or the task's own, or made from the id", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const given = yield* executor.submit(Numbers.double(1), { name: "given" })
        const own = yield* executor.submit(Numbers.double(1))
        const made = yield* executor.submit(Effect.void)
        assert.strictEqual(given.name, "given")
        assert.strictEqual(own.name, Numbers.double(1).name)
        assert.strictEqual(made.name, `task-${made.id}`)
      })
    )
  })

  describe("fiber", () => {
    it.effect("is the task's: it ends with the same exit", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const good = yield* executor.submit(Effect.succeed(1))
        const bad = yield* executor.submit(Effect.fail("no"))
        assert.deepStrictEqual(yield* Fiber.await(good.fiber), Exit.succeed(1))
        assert.deepStrictEqual(yield* Fiber.await(bad.fiber), Exit.fail("no"))
      })
    )

    it.effect("runs the task: what the task sees as its own fiber is the future's", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.withFiber((fiber) => Effect.succeed(fiber.id)))
        assert.strictEqual(yield* future, future.fiber.id)
      })
    )

    it.effect("is the task's own when somebody has asked for it, or waits for the future, before its end", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const self = Effect.withFiber((fiber) => Effect.succeed(fiber))
        const asked = yield* executor.submit(self)
        const { fiber } = asked
        const awaited = yield* executor.submit(self)
        assert.strictEqual(yield* awaited, awaited.fiber)
        assert.strictEqual(yield* asked, fiber)
        assert.strictEqual(asked.fiber, fiber)
      })
    )

    it.effect("interrupted, cancels the future, when it runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor)
        yield* Fiber.interrupt(job.future.fiber)
        assert.strictEqual(job.future.state, "cancelled")
        assert.deepStrictEqual(job.log, ["cleaning up", "gone"])
        assert.strictEqual((yield* Executor.stats(executor)).cancelled, 1)
      })
    )

    it.effect("interrupted, cancels the future, when it is pending: it leaves the queue and never runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const first = yield* startJob(executor)
        let ran = false
        const future = yield* executor.submit(Effect.sync(() => (ran = true)))
        yield* Fiber.interrupt(future.fiber)
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual((yield* Executor.stats(executor)).pending, 0)
        yield* Deferred.succeed(first.end, "done")
        yield* Executor.awaitIdle(executor)
        assert.isFalse(ran)
      })
    )

    it.effect("interrupted, cancels the future also if its cleaning up takes longer than its timeout", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const stop = {
          cancel: (future: Future.Future<unknown, unknown>) => Future.cancel(future),
          interrupt: (future: Future.Future<unknown, unknown>) => Fiber.interrupt(future.fiber)
        }
        for (const how of ["cancel", "interrupt"] as const) {
          const job = yield* startJob(executor, { timeout: "10 seconds", slowCleanup: true })
          const stopping = yield* forkNow(stop[how](job.future))
          yield* pass("20 seconds")
          yield* job.cleanup.open
          yield* Fiber.join(stopping)
          assert.strictEqual(job.future.state, "cancelled", how)
        }
      })
    )

    it.effect("interrupted, cancels a future made by hand", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        yield* Fiber.interrupt(future.fiber)
        assert.strictEqual(future.state, "cancelled")
      })
    )
  })

  describe("isFuture", () => {
    it.effect("is true for futures of an executor and for those made by hand", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        assert.isTrue(Future.isFuture(yield* executor.submit(Effect.void)))
        assert.isTrue(Future.isFuture(yield* Future.make<void>()))
      })
    )

    for (const [what, value] of strangers) {
      it(`is false for ${what}`, () => {
        assert.isFalse(Future.isFuture(value))
      })
    }
  })

  describe("poll", () => {
    it.effect("gives none while the future is pending or runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor)
        const pending = yield* executor.submit(Effect.void)
        assert.deepStrictEqual(yield* Future.poll(running.future), Option.none())
        assert.deepStrictEqual(yield* Future.poll(pending), Option.none())
      })
    )

    it.effect("gives the exit of a future that is done, cancelled or not", () =>
      Effect.gen(function* () {
        for (const exit of [Exit.succeed(1), Exit.fail("no"), Exit.die("oh"), Exit.interrupt(7)]) {
          const future = yield* ended<number, string>(exit)
          assert.deepStrictEqual(yield* Future.poll(future), Option.some(exit))
        }
      })
    )

    it.effect("does not wait, and may be asked again", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        const polling = Future.poll(future)
        assert.deepStrictEqual(Effect.runSync(polling), Option.none())
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(Effect.runSync(polling), Option.some(Exit.succeed(1)))
      })
    )

    for (const [what, value] of strangers) {
      it.effect(`dies of ${what}`, () => diesOf("future", value, () => Future.poll(asFuture(value))))
    }
  })

  describe("isPending, isRunning, isDone, isCancelled", () => {
    it.effect("say what is true at this moment of a future that an executor owns", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const first = yield* startJob(executor)
        const job = makeJob()
        const second = { ...job, future: yield* executor.submit(job.task) }
        assert.deepStrictEqual(booleans(first.future), booleansOf.running)
        assert.deepStrictEqual(booleans(second.future), booleansOf.pending)
        yield* Deferred.succeed(first.end, "done")
        yield* second.begun.await
        assert.deepStrictEqual(booleans(first.future), booleansOf.finished)
        assert.deepStrictEqual(booleans(second.future), booleansOf.running)
        yield* Future.cancel(second.future)
        assert.deepStrictEqual(booleans(second.future), booleansOf.cancelled)
      })
    )

    it.effect("say what is true at this moment of a future made by hand", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>()
        assert.deepStrictEqual(booleans(future), booleansOf.pending)
        yield* Future.setRunning(future)
        assert.deepStrictEqual(booleans(future), booleansOf.running)
        yield* Future.succeed(future, 1)
        assert.deepStrictEqual(booleans(future), booleansOf.finished)
      })
    )

    it.effect("say done and not cancelled after a failure", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.fail("no"))
        assert.deepStrictEqual(booleans(future), booleansOf.finished)
      })
    )

    for (const [what, value] of strangers) {
      it(`throw for ${what}`, () => {
        for (const ask of [Future.isPending, Future.isRunning, Future.isDone, Future.isCancelled]) {
          let thrown: unknown
          try {
            ask(asFuture(value))
          } catch (error) {
            thrown = error
          }
          assertInvalidOption(thrown, "future", value)
        }
      })
    }
  })

  describe("toPromise", () => {
    /** The reason that it rejects with. Takes the promise at once, so that no rejection is unhandled. */
    const rejection = (promise: Promise<unknown>) => {
      const rejected = promise.then(
        (value) => assert.fail(`it resolved with ${inspect(value)}`),
        (error: unknown) => error
      )
      return Effect.promise(() => rejected)
    }

    it.effect("resolves with the value, of a future that ends later and of one that is done", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const value = { unique: true }
        const future = yield* executor.submit(Effect.succeed(value))
        const before = Future.toPromise(future)
        yield* future
        const after = Future.toPromise(future)
        assert.strictEqual(yield* Effect.promise(() => before), value)
        assert.strictEqual(yield* Effect.promise(() => after), value)
      })
    )

    it.effect("rejects with the very error, and with the very defect", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const refused = new Refused({ n: 1 })
        const defect = new Error("oh")
        const failing = rejection(Future.toPromise(yield* executor.submit(Effect.fail(refused))))
        const dying = rejection(Future.toPromise(yield* executor.submit(Effect.die(defect))))
        assert.strictEqual(yield* failing, refused)
        assert.strictEqual(yield* dying, defect)
      })
    )

    it.effect("rejects with TaskCancelledError if the future is cancelled", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>({ name: "stopped" })
        const before = rejection(Future.toPromise(future))
        yield* Future.cancel(future)
        const after = rejection(Future.toPromise(future))
        isCancelledError(yield* before, "stopped")
        isCancelledError(yield* after, "stopped")
      })
    )

    it.effect("waits for the finalizers of the task", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const job = yield* startJob(executor, { slowCleanup: true })
        const promise = Future.toPromise(job.future).then(() => job.log.push("resolved"))
        yield* Deferred.succeed(job.end, "done")
        yield* letOthersRun
        assert.deepStrictEqual(job.log, ["cleaning up"])
        yield* job.cleanup.open
        yield* Effect.promise(() => promise)
        assert.deepStrictEqual(job.log, ["cleaning up", "gone", "resolved"])
      })
    )

    for (const [what, value] of strangers) {
      it.effect(`rejects for ${what}`, () =>
        Effect.gen(function* () {
          assertInvalidOption(yield* rejection(Future.toPromise(asFuture(value))), "future", value)
        })
      )
    }
  })

  describe("as a key of a HashMap or a HashSet", () => {
    it.effect("is equal to itself alone, in every state, of an executor or made by hand", () =>
      Effect.gen(function* () {
        const busy = yield* FiberExecutor.make({ maxWorkers: 2 })
        const idle = yield* FiberExecutor.make()
        const cancelled = Effect.tap(idle.submit(Effect.never), Future.cancel)
        const running = Effect.tap(Future.make<number, string>(), Future.setRunning)
        const futures: Array<Future.Future<unknown, unknown>> = []
        // There are two futures of each kind.
        for (const make of [
          busy.submit(Effect.never),
          busy.submit(Effect.never),
          idle.submit(Effect.succeed(1)),
          idle.submit(Effect.fail("no")),
          cancelled,
          Future.make<number, string>(),
          running,
          ended(Exit.succeed(1)),
          ended(Exit.fail("no")),
          ended(Exit.interrupt(7))
        ]) {
          futures.push(yield* make, yield* make)
        }
        yield* letOthersRun
        const states = futures.filter((_, index) => index % 2 === 0).map(({ state }) => state)
        assert.deepStrictEqual(states.slice(0, 5), ["running", "pending", "finished", "finished", "cancelled"])
        assert.deepStrictEqual(states.slice(5), ["pending", "running", "finished", "finished", "cancelled"])
        areKeys(futures)
      })
    )

    for (const exit of [Exit.succeed("done"), Exit.fail("no"), Exit.interrupt(7)]) {
      it.effect(`is the same one from when it is pending until it has ended with ${String(exit)}`, () =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const first = yield* startJob(executor)
          const job = makeJob<string, string>()
          const ofExecutor = yield* executor.submit(job.task)
          const byHand = yield* Future.make<string, string>()
          const futures = [ofExecutor, byHand]
          const checks = futures.map(keyOf)
          const check = (states: ReadonlyArray<Future.State>) => {
            assert.deepStrictEqual(
              futures.map(({ state }) => state),
              states
            )
            for (const each of checks) each()
          }
          check(["pending", "pending"])

          yield* Deferred.succeed(first.end, "done")
          yield* job.begun.await
          yield* Future.setRunning(byHand)
          check(["running", "running"])

          yield* Deferred.done(job.end, exit)
          yield* Future.done(byHand, exit)
          yield* Future.wait(futures)
          const end = Exit.hasInterrupts(exit) ? "cancelled" : "finished"
          check([end, end])
        })
      )
    }

    it.effect("is hashed and compared without a look at what it holds, by which one comes to every other task", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* executor.submit(Effect.never)
        const pending = yield* executor.submit(Effect.never)
        const byHand = yield* Future.make<number>()
        for (const future of [running, pending, byHand]) {
          assert.deepStrictEqual(readsOf(future, pending === future ? running : pending), [Hash.symbol])
        }
      })
    )

    it.effect("costs no fiber, with ten thousand that are pending", () =>
      Effect.gen(function* () {
        let forks = 0
        const countForks = Effect.provideService(Metric.FiberRuntimeMetrics, {
          recordFiberStart: () => void forks++,
          recordFiberEnd: () => {}
        })
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        yield* executor.submit(Effect.never)
        const futures = yield* Effect.replicateEffect(executor.submit(Effect.never), 10_000).pipe(countForks)
        const set = HashSet.fromIterable(futures)
        assert.strictEqual(HashSet.size(set), 10_000)
        assert.isTrue(futures.every((future) => HashSet.has(set, future)))
        assert.strictEqual(forks, 0)
        // The counter works: it counts these fibers.
        assert.isDefined(futures[0]!.fiber)
        assert.strictEqual(forks, 1)
      })
    )
  })

  describe("inspection", () => {
    const revoked = (): object => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    }
    class Box {
      readonly content = "secret"
    }
    const results: ReadonlyArray<readonly [Exit.Exit<unknown, unknown>, string]> = [
      [Exit.succeed(new Uint8Array(3)), "finished: Success(Uint8Array)"],
      [Exit.succeed(1), "finished: Success(number)"],
      [Exit.succeed("secret"), "finished: Success(string)"],
      [Exit.succeed(undefined), "finished: Success(undefined)"],
      [Exit.succeed(null), "finished: Success(null)"],
      [Exit.succeed(1n), "finished: Success(bigint)"],
      [Exit.succeed(() => 1), "finished: Success(function)"],
      [Exit.succeed([1, 2]), "finished: Success(Array)"],
      [Exit.succeed({ a: 1 }), "finished: Success(Object)"],
      [Exit.succeed(Object.create(null)), "finished: Success(Object)"],
      [Exit.succeed(new Box()), "finished: Success(Box)"],
      [Exit.fail(revoked()), "finished: Failure(object)"],
      [Exit.fail(new Refused({ n: 1 })), "finished: Failure(Refused)"],
      [Exit.fail({ _tag: "Tagged" }), "finished: Failure(Tagged)"],
      [Exit.fail(new RangeError("secret")), "finished: Failure(RangeError)"],
      [Exit.fail("secret"), "finished: Failure(string)"],
      [Exit.die(new TypeError("secret")), "finished: Die(TypeError)"],
      [Exit.failCause(Cause.combine(Cause.interrupt(7), Cause.fail("secret"))), "finished: Failure(string)"],
      [Exit.failCause(Cause.empty), "finished: Failure(Cause.empty)"],
      [Exit.interrupt(7), "cancelled"]
    ]

    for (const [exit, shown] of results) {
      it.effect(`shows ${shown} and nothing of the content, for ${inspect(exit, { breakLength: Infinity })}`, () =>
        Effect.gen(function* () {
          const future = yield* ended(exit, { name: "thumbnail" })
          assert.strictEqual(String(future), `Future(#${future.id} "thumbnail") ${shown}`)
        })
      )
    }

    it.effect("shows a future of an executor while it is pending and while it runs", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const running = yield* startJob(executor, { name: "running one" })
        const pending = yield* executor.submit(Effect.void, { name: "pending one" })
        assert.strictEqual(String(running.future), `Future(#${running.future.id} "running one") running`)
        assert.strictEqual(String(pending), `Future(#${pending.id} "pending one") pending`)
      })
    )

    it.effect("shows a timeout and a cancellation of a task", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const slow = yield* executor.submit(Effect.never, { name: "slow", timeout: "1 second" })
        const stopped = yield* executor.submit(Effect.never, { name: "stopped" })
        yield* pass("1 second")
        yield* Future.cancel(stopped)
        assert.strictEqual(String(slow), `Future(#${slow.id} "slow") finished: Failure(TaskTimeoutError)`)
        assert.strictEqual(String(stopped), `Future(#${stopped.id} "stopped") cancelled`)
      })
    )

    it.effect("shows a name with quotes so that it can be read", () =>
      Effect.gen(function* () {
        const future = yield* Future.make<number>({ name: 'a "b"\n' })
        assert.strictEqual(String(future), `Future(#${future.id} "a \\"b\\"\\n") pending`)
      })
    )

    it.effect("is the same in console.log, util.inspect, toJSON and String, alone and inside of something", () =>
      Effect.gen(function* () {
        const future = yield* ended(Exit.succeed(1), { name: "one" })
        const shown = `Future(#${future.id} "one") finished: Success(number)`
        assert.strictEqual(format(future), shown)
        assert.strictEqual(inspect(future), shown)
        assert.strictEqual(inspect({ list: [future] }), `{ list: [ ${shown} ] }`)
        assert.strictEqual(JSON.stringify({ future }), JSON.stringify({ future: shown }))
        assert.strictEqual(`${future}`, shown)
      })
    )
  })
})
