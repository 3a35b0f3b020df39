import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Latch, Scope, Stream } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { leftovers } from "./support/engineState.ts"
import { inWorld } from "./support/inWorld.ts"
import { letOthersRun } from "./support/letOthersRun.ts"
import { outcomeOf } from "./support/outcomeOf.ts"

type Mode = Executor.ShutdownMode
const modes: ReadonlyArray<Mode> = ["drain", "cancelPending", "interrupt"]

const oneWorker = FiberExecutor.make({ maxWorkers: 1 })

const settledState = (future: Future.Future<unknown, unknown>) => Effect.map(Future.await(future), () => future.state)

describe("nothing hangs", () => {
  describe("joiners", () => {
    it(
      "a joiner of a future that is cancelled while it is pending",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* oneWorker
          yield* executor.submit(Effect.never)
          const future = yield* executor.submit(Effect.never)
          const joiner = yield* Effect.forkChild(Effect.flip(future), { startImmediately: true })
          yield* Future.cancel(future)
          assert.strictEqual((yield* Fiber.join(joiner))._tag, "TaskCancelledError")
        })
      )
    )

    it(
      "a joiner of a future that is cancelled while it runs, and cleans up",
      inWorld((world) =>
        Effect.gen(function* () {
          const executor = yield* oneWorker
          const future = yield* executor.submit(Effect.never.pipe(Effect.ensuring(Effect.sleep(5))))
          const joiner = yield* Effect.forkChild(Effect.flip(future), { startImmediately: true })
          yield* Effect.sleep(1)
          yield* Future.cancel(future)
          assert.strictEqual((yield* Fiber.join(joiner))._tag, "TaskCancelledError")
          assert.strictEqual(world.clock.millis, 6)
        })
      )
    )

    it(
      "a race that only its last future wins",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
          const futures = [
            yield* executor.submit(Effect.fail("first")),
            yield* executor.submit(Effect.andThen(Effect.sleep(1), Effect.fail("second"))),
            yield* executor.submit(Effect.as(Effect.sleep(2), "third"))
          ]
          assert.strictEqual(yield* Future.race(futures), "third")
        })
      )
    )
  })

  describe("submitters that wait for room when the executor is shut down", () => {
    for (const mode of modes) {
      it(
        `${mode}: they fail, in a task and outside, and so do those of its groups`,
        inWorld(() =>
          Effect.gen(function* () {
            const executor = yield* FiberExecutor.make({ maxWorkers: 2, capacity: 1 })
            const group = yield* Executor.group(executor)
            const release = yield* Latch.make()
            const go = yield* Latch.make()
            const submitter = (to: FiberExecutor.FiberExecutor) =>
              Effect.forkChild(Effect.exit(to.submit(release.await)), { startImmediately: true })
            yield* executor.submit(release.await)
            const inside = yield* executor.submit(Effect.andThen(go.await, Effect.exit(executor.submit(Effect.void))))
            yield* executor.submit(release.await)
            // This one gets the room that there is when the task lends its worker to the one that is pending.
            const first = yield* submitter(executor)
            yield* go.open
            yield* letOthersRun
            const others = [yield* submitter(executor), yield* submitter(group)]
            assert.strictEqual((yield* Executor.stats(executor)).pending, 1)
            const shutdown = yield* Effect.forkChild(Executor.shutdown(executor, { mode }), { startImmediately: true })
            assert.isTrue(Exit.isSuccess(yield* Fiber.join(first)))
            for (const other of others) assert.include(String(yield* Fiber.join(other)), "ExecutorShutdownError")
            yield* release.open
            yield* Fiber.join(shutdown)
            if (mode === "interrupt") assert.strictEqual(inside.state, "cancelled")
            else assert.include(String(yield* inside), "ExecutorShutdownError")
            assert.deepStrictEqual(leftovers(executor), [`${executor.name}: children is 1`])
          })
        )
      )
    }

    it(
      "one whose group is full does not hold up those of other groups",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 2, capacity: 0 })
          const full = yield* Executor.group(executor, { maxWorkers: 1 })
          const other = yield* Executor.group(executor, { maxWorkers: 1 })
          yield* full.submit(Effect.never)
          const waiting = yield* Effect.forkChild(full.submit(Effect.void), { startImmediately: true })
          assert.strictEqual(yield* Executor.run(other, Effect.succeed(1)), 1)
          assert.isUndefined(waiting.pollUnsafe())
        })
      )
    )
  })

  describe("streams whose scope closes", () => {
    it(
      "asCompleted",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* oneWorker
          const futures = [yield* executor.submit(Effect.void), yield* executor.submit(Effect.never)]
          const first = yield* Future.asCompleted(futures).pipe(Stream.take(1), Stream.runCollect)
          assert.deepStrictEqual(first, [futures[0]!])
          const listener = yield* Effect.forkChild(Stream.runDrain(Future.asCompleted(futures)), {
            startImmediately: true
          })
          yield* letOthersRun
          yield* Fiber.interrupt(listener)
        })
      )
    )

    it(
      "map, while it waits for room, for a task and for its source",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 0 })
          const sources = [
            Stream.never,
            Stream.make(1, 2, 3),
            Stream.concat(Stream.make(1), Stream.never),
            Stream.concat(Stream.make(1), Stream.fromEffect(Effect.never))
          ]
          for (const source of sources) {
            const consumer = yield* Effect.forkChild(
              Stream.runDrain(Executor.map(executor, source, () => Effect.never)),
              { startImmediately: true }
            )
            yield* letOthersRun
            yield* Fiber.interrupt(consumer)
            const { pending, running } = yield* Executor.stats(executor)
            assert.deepStrictEqual([pending, running], [0, 0])
          }
        })
      )
    )
  })

  describe("a shutdown from within", () => {
    for (const mode of modes) {
      const places: Record<
        string,
        (executor: FiberExecutor.FiberExecutor) => Effect.Effect<unknown, unknown, Scope.Scope>
      > = {
        "a task": (executor) => executor.submit(Executor.shutdown(executor, { mode })),
        "a task that cannot be interrupted": (executor) =>
          executor.submit(Effect.uninterruptible(Executor.shutdown(executor, { mode }))),
        "a task of a task": (executor) =>
          executor.submit(Effect.flatMap(executor.submit(Executor.shutdown(executor, { mode })), Future.await)),
        "a fiber of a task": (executor) =>
          executor.submit(Effect.flatMap(Effect.forkChild(Executor.shutdown(executor, { mode })), Fiber.await)),
        "a finalizer of a task": (executor) =>
          executor.submit(Effect.addFinalizer(() => Executor.shutdown(executor, { mode }))),
        "the cleanup of a task that is cancelled": (executor) =>
          Effect.gen(function* () {
            const future = yield* executor.submit(
              Effect.never.pipe(Effect.onInterrupt(() => Executor.shutdown(executor, { mode })))
            )
            yield* letOthersRun
            yield* Future.cancel(future)
          }),
        "a callback": (executor) =>
          Effect.gen(function* () {
            const future = yield* executor.submit(Effect.void)
            yield* Future.onDone(future, () => Executor.shutdown(executor, { mode }))
          }),
        "a task of a group": (executor) =>
          Effect.gen(function* () {
            const group = yield* Executor.group(executor)
            yield* group.submit(Executor.shutdown(executor, { mode }))
          }),
        "a callback of a group's task": (executor) =>
          Effect.gen(function* () {
            const group = yield* Executor.group(executor)
            const future = yield* group.submit(Effect.void)
            yield* Future.onDone(future, () => Executor.shutdown(executor, { mode }))
          }),
        "two tasks at once": (executor) =>
          Effect.gen(function* () {
            yield* executor.submit(Executor.shutdown(executor, { mode }))
            yield* executor.submit(Executor.shutdown(executor, { mode }))
          }),
        "two tasks that join each other's": (executor) =>
          Effect.gen(function* () {
            const first = yield* Deferred.make<Future.Future<unknown, unknown>>()
            yield* executor.submit(
              Effect.flatMap(Deferred.await(first), (future) =>
                Effect.andThen(Future.await(future), Executor.shutdown(executor, { mode }))
              )
            )
            yield* Deferred.succeed(first, yield* executor.submit(Executor.shutdown(executor, { mode })))
          }),
        "a task, of its group, which it drains": (executor) =>
          executor.submit(
            Effect.gen(function* () {
              const group = yield* Executor.group(executor)
              yield* group.submit(Effect.sleep(1))
              yield* group.submit(Effect.sleep(1))
              yield* Executor.shutdown(group, { mode })
              yield* Executor.shutdown(executor, { mode })
            })
          ),
        "a task of the group, of the group and of the executor": (executor) =>
          Effect.gen(function* () {
            const group = yield* Executor.group(executor)
            yield* group.submit(
              Effect.andThen(Executor.shutdown(group, { mode }), Executor.shutdown(executor, { mode }))
            )
          })
      }
      for (const [place, begin] of Object.entries(places)) {
        for (const maxWorkers of [1, 2]) {
          it(
            `${mode}, from ${place}, with ${maxWorkers === 1 ? "one worker" : "two workers"}`,
            inWorld(() =>
              Effect.gen(function* () {
                const scope = yield* Scope.make()
                const executor = yield* FiberExecutor.make({ maxWorkers }).pipe(Scope.provide(scope))
                yield* begin(executor)
                // The task behind it in the queue.
                const others = yield* Effect.exit(executor.submit(Effect.sleep(2)))
                yield* Executor.shutdown(executor, { mode })
                if (others._tag === "Success") yield* settledState(others.value)
                const { pending, running } = yield* Executor.stats(executor)
                assert.deepStrictEqual([pending, running], [0, 0])
                yield* Scope.close(scope, Exit.void)
              })
            )
          )
        }
      }

      it(
        `${mode}, from a task, of the executor of the task that it was submitted from`,
        inWorld(() =>
          Effect.gen(function* () {
            const outer = yield* oneWorker
            const inner = yield* oneWorker
            yield* Effect.exit(Executor.run(outer, Executor.run(inner, Executor.shutdown(outer, { mode }))))
            yield* Executor.shutdown(outer)
            yield* Executor.shutdown(inner)
            assert.deepStrictEqual([...leftovers(outer), ...leftovers(inner)], [])
          })
        )
      )
    }
  })

  describe("the end of a scope from within", () => {
    it(
      "a task that closes the scope of its executor is interrupted, and nothing is left",
      inWorld(() =>
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          const executor = yield* FiberExecutor.make({ maxWorkers: 2 }).pipe(Scope.provide(scope))
          const other = yield* executor.submit(Effect.never.pipe(Effect.ensuring(Effect.sleep(1))))
          const closer = yield* executor.submit(Scope.close(scope, Exit.void))
          assert.strictEqual(yield* settledState(other), "cancelled")
          yield* Future.await(closer)
          yield* letOthersRun
          assert.deepStrictEqual(leftovers(executor), [])
        })
      )
    )

    it(
      "a task that closes the scope of its group",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* oneWorker
          const scope = yield* Scope.make()
          const group = yield* Executor.group(executor).pipe(Scope.provide(scope))
          const closer = yield* group.submit(Scope.close(scope, Exit.void))
          const behind = yield* group.submit(Effect.void)
          yield* Future.await(closer)
          assert.strictEqual(yield* settledState(behind), "cancelled")
          assert.strictEqual(yield* Executor.run(executor, Effect.succeed(1)), 1)
          assert.deepStrictEqual(leftovers(group), [])
        })
      )
    )

    it(
      "a task ends a group whose task needs a worker to end, and there is but one",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* oneWorker
          let went = false
          const outcome = yield* Executor.run(
            executor,
            Effect.scoped(
              Effect.gen(function* () {
                const group = yield* Executor.group(executor)
                // The task cannot be interrupted, lends its worker, and will want it back while this one has it.
                const stubborn = yield* group.submit(
                  Effect.uninterruptible(
                    Effect.andThen(
                      Executor.run(executor, Effect.sleep(5)),
                      Effect.sync(() => (went = true))
                    )
                  )
                )
                yield* Future.result(stubborn, { timeout: 1 }).pipe(Effect.ignore)
                return stubborn
              })
            )
          )
          assert.deepStrictEqual([went, outcome.state], [true, "cancelled"])
        })
      )
    )
  })

  describe("tasks that wait for their own executor, which has one worker", () => {
    const waits: Record<
      string,
      (executor: FiberExecutor.FiberExecutor) => Effect.Effect<unknown, unknown, Scope.Scope>
    > = {
      "Future.all": (executor) =>
        Effect.flatMap(Effect.all([executor.submit(Effect.sleep(1)), executor.submit(Effect.sleep(1))]), Future.all),
      "Future.race": (executor) =>
        Effect.flatMap(Effect.all([executor.submit(Effect.sleep(1)), executor.submit(Effect.sleep(2))]), Future.race),
      "Future.wait": (executor) =>
        Effect.flatMap(Effect.all([executor.submit(Effect.sleep(1)), executor.submit(Effect.sleep(1))]), (_) =>
          Future.wait(_)
        ),
      "Future.asCompleted": (executor) =>
        Effect.flatMap(Effect.all([executor.submit(Effect.sleep(1)), executor.submit(Effect.sleep(1))]), (_) =>
          Stream.runDrain(Future.asCompleted(_))
        ),
      "Executor.map": (executor) => Stream.runDrain(Executor.map(executor, [1, 2, 3], () => Effect.sleep(1))),
      "Executor.run": (executor) => Executor.run(executor, Executor.run(executor, Effect.sleep(1))),
      "Executor.awaitIdle": (executor) =>
        Effect.andThen(executor.submit(Effect.sleep(1)), Executor.awaitIdle(executor)),
      "Executor.awaitIdle of a group": (executor) =>
        Effect.gen(function* () {
          const group = yield* Executor.group(executor)
          yield* group.submit(Effect.sleep(1))
          yield* Executor.awaitIdle(group)
        }),
      "Executor.shutdown of a group": (executor) =>
        Effect.gen(function* () {
          const group = yield* Executor.group(executor)
          yield* group.submit(Effect.sleep(1))
          yield* Executor.shutdown(group)
        }),
      "a group that ends": (executor) =>
        Effect.scoped(
          Effect.gen(function* () {
            const group = yield* Executor.group(executor)
            yield* group.submit(Effect.uninterruptible(Effect.sleep(1)))
            yield* Effect.yieldNow
          })
        ),
      "a cancellation": (executor) =>
        Effect.flatMap(executor.submit(Effect.uninterruptible(Effect.sleep(1))), Future.cancel)
    }
    for (const [name, wait] of Object.entries(waits)) {
      for (const count of [1, 3]) {
        it(
          `${name}, in ${count === 1 ? "one task" : "three tasks"}`,
          inWorld(() =>
            Effect.gen(function* () {
              const executor = yield* oneWorker
              const futures = []
              for (let i = 0; i < count; i++) futures.push(yield* executor.submit(Effect.scoped(wait(executor))))
              yield* Future.all(futures)
              yield* Executor.awaitIdle(executor)
              yield* Executor.shutdown(executor)
              assert.deepStrictEqual(leftovers(executor), [])
            })
          )
        )
      }
    }
  })

  describe("tasks that have several fibers", () => {
    it(
      "a second fiber of a task may wait for its group while the first one waits for the worker back",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* oneWorker
          const group = yield* Executor.group(executor, { maxWorkers: 1 })
          const order: Array<string> = []
          const two = yield* group.submit(
            Effect.gen(function* () {
              const quick = yield* executor.submit(Effect.sleep(1))
              const second = yield* Effect.forkChild(
                Effect.gen(function* () {
                  yield* Effect.sleep(2)
                  // The first fiber has been waiting for the worker since 1, which the blocker has until 3: the task
                  // stands in the executor's line for it, and is all that its group may have there.
                  const wanted = yield* group.submit(Effect.sync(() => order.push("wanted")))
                  yield* wanted
                  order.push("second fiber")
                })
              )
              yield* quick
              order.push("first fiber")
              yield* Fiber.join(second)
            })
          )
          yield* Effect.yieldNow
          yield* executor.submit(Effect.sleep(2))
          yield* two
          assert.sameMembers(order, ["wanted", "first fiber", "second fiber"])
        })
      )
    )

    it(
      "and what it waits for may wait for that first fiber",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* oneWorker
          const firstGoesOn = yield* Latch.make()
          const two = yield* executor.submit(
            Effect.gen(function* () {
              const quick = yield* executor.submit(Effect.sleep(1))
              const second = yield* Effect.forkChild(
                Effect.gen(function* () {
                  yield* Effect.sleep(2)
                  yield* Executor.run(executor, firstGoesOn.await)
                })
              )
              yield* quick
              yield* firstGoesOn.open
              yield* Fiber.join(second)
            })
          )
          yield* Effect.yieldNow
          yield* executor.submit(Effect.sleep(2))
          yield* two
        })
      )
    )
  })

  describe("a task that is stopped, and whose worker another one has that never ends", () => {
    const stops: Record<
      string,
      (future: Future.Future<unknown, unknown>, scope: Scope.Closeable) => Effect.Effect<unknown, unknown>
    > = {
      "by a cancellation": (future) => Future.cancel(future),
      "by an interruption of its fiber": (future) => Fiber.interrupt(future.fiber),
      "by its timeout": (future) => Future.await(future),
      "with its group": (_, scope) => Scope.close(scope, Exit.void)
    }
    const bodies: Record<string, (executor: FiberExecutor.FiberExecutor) => Effect.Effect<unknown, unknown>> = {
      "what it runs is cancelled": (executor) =>
        Executor.run(executor, Effect.never.pipe(Effect.ensuring(Effect.sleep(1)))),
      "it waits until that is gone": (executor) =>
        Effect.acquireUseRelease(
          executor.submit(Effect.never.pipe(Effect.ensuring(Effect.sleep(1)))),
          (future) => future,
          (future) => Future.cancel(future)
        ),
      "it waits for its worker where it cannot be interrupted": (executor) =>
        Effect.uninterruptible(Executor.run(executor, Effect.sleep(3)))
    }
    for (const [how, stop] of Object.entries(stops)) {
      for (const [what, body] of Object.entries(bodies)) {
        // Nobody tells a fiber that waits where it cannot be interrupted that it was; the executor tells its tasks.
        if (how.includes("fiber") && what.includes("cannot be interrupted")) continue
        it(
          `${how}: ${what}`,
          inWorld((world) =>
            Effect.gen(function* () {
              const executor = yield* oneWorker
              const scope = yield* Scope.make()
              const group = yield* Executor.group(executor).pipe(Scope.provide(scope))
              const go = yield* Latch.make()
              const awaited = yield* Deferred.make<Future.Future<unknown, unknown>>()
              // The task lends its worker, gets it back before the other does, and keeps it.
              yield* executor.submit(
                Effect.gen(function* () {
                  yield* go.await
                  const future = yield* executor.submit(Effect.void, { priority: -1 })
                  yield* Deferred.succeed(awaited, future)
                  yield* Effect.exit(future)
                  yield* Effect.never
                })
              )
              const options = { priority: 5, timeout: how.includes("timeout") ? 10 : undefined }
              const future = yield* group.submit(
                Effect.suspend(() => body(executor)),
                options
              )
              yield* go.open
              yield* Effect.sleep(1)
              yield* Future.cancel(yield* Deferred.await(awaited))
              yield* Effect.sleep(4)
              assert.strictEqual(future.state, "running")
              yield* stop(future, scope)
              yield* Future.await(future)
              assert.isBelow(world.clock.millis, 20)
              yield* Scope.close(scope, Exit.void)
            })
          )
        )
      }
    }
  })

  describe("a task that stops itself", () => {
    it(
      "ends at its next step",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* oneWorker
          const self = yield* Deferred.make<Future.Future<unknown, unknown>>()
          let went = false
          const future = yield* executor.submit(
            Effect.gen(function* () {
              yield* Future.cancel(yield* Deferred.await(self))
              went = true
            })
          )
          yield* Deferred.succeed(self, future)
          assert.strictEqual(yield* settledState(future), "cancelled")
          assert.isFalse(went)
        })
      )
    )

    it(
      "where it cannot be interrupted, does not wait for itself",
      inWorld(() =>
        Effect.gen(function* () {
          const executor = yield* oneWorker
          const self = yield* Deferred.make<Future.Future<unknown, unknown>>()
          const future = yield* executor.submit(
            Effect.uninterruptible(Effect.flatMap(Deferred.await(self), (future) => Future.cancel(future)))
          )
          yield* Deferred.succeed(self, future)
          assert.strictEqual(outcomeOf(yield* Future.await(future)), outcomeOf(future.fiber.pollUnsafe()!))
        })
      )
    )

    it(
      "does not wait for itself when it loses a race or fails an all that it started",
      inWorld(() =>
        Effect.gen(function* () {
          for (const combine of [Future.race, Future.all] as ReadonlyArray<typeof Future.race>) {
            const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
            const self = yield* Deferred.make<Future.Future<unknown, unknown>>()
            const future = yield* executor.submit(
              Effect.uninterruptible(
                Effect.gen(function* () {
                  const ending = yield* executor.submit(
                    combine === Future.race ? Effect.sleep(1) : Effect.andThen(Effect.sleep(1), Effect.fail("no"))
                  )
                  yield* Effect.exit(combine([yield* Deferred.await(self), ending]))
                })
              )
            )
            yield* Deferred.succeed(self, future)
            yield* Future.await(future)
          }
        })
      )
    )
  })

  it(
    "a deadline that comes while a task cleans up after its fiber was interrupted does not change how it ended",
    inWorld(() =>
      Effect.gen(function* () {
        const executor = yield* oneWorker
        const future = yield* executor.submit(Effect.never.pipe(Effect.ensuring(Effect.sleep(10))), { timeout: 5 })
        yield* Effect.sleep(2)
        yield* Fiber.interrupt(future.fiber)
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual((yield* Executor.stats(executor)).cancelled, 1)
        const timedOut = yield* executor.submit(Effect.never.pipe(Effect.ensuring(Effect.sleep(10))), { timeout: 5 })
        yield* Effect.sleep(6)
        yield* Fiber.interrupt(timedOut.fiber)
        assert.strictEqual(timedOut.state, "finished")
        assert.strictEqual((yield* Executor.stats(executor)).timedOut, 1)
      })
    )
  )
})
