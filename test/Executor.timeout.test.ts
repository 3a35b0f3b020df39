import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future, TaskTimeoutError } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { assertTag, assertTimeout, begin, isWaiting, letOthersRun, pass, statesOf } from "./behaviour/support.ts"

describe("a task's timeout", () => {
  it.effect("waits for a task that cannot be interrupted, and then fails its future", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const log: Array<string> = []
      const stubborn = Effect.uninterruptible(
        Effect.andThen(
          Effect.sleep("1 hour"),
          Effect.sync(() => log.push("done all the same"))
        )
      )
      const future = yield* executor.submit(stubborn, { name: "stubborn", timeout: "1 minute" })
      const next = yield* executor.submit(Effect.succeed("next"))
      yield* TestClock.adjust("59 minutes")
      assert.deepStrictEqual(statesOf([future, next]), ["running", "pending"])
      yield* TestClock.adjust("1 minute")
      assertTimeout(yield* Effect.flip(future), { task: "stubborn", millis: 60_000, phase: "running" })
      assert.deepStrictEqual(log, ["done all the same"])
      assert.strictEqual(yield* next, "next")
    })
  )

  it.effect("keeps a defect of a finalizer, next to the timeout", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(Effect.ensuring(Effect.never, Effect.die("in the finalizer")), {
        timeout: "1 minute"
      })
      yield* TestClock.adjust("1 minute")
      const exit = yield* Future.await(future)
      if (Exit.isSuccess(exit)) return assert.fail("it succeeded")
      const reasons = exit.cause.reasons
      assert.isTrue(reasons.some((reason) => reason._tag === "Fail" && reason.error instanceof TaskTimeoutError))
      assert.isTrue(reasons.some((reason) => reason._tag === "Die" && reason.defect === "in the finalizer"))
      assert.isFalse(Cause.hasInterrupts(exit.cause))
    })
  )

  it.effect("keeps a defect of a finalizer of its scope too", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const task = Effect.andThen(
        Effect.addFinalizer(() => Effect.die("in the scope")),
        Effect.never
      )
      const future = yield* executor.submit(task, { timeout: "1 minute" })
      yield* TestClock.adjust("1 minute")
      const exit = yield* Future.await(future)
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause) && Cause.hasFails(exit.cause))
    })
  )

  it.effect("tells everyone who joins", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(Effect.never, { timeout: "1 minute" })
      const joiners = yield* Effect.forEach([1, 2, 3], () => begin(Effect.flip(future)))
      yield* TestClock.adjust("1 minute")
      for (const error of yield* Fiber.joinAll(joiners)) assertTag(error, "TaskTimeoutError")
      assertTag(yield* Effect.flip(future), "TaskTimeoutError")
    })
  )

  it.effect("has no stack frames for a task that ended when asked", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(Effect.never, { timeout: "1 minute" })
      yield* TestClock.adjust("1 minute")
      const error = yield* Effect.flip(future)
      assert.deepStrictEqual(error._tag === "TaskTimeoutError" && error.stuckAt, [])
    })
  )

  it.effect("comes to each task in its own time, in whatever order they were submitted", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 100 })
      const seconds = Array.from({ length: 100 }, (_, index) => 20 - ((index * 37) % 20))
      const futures = yield* Effect.forEach(seconds, (timeout) =>
        executor.submit(Effect.never, { timeout: `${timeout} seconds` })
      )
      for (let now = 1; now <= 20; now++) {
        yield* TestClock.adjust("1 second")
        const done = futures.map(Future.isDone)
        assert.deepStrictEqual(
          done,
          seconds.map((timeout) => timeout <= now)
        )
      }
    })
  )

  it.effect("is not the task's own Effect.timeout, which is a failure like any other", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(Effect.timeout(Effect.never, "1 second"), { timeout: "1 minute" })
      yield* TestClock.adjust("1 second")
      assertTag(yield* Effect.flip(future), "TimeoutError")
      const { failed, timedOut } = yield* Executor.stats(executor)
      assert.deepStrictEqual({ failed, timedOut }, { failed: 1, timedOut: 0 })
    })
  )

  it.effect("counts a task that joins one which timed out as failed, not as timed out", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const inner = yield* executor.submit(Effect.never, { timeout: "1 minute" })
      const outer = yield* executor.submit(inner)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Effect.flip(outer), yield* Effect.flip(inner))
      const { failed, timedOut } = yield* Executor.stats(executor)
      assert.deepStrictEqual({ failed, timedOut }, { failed: 1, timedOut: 1 })
    })
  )

  it.effect("does not become a cancellation when the task is cancelled while it cleans up", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const cleaning = yield* localGate
      const future = yield* executor.submit(Effect.ensuring(Effect.never, pass(cleaning, "it")), {
        timeout: "1 minute"
      })
      yield* TestClock.adjust("1 minute")
      const cancelling = yield* begin(Future.cancel(future))
      assert.isTrue(isWaiting(cancelling))
      yield* cleaning.open
      assert.isFalse(yield* Fiber.join(cancelling))
      assertTag(yield* Effect.flip(future), "TaskTimeoutError")
    })
  )

  it.effect("does not take over from a cancellation whose cleaning up takes longer", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const cleaning = yield* localGate
      const future = yield* executor.submit(Effect.ensuring(Effect.never, pass(cleaning, "it")), {
        timeout: "1 minute"
      })
      yield* TestClock.adjust("59 seconds")
      const cancelling = yield* begin(Future.cancel(future))
      yield* TestClock.adjust("1 hour")
      yield* cleaning.open
      assert.isTrue(yield* Fiber.join(cancelling))
      assertTag(yield* Effect.flip(future), "TaskCancelledError")
      const { cancelled, timedOut } = yield* Executor.stats(executor)
      assert.deepStrictEqual({ cancelled, timedOut }, { cancelled: 1, timedOut: 0 })
    })
  )

  it.effect("takes every kind of duration", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const kinds: ReadonlyArray<Duration.Input> = [
        250,
        250_000_000n,
        "250 millis",
        Duration.millis(250),
        [0, 250_000_000],
        { milliseconds: 250 }
      ]
      const futures = yield* Effect.forEach(kinds, (timeout) => executor.submit(Effect.never, { timeout }))
      yield* TestClock.adjust("249 millis")
      assert.deepStrictEqual(futures.map(Future.isDone), new Array(kinds.length).fill(false))
      yield* TestClock.adjust("1 millis")
      for (const future of futures) {
        assertTimeout(yield* Effect.flip(future), { task: future.name, millis: 250, phase: "running" })
      }
    })
  )

  it.effect("may be less than a millisecond, and has fractions", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const short = yield* executor.submit(Effect.never, { timeout: 1n })
      const fraction = yield* executor.submit(Effect.never, { timeout: 1.5 })
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual([Future.isDone(short), Future.isDone(fraction)], [true, false])
      yield* TestClock.adjust("1 millis")
      assertTimeout(yield* Effect.flip(fraction), { task: fraction.name, millis: 1.5, phase: "running" })
    })
  )

  it.live("may be longer than timers count", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const door = yield* localGate
      const future = yield* executor.submit(pass(door, "it"), { timeout: "5200 weeks" })
      yield* letOthersRun
      assert.strictEqual(future.state, "running")
      yield* door.open
      assert.strictEqual(yield* future, "it")
    })
  )

  it.effect("is counted from its start again after a worker was lent: there is one limit for all of it", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const child = Executor.run(executor, Effect.sleep("40 seconds"))
      const parent = yield* executor.submit(Effect.andThen(child, child), { timeout: "1 minute" })
      yield* TestClock.adjust("59 seconds")
      assert.isFalse(Future.isDone(parent))
      yield* TestClock.adjust("1 second")
      assertTimeout(yield* Effect.flip(parent), { task: parent.name, millis: 60_000, phase: "running" })
    })
  )
})

