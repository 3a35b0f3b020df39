import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future, InvalidStateError, TaskCancelledError } from "effect-futures"
import * as os from "node:os"
import { localGate } from "../behaviour/Gate.ts"
import { begin, pass, statesOf } from "../behaviour/support.ts"

describe("row 3: concurrent.futures", () => {
  it.effect("row 3: set_running_or_notify_cancel: a pending future runs, a cancelled one does not", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* Future.make<number>(), yield* Future.make<number>()]
      assert.isTrue(yield* Future.setRunning(one))
      yield* Future.cancel(other)
      assert.isFalse(yield* Future.setRunning(other))
      assert.deepStrictEqual(statesOf([one, other]), ["running", "cancelled"])
      assert.instanceOf(yield* Effect.flip(Future.setRunning(one)), InvalidStateError)
    })
  )

  it.effect("row 3: set_result and set_exception settle a future, once", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* Future.make<number, string>(), yield* Future.make<number, string>()]
      yield* Future.succeed(one, 42)
      yield* Future.fail(other, "an exception")
      assert.strictEqual(yield* one, 42)
      assert.strictEqual(yield* Effect.flip(other), "an exception")
      assert.deepStrictEqual(statesOf([one, other]), ["finished", "finished"])
      assert.instanceOf(yield* Effect.flip(Future.succeed(one, 43)), InvalidStateError)
      assert.instanceOf(yield* Effect.flip(Future.fail(other, "again")), InvalidStateError)
    })
  )

  it.effect("row 3: only a pending future is cancelled, if one asks for no more", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const futures = [yield* executor.submit(pass(door, "runs")), yield* executor.submit(pass(door, "waits"))]
      const answers = yield* Effect.forEach(futures, (future) => Future.cancel(future, { running: false }))
      assert.deepStrictEqual(answers, [false, true])
      yield* door.open
      assert.strictEqual(yield* futures[0]!, "runs")
      assert.isFalse(yield* Future.cancel(futures[0]!, { running: false }))
    })
  )

  it.effect("row 3: a second cancel gives the same answer as the first", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const [done, never] = [yield* executor.submit(Effect.void), yield* executor.submit(Effect.never)]
      yield* done
      assert.deepStrictEqual([yield* Future.cancel(done), yield* Future.cancel(done)], [false, false])
      assert.deepStrictEqual([yield* Future.cancel(never), yield* Future.cancel(never)], [true, true])
    })
  )

  it.effect("row 3: result(timeout) gives up in time, and the task goes on", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(Effect.as(Effect.sleep("2 seconds"), "late"))
      const waiting = yield* begin(Effect.flip(Future.result(future, { timeout: "1 second" })))
      yield* TestClock.adjust("1 second")
      assert.isTrue(Cause.isTimeoutError(yield* Fiber.join(waiting)))
      assert.strictEqual(future.state, "running")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* future, "late")
    })
  )

  it.effect("row 3: a cancelled future raises TaskCancelledError in whoever asks for its result", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(Effect.never)
      yield* Future.cancel(future)
      assert.instanceOf(yield* Effect.flip(Future.result(future)), TaskCancelledError)
    })
  )

  /** Futures of one that has failed, one that was cancelled, one that is done and one that waits at the gate. */
  const mixed = Effect.gen(function* () {
    const executor = yield* FiberExecutor.make()
    const door = yield* localGate
    const failed = yield* executor.submit(Effect.fail("no"))
    const cancelled = yield* executor.submit(Effect.never)
    const finished = yield* executor.submit(Effect.succeed("done"))
    const waiting = yield* executor.submit(pass(door, "waiting"))
    yield* Future.cancel(cancelled)
    yield* Future.wait([failed, finished])
    return { executor, door, failed, cancelled, finished, waiting }
  })

  it.effect("row 3: wait(FIRST_COMPLETED) returns with the first that is done, one that is done already counts", () =>
    Effect.gen(function* () {
      const { cancelled, door, executor, finished, waiting } = yield* mixed
      for (const ready of [finished, cancelled]) {
        const result = yield* Future.wait([waiting, ready], { returnWhen: "firstCompleted" })
        assert.deepStrictEqual(result, { done: [ready], notDone: [waiting] })
      }
      const later = yield* executor.submit(Effect.never)
      const both = yield* begin(Future.wait([later, waiting], { returnWhen: "firstCompleted" }))
      yield* door.open
      assert.deepStrictEqual(yield* Fiber.join(both), { done: [waiting], notDone: [later] })
    })
  )

  it.effect("row 3: wait(FIRST_EXCEPTION) returns with the first that failed, one that failed already counts", () =>
    Effect.gen(function* () {
      const { cancelled, door, failed, finished, waiting } = yield* mixed
      const result = yield* Future.wait([waiting, failed], { returnWhen: "firstException" })
      assert.deepStrictEqual(result, { done: [failed], notDone: [waiting] })
      const all = yield* begin(Future.wait([waiting, cancelled, finished], { returnWhen: "firstException" }))
      assert.isUndefined(all.pollUnsafe())
      yield* door.open
      assert.deepStrictEqual((yield* Fiber.join(all)).notDone, [])
    })
  )

  it.effect("row 3: wait(ALL_COMPLETED) returns when all are done", () =>
    Effect.gen(function* () {
      const { cancelled, door, failed, finished, waiting } = yield* mixed
      const all = yield* begin(Future.wait([waiting, failed, cancelled, finished]))
      assert.isUndefined(all.pollUnsafe())
      yield* door.open
      assert.deepStrictEqual(yield* Fiber.join(all), { done: [waiting, failed, cancelled, finished], notDone: [] })
    })
  )

  it.effect("row 3: a wait that runs into its timeout just returns", () =>
    Effect.gen(function* () {
      const { finished, waiting } = yield* mixed
      const result = yield* begin(Future.wait([waiting, finished], { timeout: "1 second" }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(result), { done: [finished], notDone: [waiting] })
    })
  )

  it.effect("row 3: the pool makes workers only when needed, never more than maxWorkers, and queues the rest", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const door = yield* localGate
      const counts: Array<readonly [workers: number, pending: number]> = []
      for (let n = 0; n < 4; n++) {
        const { pending, workers } = yield* Executor.stats(executor)
        counts.push([workers, pending])
        yield* executor.submit(pass(door, `task ${n}`))
      }
      assert.deepStrictEqual(counts, [
        [0, 0],
        [1, 0],
        [2, 0],
        [2, 1]
      ])
      yield* door.open
      yield* Executor.awaitIdle(executor)
      assert.strictEqual((yield* Executor.stats(executor)).workers, 2)
    })
  )

  it.effect("row 3: the number of workers defaults to min(32, cores + 4), as that of Python's threads does", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      assert.strictEqual(executor.maxWorkers, Math.min(32, os.availableParallelism() + 4))
    })
  )
})
