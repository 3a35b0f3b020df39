import { AsyncLocalStorage, createHook } from "node:async_hooks"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future, TaskTimeoutError } from "effect-futures"
import { until } from "./behaviour/support.ts"
import { Watched } from "./support/garbage.ts"

const whoRuns = Effect.withFiber((fiber) => Effect.succeed(fiber))

/** An executor with one worker, which is taken until `release` is run. */
const busy = Effect.gen(function* () {
  const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
  const gate = yield* Deferred.make<void>()
  yield* executor.submit(Deferred.await(gate))
  return { executor, release: Deferred.succeed(gate, undefined) }
})

/** Errors that nobody catches until the scope is closed. They would fail the test file. */
const uncaught = Effect.acquireRelease(
  Effect.sync(() => {
    const thrown: Array<string> = []
    const before = process.listeners("uncaughtException")
    process.removeAllListeners("uncaughtException")
    process.on("uncaughtException", (error) => thrown.push(String(error)))
    return { thrown, before }
  }),
  ({ before }) =>
    Effect.sync(() => {
      process.removeAllListeners("uncaughtException")
      for (const each of before) process.on("uncaughtException", each)
    })
).pipe(Effect.map(({ thrown }) => thrown))

describe("the fiber of a task", () => {
  for (const timeout of [undefined, 1000]) {
    describe(timeout === undefined ? "without a timeout" : "with a timeout", () => {
      it.effect("is the one that runs it, whether asked for while the task waits, runs, or has been waited for", () =>
        Effect.gen(function* () {
          const { executor, release } = yield* busy
          const early = yield* executor.submit(whoRuns, { timeout })
          const late = yield* executor.submit(whoRuns, { timeout })
          const self: { future?: Future.Future<unknown, unknown> } = {}
          const inside = yield* executor.submit(
            Effect.map(whoRuns, (fiber) => fiber === self.future!.fiber),
            { timeout }
          )
          self.future = inside
          const fiber = early.fiber
          yield* Effect.forkChild(Future.await(late), { startImmediately: true })
          yield* release
          assert.strictEqual(yield* early, fiber)
          assert.strictEqual(early.fiber, fiber)
          assert.strictEqual(yield* late, late.fiber)
          assert.isTrue(yield* inside)
        })
      )

      for (const [what, wait] of Object.entries({ "at once": Effect.void, "after a while": Effect.yieldNow })) {
        it.effect(
          `has the id and the exit of the one that ran it, and is not kept, if nobody cared until it ended ${what}`,
          () =>
            Effect.gen(function* () {
              const executor = yield* FiberExecutor.make()
              const fibers = new Watched()
              const ids: Array<number> = []
              const enter = Effect.andThen(
                Effect.map(whoRuns, (fiber) => ids.push(fibers.add(fiber).id)),
                wait
              )
              const good = yield* executor.submit(Effect.as(enter, "done"), { timeout })
              const bad = yield* executor.submit(Effect.andThen(enter, Effect.fail("no")), { timeout })
              yield* Executor.awaitIdle(executor)
              assert.strictEqual(yield* fibers.kept, 0)
              assert.deepStrictEqual([good.fiber.id, bad.fiber.id], ids)
              assert.deepStrictEqual(good.fiber.pollUnsafe(), Exit.succeed("done"))
              assert.deepStrictEqual(yield* Fiber.await(bad.fiber), Exit.fail("no"))
              assert.strictEqual(good.fiber, good.fiber)
            })
        )
      }

      it.effect("has the exit that the future has, though an observer of the task's own throws", () =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make()
          const thrown = yield* uncaught
          const future = yield* executor.submit(
            Effect.withFiber((fiber) => {
              fiber.addObserver(() => {
                throw new Error("observer")
              })
              return Effect.succeed(42)
            }),
            { timeout }
          )
          yield* Executor.awaitIdle(executor)
          assert.deepStrictEqual(yield* Future.await(future), Exit.succeed(42))
          assert.deepStrictEqual(future.fiber.pollUnsafe(), Exit.succeed(42))
          // The error is not swallowed.
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
          assert.deepStrictEqual(thrown, ["Error: observer"])
        })
      )

      it.effect("waits for its worker when it is asked for before, and does nothing", () =>
        Effect.gen(function* () {
          const { executor, release } = yield* busy
          let runs = 0
          const future = yield* executor.submit(
            Effect.sync(() => ++runs),
            { timeout }
          )
          assert.isUndefined(future.fiber.pollUnsafe())
          assert.isTrue(Future.isPending(future))
          assert.strictEqual(runs, 0)
          yield* release
          assert.deepStrictEqual(yield* Fiber.await(future.fiber), Exit.succeed(1))
        })
      )

      it.effect("interrupted while it waits ends the future, and the task never runs", () =>
        Effect.gen(function* () {
          const { executor, release } = yield* busy
          let runs = 0
          const future = yield* executor.submit(
            Effect.sync(() => ++runs),
            { timeout }
          )
          yield* Fiber.interrupt(future.fiber)
          assert.isTrue(Future.isCancelled(future))
          yield* release
          yield* yield* executor.submit(Effect.void)
          assert.strictEqual(runs, 0)
        })
      )
    })
  }

  it.effect("fails with what the future fails with when the wait for a worker takes too long", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, queueTimeout: "1 second" })
      yield* executor.submit(Effect.never)
      const asked = yield* executor.submit(Effect.void)
      const unasked = yield* executor.submit(Effect.void)
      const fiber = asked.fiber
      yield* TestClock.adjust("1 second")
      const exit = yield* Future.await(asked)
      assert.instanceOf(
        Cause.findErrorOption(Exit.isFailure(exit) ? exit.cause : Cause.empty).pipe(Option.getOrThrow),
        TaskTimeoutError
      )
      assert.strictEqual(fiber.pollUnsafe(), exit)
      assert.strictEqual(unasked.fiber.pollUnsafe(), yield* Future.await(unasked))
    })
  )

  it.effect("runs in the asynchronous context of the submission, whoever forks it and begins it", () =>
    Effect.gen(function* () {
      const storage = new AsyncLocalStorage<string>()
      const { executor, release } = yield* busy
      const read = Effect.sync(() => storage.getStore())
      const twice = Effect.zip(read, Effect.andThen(Effect.yieldNow, read))
      const submit = (name: string) => storage.run(name, () => Effect.runSync(executor.submit(twice)))
      const unasked = submit("unasked")
      const asked = submit("asked")
      storage.run("somebody else's", () => asked.fiber)
      yield* Effect.sync(() => storage.run("the releaser's", () => Effect.runSync(release)))
      assert.deepStrictEqual(yield* unasked, ["unasked", "unasked"])
      assert.deepStrictEqual(yield* asked, ["asked", "asked"])
    })
  )

  it.effect("has the asynchronous context of its own submission, though tasks share what they have in common", () =>
    Effect.gen(function* () {
      const storage = new AsyncLocalStorage<number>()
      const { executor, release } = yield* busy
      const read = Effect.sync(() => storage.getStore())
      const futures: Array<Future.Future<number | undefined, unknown>> = []
      for (const store of [1, 1, 2, 2, 1, undefined, undefined, 2]) {
        // The context is set in a single fiber, which goes on in it.
        yield* Effect.sync(() => storage.enterWith(store!))
        futures.push(yield* executor.submit(read))
        futures.push(storage.run(3, () => Effect.runSync(executor.submit(read))))
      }
      yield* Future.cancel(futures[2]!)
      yield* release
      futures.splice(2, 1)
      const read3 = [1, 3, 3, 2, 3, 2, 3, 1, 3, undefined, 3, undefined, 3, 2, 3]
      assert.deepStrictEqual(yield* Future.all(futures), read3)
    })
  )

  it.live("lets go of every asynchronous context", () =>
    Effect.gen(function* () {
      const alive = new Set<number>()
      const hook = createHook({
        init: (id, type) => void (type === "effect-futures/Task" && alive.add(id)),
        destroy: (id) => void alive.delete(id)
      }).enable()
      yield* Effect.addFinalizer(() => Effect.sync(() => hook.disable()))
      const { executor, release } = yield* busy
      const futures = yield* Effect.forEach([1, 2, 3, 4], () => executor.submit(Effect.void))
      yield* Future.cancel(futures[1]!)
      assert.isAbove(alive.size, 0)
      yield* release
      yield* Future.all([futures[0]!, futures[2]!, futures[3]!])
      // Node reports the rejection in a later turn.
      yield* until(() => alive.size === 0)
    })
  )
})
