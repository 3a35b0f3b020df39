import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { TestClock } from "effect/testing"
import { Executor, Future, TaskCancelledError } from "effect-futures"
import { TaskFuture } from "../src/internal/executor/TaskFuture.ts"
import { assertTimeout, letOthersRun, statesOf, until } from "./behaviour/support.ts"
import { faultsAtRest, leftovers } from "./support/engineState.ts"
import { Crashed, type FakeOptions, makeFakes } from "./support/FakeWorkers.ts"

// The engine's part in workers of other threads and processes, with workers that do what the test says.

const setup = (options?: FakeOptions) =>
  Effect.gen(function* () {
    const fakes = yield* makeFakes(options)
    const all: Array<TaskFuture<unknown, unknown>> = []
    const submitTo = (executor: Executor.EffectExecutor<unknown>) => (name: string, options?: Executor.SubmitOptions) =>
      Effect.tap(executor.submit(Effect.succeed(name), { name, ...options }), (future) =>
        Effect.sync(() => future instanceof TaskFuture && all.push(future as TaskFuture<unknown, unknown>))
      )
    const settled = Effect.andThen(
      letOthersRun,
      Effect.sync(() => assert.deepStrictEqual(faultsAtRest(fakes.engine, all), []))
    )
    return { ...fakes, submit: submitTo(fakes.executor), submitTo, settled }
  })

describe("a task that comes while another worker starts", () => {
  it.effect("gets a worker that is there and has nothing to do, at once", () =>
    Effect.gen(function* () {
      const start = yield* Deferred.make<void>()
      const untilStarted = (id: number) => (id === 2 ? Deferred.await(start) : Effect.void)
      const { executor, settled, submit, workers } = yield* setup({ maxWorkers: 2, untilStarted })
      const early = yield* Effect.forEach(["a", "b"], (name) => submit(name))
      yield* letOthersRun
      // The second worker was asked for, and the first one has done all by itself.
      workers[0]!.reply("a")
      workers[0]!.reply("b")
      const next = yield* submit("next")
      assert.strictEqual(next.state, "running")
      yield* Deferred.succeed(start, undefined)
      yield* settled
      assert.deepStrictEqual([workers[0]!.names, workers[1]!.names], [["next"], []])
      workers[0]!.reply("next")
      assert.deepStrictEqual(yield* Future.all([...early, next]), ["a", "b", "next"])
      yield* Executor.awaitIdle(executor)
    })
  )
})

