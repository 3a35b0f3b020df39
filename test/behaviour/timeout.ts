import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { Executor, Future } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { assertInvalid, assertTimeout, badTimeouts, letOthersRun, until } from "./support.ts"
import { Tasks } from "./tasks.ts"
import { defectOf } from "../support/defectOf.ts"

/** Time limits, for executors of any kind. */
export const timeoutBehaviour = <X extends Executor.Failure>({ elapse, gate, make }: Kind<X>): void => {
  describe("timeout", () => {
    it.effect("stops a task, whose future then fails with TaskTimeoutError", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const task = Tasks.pass(door.address, "hangs")
        const future = yield* executor.submit(task, { name: "hangs", timeout: "1 minute" })
        yield* door.untilArrived(1)
        yield* until(() => Future.isRunning(future))
        yield* letOthersRun
        yield* elapse("1 minute")
        assertTimeout(yield* Effect.flip(future), { task: "hangs", millis: 60_000, phase: "running" })
        assert.strictEqual(future.state, "finished")
        assert.strictEqual((yield* Executor.stats(executor)).timedOut, 1)
      })
    )

    it.effect("says which limit it was, and what to do about that one", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, timeout: "1 hour", queueTimeout: "1 minute" })
        const door = yield* gate
        const running = yield* executor.submit(Tasks.pass(door.address, "runs"))
        yield* door.untilArrived(1)
        yield* until(() => Future.isRunning(running))
        yield* letOthersRun
        const queued = yield* executor.submit(Tasks.never())
        yield* elapse("1 minute")
        const { message: ofQueued } = yield* Effect.flip(queued)
        assert.include(ofQueued, "waited 1m for a worker and got none, so it never ran")
        assert.include(ofQueued, "Raise queueTimeout or maxWorkers")
        yield* elapse("1 hour")
        const { message: ofRunning } = yield* Effect.flip(running)
        assert.include(ofRunning, "did not end within 1h of its start and was stopped")
        assert.include(ofRunning, "Raise its timeout, or make the task do less")
      })
    )

    it.effect("leaves a task alone that ends in its time", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const future = yield* executor.submit(Tasks.pass(door.address, "in time"), { timeout: "1 minute" })
        yield* door.untilArrived(1)
        yield* elapse("59 seconds")
        yield* letOthersRun
        assert.isFalse(Future.isDone(future))
        yield* door.open
        assert.strictEqual(yield* future, "in time")
        yield* elapse("1 hour")
        assert.strictEqual((yield* Executor.stats(executor)).succeeded, 1)
      })
    )

    it.effect("is counted from when the task starts, not from its submission", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        yield* executor.submit(Tasks.pass(door.address, "first"))
        yield* door.untilArrived(1)
        const second = yield* executor.submit(Tasks.pass(door.address, "second"), { timeout: "1 minute" })
        yield* elapse("1 hour")
        assert.strictEqual(second.state, "pending")
        yield* door.admit(1)
        yield* door.untilArrived(2)
        yield* until(() => Future.isRunning(second))
        yield* elapse("59 seconds")
        yield* letOthersRun
        assert.strictEqual(second.state, "running")
        yield* elapse("1 second")
        assertTimeout(yield* Effect.flip(second), { task: "pass", millis: 60_000, phase: "running" })
      })
    )

    it.effect("lets the task's finalizers end before its future fails", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const cleaning = yield* gate
        const task = Tasks.passThenClean(door.address, cleaning.address, "it")
        const future = yield* executor.submit(task, { timeout: "1 minute" })
        yield* door.untilArrived(1)
        yield* until(() => Future.isRunning(future))
        yield* elapse("1 minute")
        yield* cleaning.untilArrived(1)
        yield* letOthersRun
        assert.isFalse(Future.isDone(future))
        yield* cleaning.open
        assertTimeout(yield* Effect.flip(future), { task: "passThenClean", millis: 60_000, phase: "running" })
      })
    )

    it.effect("has a worker free for the next task", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const future = yield* executor.submit(Tasks.pass(door.address, "first"), { timeout: "1 minute" })
        const next = yield* executor.submit(Tasks.add(1, 2))
        yield* door.untilArrived(1)
        yield* until(() => Future.isRunning(future))
        yield* letOthersRun
        yield* elapse("1 minute")
        assert.strictEqual(yield* next, 3)
      })
    )

    it.effect("of the executor is that of tasks which have none of their own", () =>
      Effect.gen(function* () {
        const executor = yield* make({ timeout: "1 minute" })
        const door = yield* gate
        const future = yield* executor.submit(Tasks.pass(door.address, "hangs"))
        yield* door.untilArrived(1)
        yield* until(() => Future.isRunning(future))
        yield* letOthersRun
        yield* elapse("1 minute")
        assertTimeout(yield* Effect.flip(future), { task: "pass", millis: 60_000, phase: "running" })
      })
    )

    it.effect("of a task counts more than that of the executor", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2, timeout: "1 minute" })
        const door = yield* gate
        const shorter = yield* executor.submit(Tasks.pass(door.address, "shorter"), { timeout: "1 second" })
        const longer = yield* executor.submit(Tasks.pass(door.address, "longer"), { timeout: "1 hour" })
        yield* door.untilArrived(2)
        yield* until(() => Future.isRunning(shorter) && Future.isRunning(longer))
        yield* elapse("1 second")
        assertTimeout(yield* Effect.flip(shorter), { task: "pass", millis: 1000, phase: "running" })
        yield* elapse("59 minutes")
        yield* letOthersRun
        assert.strictEqual(longer.state, "running")
        yield* elapse("1 minute")
        assertTimeout(yield* Effect.flip(longer), { task: "pass", millis: 3_600_000, phase: "running" })
      })
    )

    it.effect("Infinity of a task lifts that of the executor", () =>
      Effect.gen(function* () {
        const executor = yield* make({ timeout: "1 minute" })
        const door = yield* gate
        const future = yield* executor.submit(Tasks.pass(door.address, "patient"), { timeout: Infinity })
        yield* door.untilArrived(1)
        yield* elapse("1 week")
        yield* door.open
        assert.strictEqual(yield* future, "patient")
      })
    )
  })

  describe("queueTimeout", () => {
    it.effect("fails a task that waits for a worker for too long, and never runs it", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, queueTimeout: "1 minute" })
        const door = yield* gate
        const busy = yield* executor.submit(Tasks.pass(door.address, "busy"))
        yield* door.untilArrived(1)
        yield* until(() => Future.isRunning(busy))
        const waiting = yield* executor.submit(Tasks.pass(door.address, "waiting"), { name: "waits" })
        yield* elapse("59 seconds")
        assert.strictEqual(waiting.state, "pending")
        yield* elapse("1 second")
        assertTimeout(yield* Effect.flip(waiting), { task: "waits", millis: 60_000, phase: "queued" })
        yield* door.open
        yield* busy
        yield* Executor.run(executor, Tasks.add(1, 2))
        assert.deepStrictEqual(door.arrivals, ["busy"])
        assert.strictEqual((yield* Executor.stats(executor)).timedOut, 1)
      })
    )

    it.effect("leaves a task alone once it runs", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, queueTimeout: "1 minute" })
        const door = yield* gate
        const future = yield* executor.submit(Tasks.pass(door.address, "runs"))
        yield* door.untilArrived(1)
        yield* until(() => Future.isRunning(future))
        yield* elapse("1 hour")
        yield* door.open
        assert.strictEqual(yield* future, "runs")
      })
    )
  })

  describe("setTimeout", () => {
    it.effect("sets the limit of later submissions, and not of earlier ones", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const before = yield* executor.submit(Tasks.pass(door.address, "before"))
        const pending = yield* executor.submit(Tasks.pass(door.address, "pending"))
        yield* Executor.setTimeout(executor, "1 minute")
        const after = yield* executor.submit(Tasks.pass(door.address, "after"))
        yield* door.untilArrived(1)
        yield* elapse("1 hour")
        yield* door.admit(1)
        yield* door.untilArrived(2)
        yield* elapse("1 hour")
        yield* door.admit(1)
        yield* door.untilArrived(3)
        yield* until(() => Future.isRunning(after))
        yield* elapse("1 minute")
        assertTimeout(yield* Effect.flip(after), { task: "pass", millis: 60_000, phase: "running" })
        assert.deepStrictEqual(yield* Future.all([before, pending]), ["before", "pending"])
      })
    )

    it.effect("is what getTimeout gives; with undefined or Infinity there is none", () =>
      Effect.gen(function* () {
        const executor = yield* make({ timeout: "1 minute" })
        assert.strictEqual(Duration.toMillis(yield* Executor.getTimeout(executor)), 60_000)
        yield* Executor.setTimeout(executor, "2 seconds")
        assert.strictEqual(Duration.toMillis(yield* Executor.getTimeout(executor)), 2000)
        yield* executor.pipe(Executor.setTimeout(undefined))
        assert.isFalse(Duration.isFinite(yield* Executor.getTimeout(executor)))
        yield* executor.pipe(Executor.setTimeout(5))
        assert.strictEqual(Duration.toMillis(yield* Executor.getTimeout(executor)), 5)
        yield* Executor.setTimeout(executor, Infinity)
        assert.isFalse(Duration.isFinite(yield* Executor.getTimeout(executor)))
      })
    )

    it.effect("is infinite from the start where there is none", () =>
      Effect.gen(function* () {
        assert.isFalse(Duration.isFinite(yield* Executor.getTimeout(yield* make())))
      })
    )

    it.effect("dies with InvalidOptionsError for what is not more than zero, and changes nothing", () =>
      Effect.gen(function* () {
        const executor = yield* make({ timeout: "1 minute" })
        for (const [timeout, shown] of badTimeouts) {
          const error = yield* defectOf(Executor.setTimeout(executor, timeout as never))
          assertInvalid(error, { option: "timeout", value: timeout, shown, allowed: "more than zero" })
        }
        assert.strictEqual(Duration.toMillis(yield* Executor.getTimeout(executor)), 60_000)
      })
    )
  })
}