describe("queueTimeout", () => {
  it.effect("is counted from the submission of each task", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, queueTimeout: "1 minute" })
      yield* executor.submit(Effect.never)
      const first = yield* executor.submit(Effect.void)
      yield* TestClock.adjust("30 seconds")
      const second = yield* executor.submit(Effect.void)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(statesOf([first, second]), ["finished", "pending"])
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(statesOf([first, second]), ["finished", "finished"])
      assertTimeout(yield* Effect.flip(second), { task: second.name, millis: 60_000, phase: "queued" })
    })
  )

  it.effect("goes with a timeout, each for its own phase", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, queueTimeout: "1 minute", timeout: "90 seconds" })
      const running = yield* executor.submit(Effect.never)
      const gaveUp = yield* executor.submit(Effect.never)
      yield* TestClock.adjust("1 minute")
      const inTime = yield* executor.submit(Effect.never)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(statesOf([running, gaveUp, inTime]), ["finished", "finished", "running"])
      yield* TestClock.adjust("90 seconds")
      const phases = yield* Effect.forEach([running, gaveUp, inTime], (future) =>
        Effect.map(Effect.flip(future), (error) => error._tag === "TaskTimeoutError" && error.phase)
      )
      assert.deepStrictEqual(phases, ["running", "queued", "running"])
    })
  )

  it.effect("holds for tasks that wait in a group's own line too", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2, queueTimeout: "1 minute" })
      const group = yield* Executor.group(executor, { maxWorkers: 1 })
      yield* group.submit(Effect.never)
      const waiting = yield* group.submit(Effect.void)
      yield* TestClock.adjust("1 minute")
      assertTimeout(yield* Effect.flip(waiting), { task: waiting.name, millis: 60_000, phase: "queued" })
    })
  )

  it.effect("does not touch a task that was cancelled", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, queueTimeout: "1 minute" })
      yield* executor.submit(Effect.never)
      const waiting = yield* executor.submit(Effect.void)
      yield* Future.cancel(waiting)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(waiting.state, "cancelled")
      assert.strictEqual((yield* Executor.stats(executor)).timedOut, 0)
    })
  )
})
