import { assert, describe, it } from "@effect/vitest"
import { Cause, Data, Duration, Effect, Exit, Fiber, Logger, Stream } from "effect"
import { TestClock } from "effect/testing"
import {
  Executor,
  ExecutorShutdownError,
  FiberExecutor,
  Future,
  InvalidOptionsError,
  TaskTimeoutError
} from "effect-futures"
import { localGate } from "../behaviour/Gate.ts"
import { begin, pass, statesOf } from "../behaviour/support.ts"
import { Tasks } from "../behaviour/tasks.ts"
import { defectOf } from "../support/defectOf.ts"

class TooSlow extends Data.TaggedError("TooSlow")<{}> {}

/** Collects what is logged. */
const recordLogs = () => {
  const logs: Array<string> = []
  const logger = Logger.make<unknown, void>(({ cause, message }) => {
    logs.push(`${String(message)} ${Cause.pretty(cause)}`)
  })
  return { logs, layer: Logger.layer([logger]) }
}

describe("row 2: asynchronous", () => {
  it.effect("row 2: a future is asked cancel, cancelled, running, done, result, exception and add_done_callback", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const [good, bad, unwanted] = [
        yield* executor.submit(pass(door, "good")),
        yield* executor.submit(Effect.andThen(pass(door, "bad"), Effect.fail("an exception"))),
        yield* executor.submit(Effect.void)
      ]
      const called: Array<string> = []
      yield* Future.onDone(good, (future) => called.push(future.name))
      assert.deepStrictEqual([Future.isRunning(good), Future.isDone(good), Future.isPending(bad)], [true, false, true])
      assert.isTrue(yield* Future.cancel(unwanted))
      assert.deepStrictEqual([Future.isCancelled(unwanted), Future.isDone(unwanted)], [true, true])
      yield* door.open
      assert.strictEqual(yield* Future.result(good), "good")
      assert.strictEqual(yield* Effect.flip(bad), "an exception")
      assert.deepStrictEqual(called, [good.name])
    })
  )

  it.effect("row 2: a task that takes longer than its timeout is ended, and its future fails", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ timeout: "1 second" })
      const log: Array<string> = []
      const future = yield* executor.submit(
        Effect.ensuring(
          Effect.never,
          Effect.sync(() => log.push("ended"))
        )
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(log, ["ended"])
      assert.instanceOf(yield* Effect.flip(future), TaskTimeoutError)
    })
  )

  it.effect("row 2: the timeout can be read and set, and none means infinity", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ timeout: "5 seconds" })
      assert.strictEqual(Duration.toSeconds(yield* Executor.getTimeout(executor)), 5)
      yield* Executor.setTimeout(executor, "7 seconds")
      assert.strictEqual(Duration.toSeconds(yield* Executor.getTimeout(executor)), 7)
      yield* Executor.setTimeout(executor, undefined)
      assert.strictEqual(Duration.toSeconds(yield* Executor.getTimeout(executor)), Infinity)
    })
  )

  it.effect("row 2: a timeout that is a mere string, or zero, or less, is a defect", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      for (const timeout of ["five", 0, -1]) {
        const errors = [
          yield* defectOf(Executor.setTimeout(executor, timeout as never)),
          yield* defectOf(FiberExecutor.make({ timeout: timeout as never }))
        ]
        for (const error of errors) assert.instanceOf(error, InvalidOptionsError)
      }
    })
  )

  it.effect("row 2: a future goes through pending, running, and then cancelled or finished", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const futures = [
        yield* executor.submit(pass(door, "one")),
        yield* executor.submit(pass(door, "two")),
        yield* executor.submit(Effect.fail("three"))
      ]
      assert.deepStrictEqual(statesOf(futures), ["running", "pending", "pending"])
      yield* door.untilArrived(1)
      yield* door.admit(1)
      yield* door.untilArrived(2)
      assert.deepStrictEqual(statesOf(futures), ["finished", "running", "pending"])
      yield* Future.cancel(futures[1]!)
      yield* Future.await(futures[2]!)
      assert.deepStrictEqual(statesOf(futures), ["finished", "cancelled", "finished"])
    })
  )

  it.effect("row 2: a printed future shows its state, and the type of what it returned or failed with", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, timeout: "1 second" })
      const submit = (effect: Effect.Effect<unknown, unknown>) => executor.submit(effect, { name: "it" })
      const futures = [
        yield* submit(Effect.succeed(1)),
        yield* submit(Effect.fail(new TooSlow())),
        yield* submit(Effect.die(new TypeError("no"))),
        yield* submit(Effect.never)
      ]
      const last = yield* submit(Effect.void)
      const shown = () => [...futures, last].map((future) => String(future).replace(/#\d+/, "#1"))
      assert.strictEqual(shown()[4], 'Future(#1 "it") pending')
      assert.strictEqual(shown()[0], 'Future(#1 "it") running')
      yield* Future.cancel(last)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(shown(), [
        'Future(#1 "it") finished: Success(number)',
        'Future(#1 "it") finished: Failure(TooSlow)',
        'Future(#1 "it") finished: Die(TypeError)',
        'Future(#1 "it") finished: Failure(TaskTimeoutError)',
        'Future(#1 "it") cancelled'
      ])
    })
  )

  it.effect("row 2: callbacks come after the task has ended, all of them even if one throws, which is reported", () =>
    Effect.gen(function* () {
      const { layer, logs } = recordLogs()
      const executor = yield* FiberExecutor.make()
      const door = yield* localGate
      const called: Array<string> = []
      const task = Effect.ensuring(
        pass(door, "it"),
        Effect.sync(() => called.push("task ended"))
      )
      const future = yield* executor.submit(task)
      const callbacks = Effect.gen(function* () {
        yield* Future.onDone(future, () => called.push("first"))
        yield* Future.onDone(future, () => {
          throw new RangeError("a bad callback")
        })
        yield* Future.onDone(future, () => called.push("last"))
      })
      yield* Effect.provide(callbacks, layer)
      yield* door.open
      yield* future
      yield* Executor.shutdown(executor)
      assert.deepStrictEqual(called, ["task ended", "first", "last"])
      assert.strictEqual(logs.length, 1)
      assert.include(logs[0], "a bad callback")
    })
  )

  it.effect("row 2: cancelling twice is fine", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(Effect.never)
      assert.deepStrictEqual([yield* Future.cancel(future), yield* Future.cancel(future)], [true, true])
    })
  )

  it.effect("row 2: map yields in order", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
      const mapping = yield* begin(
        Stream.runCollect(Executor.map(executor, [300, 100, 200], (millis) => Effect.as(Effect.sleep(millis), millis)))
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(mapping), [300, 100, 200])
    })
  )

  it.effect("row 2: when one of a map times out, the earlier results have been given and the later are cancelled", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const given: Array<number> = []
      const ended: Array<string> = []
      const task = (millis: number) =>
        Effect.as(Effect.sleep(millis), millis).pipe(
          Effect.onInterrupt(() => Effect.sync(() => ended.push(`${millis} stopped`)))
        )
      const mapping = yield* begin(
        Executor.map(executor, [10, 20, 5000, 4000], task, { timeout: "1 second" }).pipe(
          Stream.runForEach((millis) => Effect.sync(() => given.push(millis))),
          Effect.flip
        )
      )
      yield* TestClock.adjust("1 second")
      assert.instanceOf(yield* Fiber.join(mapping), TaskTimeoutError)
      assert.deepStrictEqual(given, [10, 20])
      assert.deepStrictEqual(ended.toSorted(), ["4000 stopped", "5000 stopped"])
    })
  )

  it.effect("row 2: leaving the executor's block shuts it down, also on an error in the block", () =>
    Effect.gen(function* () {
      for (const end of [Effect.void, Effect.fail("an error in the block")]) {
        let left: readonly [FiberExecutor.FiberExecutor, Future.Future<never, unknown>] | undefined
        const exit = yield* Effect.gen(function* () {
          const executor = yield* FiberExecutor.make()
          left = [executor, yield* executor.submit(Effect.never)]
          yield* end
        }).pipe(Effect.scoped, Effect.exit)
        assert.strictEqual(Exit.isSuccess(exit), end === Effect.void)
        const [executor, future] = left!
        assert.strictEqual(future.state, "cancelled")
        assert.instanceOf(yield* Effect.flip(executor.submit(Effect.void)), ExecutorShutdownError)
      }
    })
  )

  it.effect("row 2: shutdown waits for the tasks", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const futures = [yield* executor.submit(Tasks.add(1, 2)), yield* executor.submit(Tasks.add(3, 4))]
      yield* Executor.shutdown(executor)
      assert.deepStrictEqual(statesOf(futures), ["finished", "finished"])
    })
  )

  it.effect("row 2: a result of a megabyte comes back whole", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const bytes = yield* Executor.run(executor, Tasks.bytes(1_048_576))
      assert.strictEqual(bytes.length, 1_048_576)
      assert.strictEqual(yield* Executor.run(executor, Tasks.sum(bytes)), 7 * 1_048_576)
    })
  )

  it.effect("row 2: there is a default executor that a program need not make: the service", () =>
    Effect.gen(function* () {
      const program = Effect.flatMap(Effect.service(Executor.Executor), (executor) =>
        Executor.run(executor, Tasks.add(1, 2))
      )
      assert.strictEqual(yield* Effect.provide(program, FiberExecutor.layer()), 3)
    })
  )
})