describe("a task whose worker died before it began", () => {
  it.effect("waits for another one if the worker died between its grant and its beginning", () =>
    Effect.gen(function* () {
      const { executor, settled, submit, workers } = yield* setup()
      const first = yield* submit("first")
      yield* letOthersRun
      workers[0]!.reply("first")
      yield* first
      const second = yield* submit("second")
      assert.strictEqual(second.state, "running")
      // Of something that the first one has left there. Nobody has heard of it.
      workers[0]!.failSilently()
      yield* settled
      assert.deepStrictEqual(workers[1]!.names, ["second"])
      workers[0]!.die()
      workers[1]!.reply("second")
      assert.strictEqual(yield* second, "second")
      assert.strictEqual((yield* Executor.stats(executor)).cancelled, 0)
    })
  )

  it.effect("does the same where somebody waits for it", () =>
    Effect.gen(function* () {
      const { settled, submit, workers } = yield* setup()
      const first = yield* submit("first")
      yield* letOthersRun
      workers[0]!.reply("first")
      const second = yield* submit("second")
      const { fiber } = second
      workers[0]!.failSilently()
      yield* settled
      workers[1]!.die()
      yield* settled
      workers[2]!.reply("second")
      assert.strictEqual(yield* second, "second")
      assert.strictEqual(second.fiber, fiber)
      yield* first
    })
  )

  it.effect("is pending again until it has one", () =>
    Effect.gen(function* () {
      const { executor, settled, submit, workers } = yield* setup()
      const future = yield* submit("it", { timeout: "1 minute" })
      yield* settled
      const urgent = yield* submit("urgent", { priority: 1 })
      assert.deepStrictEqual(statesOf([future, urgent]), ["running", "pending"])
      workers[0]!.die()
      yield* settled
      assert.deepStrictEqual(statesOf([future, urgent]), ["pending", "running"])
      const { pending, running } = yield* Executor.stats(executor)
      assert.deepStrictEqual([pending, running], [1, 1])
      yield* TestClock.adjust("1 hour")
      workers[1]!.reply("urgent")
      yield* settled
      workers[1]!.reply("it")
      assert.deepStrictEqual(yield* Future.all([future, urgent]), ["it", "urgent"])
    })
  )

  it.effect("has its whole timeout in the next worker", () =>
    Effect.gen(function* () {
      const { settled, submit, workers } = yield* setup()
      const future = yield* submit("it", { timeout: "1 minute" })
      yield* settled
      yield* TestClock.adjust("59 seconds")
      workers[0]!.die()
      yield* settled
      yield* TestClock.adjust("59 seconds")
      workers[1]!.call("it")
      yield* TestClock.adjust("59 seconds")
      yield* settled
      assert.strictEqual(future.state, "running")
      yield* TestClock.adjust("1 second")
      assertTimeout(yield* Effect.flip(future), { task: "it", millis: 60_000, phase: "running" })
    })
  )

  it.effect("goes before what was submitted after it", () =>
    Effect.gen(function* () {
      const { submit, workers } = yield* setup({ concurrency: 2 })
      const futures = yield* Effect.forEach(["a", "b", "c", "d"], (name) => submit(name))
      yield* letOthersRun
      workers[0]!.die()
      yield* letOthersRun
      assert.deepStrictEqual(workers[1]!.names.slice(0, 2), ["a", "b"])
      for (const name of ["a", "b", "c", "d"]) {
        yield* until(() => workers[1]!.names.includes(name))
        workers[1]!.reply(name)
        yield* letOthersRun
      }
      yield* Future.all(futures)
    })
  )

  it.effect("of a group counts there as it should", () =>
    Effect.gen(function* () {
      const { executor, settled, submitTo, workers } = yield* setup({ maxWorkers: 2 })
      const group = yield* Executor.group(executor, { maxWorkers: 1 })
      const submit = submitTo(group)
      const futures = [yield* submit("one"), yield* submit("two")]
      yield* settled
      workers[0]!.die()
      yield* settled
      const { pending, running } = yield* Executor.stats(group)
      assert.deepStrictEqual([pending, running], [1, 1])
      workers[1]!.reply("one")
      yield* settled
      workers[1]!.reply("two")
      assert.deepStrictEqual(yield* Future.all(futures), ["one", "two"])
      yield* Executor.shutdown(executor)
      assert.deepStrictEqual(leftovers(group), [])
    })
  )

  it.effect("can be cancelled while it waits, and ends with its executor", () =>
    Effect.gen(function* () {
      for (const isSeen of [false, true]) {
        const { executor, settled, submit, workers } = yield* setup({ queueTimeout: 60_000 })
        const futures = [yield* submit("one"), yield* submit("two")]
        if (isSeen) futures.map(({ fiber }) => fiber)
        yield* settled
        const urgent = yield* submit("urgent", { priority: 1 })
        workers[0]!.die()
        yield* settled
        assert.deepStrictEqual(statesOf([...futures, urgent]), ["pending", "pending", "running"])
        yield* Future.cancel(futures[0]!)
        assert.instanceOf(yield* Effect.flip(futures[0]!), TaskCancelledError)
        yield* TestClock.adjust("1 minute")
        assertTimeout(yield* Effect.flip(futures[1]!), { task: "two", millis: 60_000, phase: "queued" })
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        assert.deepStrictEqual(leftovers(executor), [])
      }
    })
  )

  it.effect("has its queueTimeout anew, from the death of its worker on", () =>
    Effect.gen(function* () {
      const { settled, submit, workers } = yield* setup({ queueTimeout: 60_000 })
      const future = yield* submit("it")
      yield* settled
      yield* submit("urgent", { priority: 1 })
      yield* TestClock.adjust("50 seconds")
      workers[0]!.die()
      yield* settled
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(future.state, "pending")
      yield* TestClock.adjust("1 second")
      assertTimeout(yield* Effect.flip(future), { task: "it", millis: 60_000, phase: "queued" })
    })
  )

  it.effect("has lost one of its starts, and fails after the last of them", () =>
    Effect.gen(function* () {
      const { executor, settled, submit, workers } = yield* setup({ maxAttempts: 3 })
      const deadly = yield* submit("deadly")
      const innocent = yield* submit("innocent")
      for (let n = 0; n < 3; n++) {
        yield* settled
        assert.deepStrictEqual(workers[n]!.names[0], "deadly")
        workers[n]!.die()
      }
      const error = yield* Effect.flip(deadly)
      assert.instanceOf(error, Crashed)
      assert.strictEqual((error as Crashed).attempts, 3)
      yield* settled
      workers[3]!.reply("innocent")
      assert.strictEqual(yield* innocent, "innocent")
      const { crashed, failed } = yield* Executor.stats(executor)
      assert.deepStrictEqual([crashed, failed], [3, 1])
    })
  )

  it.effect("has lost none if the worker was ended to stop another task", () =>
    Effect.gen(function* () {
      const { executor, settled, submit, workers } = yield* setup({ maxAttempts: 1 })
      const future = yield* submit("it")
      yield* settled
      workers[0]!.die("stopped")
      yield* settled
      workers[1]!.reply("it")
      assert.strictEqual(yield* future, "it")
      assert.strictEqual((yield* Executor.stats(executor)).crashed, 0)
    })
  )

  it.effect("has lost none if it was only prefetched", () =>
    Effect.gen(function* () {
      const { settled, submit, workers } = yield* setup({ maxAttempts: 1 })
      const deadly = yield* submit("deadly")
      const ahead = yield* submit("ahead")
      yield* settled
      yield* until(() => workers[0]!.names.includes("ahead"))
      workers[0]!.call("deadly")
      workers[0]!.die()
      assert.instanceOf(yield* Effect.flip(deadly), Crashed)
      yield* settled
      workers[1]!.reply("ahead")
      assert.strictEqual(yield* ahead, "ahead")
    })
  )
})

describe("a task that was handed to a worker", () => {
  it.effect("has its timeout from the call of its function on", () =>
    Effect.gen(function* () {
      const { settled, submit, workers } = yield* setup()
      const future = yield* submit("it", { timeout: "50 millis" })
      yield* settled
      yield* TestClock.adjust("1 hour")
      yield* settled
      assert.strictEqual(future.state, "running")
      workers[0]!.call("it")
      yield* TestClock.adjust("49 millis")
      yield* settled
      assert.strictEqual(future.state, "running")
      yield* TestClock.adjust("1 millis")
      assertTimeout(yield* Effect.flip(future), { task: "it", millis: 50, phase: "running" })
    })
  )

  it.effect("fails if its worker does not get ready for it in time, and the worker is replaced", () =>
    Effect.gen(function* () {
      const { executor, settled, submit, workers } = yield* setup({ startTimeout: 500 })
      const future = yield* submit("it", { timeout: "1 millis" })
      const next = yield* submit("next")
      assertTimeout(yield* Effect.flip(future), { task: "it", millis: 500, phase: "starting" })
      yield* settled
      // The worker takes nothing new, and its prefetched tasks have gone on.
      assert.deepStrictEqual(workers[0]!.names, [])
      assert.deepStrictEqual(workers[1]!.names, ["next"])
      workers[1]!.reply("next")
      assert.strictEqual(yield* next, "next")
      assert.strictEqual((yield* Executor.stats(executor)).timedOut, 1)
    })
  )

  it.effect("ends in its worker if it has begun there, though that is given up for another task", () =>
    Effect.gen(function* () {
      const { submit, workers } = yield* setup({ concurrency: 2, startTimeout: 500 })
      const runs = yield* submit("runs")
      const hangs = yield* submit("hangs")
      const ahead = yield* submit("ahead")
      yield* until(() => workers[0]!.names.includes("ahead"))
      workers[0]!.call("runs")
      // In the place of the first one, which has ended. The news of that is on its way.
      workers[0]!.take("ahead")
      assertTimeout(yield* Effect.flip(hangs), { task: "hangs", millis: 500, phase: "starting" })
      const next = yield* submit("next")
      yield* letOthersRun
      // No more than two run at a time, in whichever worker.
      assert.deepStrictEqual([workers[0]!.names, workers[1]!.names], [["runs", "ahead"], []])
      workers[0]!.reply("runs")
      yield* letOthersRun
      assert.deepStrictEqual([workers[0]!.names, workers[1]!.names], [["ahead"], ["next"]])
      workers[0]!.reply("ahead")
      yield* letOthersRun
      assert.isFalse(workers[0]!.isAlive)
      workers[1]!.reply("next")
      assert.deepStrictEqual(yield* Future.all([runs, ahead, next]), ["runs", "ahead", "next"])
    })
  )

  it.effect("is not said to have been too long at starting if the news of its call is on its way", () =>
    Effect.gen(function* () {
      const { engine, settled, submit, workers } = yield* setup({ startTimeout: 1000 })
      const future = yield* submit("it", { timeout: "1 minute" })
      yield* settled
      workers[0]!.call("it", false)
      const task = engine.active.first!
      // The limit of its start was here.
      yield* until(() => task.isRunning)
      yield* TestClock.adjust("1 minute")
      assertTimeout(yield* Effect.flip(future), { task: "it", millis: 60_000, phase: "running" })
    })
  )

  it.effect("is not said to run if its function was not called after all", () =>
    Effect.gen(function* () {
      const { settled, submit, workers } = yield* setup({ startTimeout: 120_000 })
      const future = yield* submit("it", { timeout: "1 minute" })
      yield* settled
      // The worker has called this function before, so the task is believed to run.
      workers[0]!.call("it")
      workers[0]!.find("it").hasBegun = false
      yield* TestClock.adjust("1 minute")
      yield* settled
      assert.strictEqual(future.state, "running")
      yield* TestClock.adjust("1 minute")
      assertTimeout(yield* Effect.flip(future), { task: "it", millis: 120_000, phase: "starting" })
    })
  )
})
