import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Stream } from "effect"
import { Executor, ExecutorShutdownError, Future, TaskCancelledError } from "effect-futures"
import { makeCleaning } from "./cleaning.ts"
import type { Kind } from "./Kind.ts"
import { defectOf } from "../support/defectOf.ts"
import { assertInvalid, assertTag, assertTimeout, badCounts, begin, letOthersRun, until } from "./support.ts"
import { Tasks } from "./tasks.ts"
import { counting } from "./counting.ts"

/** How a `map` ends, for executors of any kind. */
export const mapEndsBehaviour = <X extends Executor.Failure>(kind: Kind<X>): void => {
  const { elapse, gate, make } = kind
  describe("the end of a map", () => {
    it.effect("cancels what is left when the consumer stops, tells the iterator, and has waited for both", () =>
      Effect.gen(function* () {
        const { cleaning, door, executor } = yield* makeCleaning(kind, { maxWorkers: 2 })
        const items = counting()
        const results = yield* Executor.map(executor, items, (n) =>
          n <= 2 ? Tasks.echo(n) : Tasks.passThenClean(door.address, cleaning.address, `task ${n}`)
        ).pipe(
          Stream.tap((result) => (result === 2 ? door.untilArrived(2) : Effect.void)),
          Stream.take(2),
          Stream.runCollect
        )
        assert.deepStrictEqual(results, [1, 2])
        assert.strictEqual(items.stopped, 1)
        // A task that is stopped on its way to the door cleans up, too.
        assert.includeMembers(Array.from(cleaning.arrivals), Array.from(door.arrivals))
        const stats = yield* Executor.stats(executor)
        assert.deepStrictEqual([stats.pending, stats.running, stats.cancelled], [0, 0, items.taken - 2])
      })
    )

    it.effect("does so when the consumer is interrupted", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const items = counting()
        const consumer = yield* begin(
          Executor.map(executor, items, (n) => Tasks.pass(door.address, `task ${n}`)).pipe(Stream.runDrain)
        )
        yield* door.untilArrived(2)
        yield* Fiber.interrupt(consumer)
        assert.strictEqual(items.stopped, 1)
        const stats = yield* Executor.stats(executor)
        assert.deepStrictEqual([stats.pending, stats.running], [0, 0])
        assert.strictEqual(stats.cancelled, items.taken)
      })
    )

    it.effect("does not tell an iterator to stop that has come to its end", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const items = counting()
        const finite: Iterable<number> = {
          [Symbol.iterator]: () => ({
            ...items[Symbol.iterator](),
            next: () => (items.taken < 3 ? { done: false, value: ++items.taken } : { done: true, value: undefined })
          })
        }
        assert.deepStrictEqual(yield* Stream.runCollect(Executor.map(executor, finite, Tasks.double)), [2, 4, 6])
        assert.strictEqual(items.stopped, 0)
      })
    )

    it.effect("fails with a task's error after the results before it, and cancels what is left", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const door = yield* gate
        const items = counting()
        const results: Array<unknown> = []
        const error = yield* Executor.map(executor, items, (n) => {
          if (n < 3) return Tasks.echo(n)
          return n === 3 ? Tasks.refuse("the third") : Tasks.pass(door.address, `task ${n}`)
        }).pipe(
          Stream.runForEach((result) => Effect.sync(() => results.push(result))),
          Effect.flip
        )
        assertTag(error, "Refused")
        assert.deepStrictEqual(results, [1, 2])
        assert.strictEqual(items.stopped, 1)
        const stats = yield* Executor.stats(executor)
        assert.deepStrictEqual([stats.pending, stats.running], [0, 0])
        assert.deepStrictEqual([stats.succeeded, stats.failed, stats.cancelled], [2, 1, items.taken - 3])
      })
    )

    it.effect("gives the results before a failure also when the failure came first", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const results: Array<string> = []
        const collecting = yield* begin(
          Executor.map(executor, ["slow", "fails"], (name) =>
            name === "slow" ? Tasks.pass(door.address, name) : Tasks.refuse(name)
          ).pipe(
            Stream.runForEach((name) => Effect.sync(() => results.push(name))),
            Effect.exit
          )
        )
        yield* door.untilArrived(1)
        yield* Effect.repeat(Effect.yieldNow, {
          until: () => Effect.map(Executor.stats(executor), (_) => _.failed === 1)
        })
        yield* door.open
        assert.isTrue(Exit.isFailure(yield* Fiber.join(collecting)))
        assert.deepStrictEqual(results, ["slow"])
      })
    )

    it.effect("dies with what a task throws", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const stream = Executor.map(executor, ["no"], Tasks.throws)
        assert.include(String(yield* defectOf(Stream.runDrain(stream))), "RangeError: no")
      })
    )

    it.effect("fails with the source's error after the results of the items before it", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const results: Array<number> = []
        const error = yield* Stream.concat(Stream.make(1, 2, 3), Stream.fail("dry")).pipe(
          Executor.map(executor, (n) => Tasks.double(n)),
          Stream.runForEach((result) => Effect.sync(() => results.push(result))),
          Effect.flip
        )
        assert.strictEqual(error, "dry")
        assert.deepStrictEqual(results, [2, 4, 6])
      })
    )

    it.effect("fails with TaskCancelledError where a task was cancelled", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const error = yield* Effect.flip(Stream.runDrain(Executor.map(executor, [1], Tasks.interruptsItself)))
        assert.instanceOf(error, TaskCancelledError)
      })
    )

    it.effect("fails with a timeout after the results before it, and cancels those after it", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2, timeout: "1 hour" })
        const door = yield* gate
        const results: Array<unknown> = []
        const collecting = yield* begin(
          Executor.map(
            executor,
            [1, 2, 3, 4],
            (n) => (n === 1 ? Tasks.echo(n) : Tasks.pass(door.address, `task ${n}`)),
            { timeout: "1 minute" }
          ).pipe(
            Stream.runForEach((result) => Effect.sync(() => results.push(result))),
            Effect.flip
          )
        )
        yield* door.untilArrived(2)
        yield* until(() => results.length === 1)
        yield* letOthersRun
        yield* elapse("1 minute")
        assertTimeout(yield* Fiber.join(collecting), { task: "pass", millis: 60_000, phase: "running" })
        assert.deepStrictEqual(results, [1])
        const stats = yield* Executor.stats(executor)
        assert.deepStrictEqual([stats.pending, stats.running, stats.succeeded], [0, 0, 1])
      })
    )

    it.effect("ends with ExecutorShutdownError when the executor drains, after what it had submitted", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const results: Array<string> = []
        const items = counting()
        const collecting = yield* begin(
          Executor.map(executor, items, (n) => Tasks.pass(door.address, `task ${n}`), { buffer: 2 }).pipe(
            Stream.runForEach((result) => Effect.sync(() => results.push(result))),
            Effect.flip
          )
        )
        yield* door.untilArrived(1)
        yield* until(() => items.taken === 2)
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "drain" }))
        yield* door.open
        assert.instanceOf(yield* Fiber.join(collecting), ExecutorShutdownError)
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(results, ["task 1", "task 2"])
      })
    )

    it.effect("ends when the executor is interrupted", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const collecting = yield* begin(
          Executor.map(executor, counting(), (n) => Tasks.pass(door.address, `task ${n}`)).pipe(
            Stream.runDrain,
            Effect.flip
          )
        )
        yield* door.untilArrived(1)
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        assert.instanceOf(yield* Fiber.join(collecting), TaskCancelledError)
      })
    )

    it.effect("fails at once on an executor that was shut down", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        yield* Executor.shutdown(executor)
        const error = yield* Effect.flip(Stream.runDrain(Executor.map(executor, [1], Tasks.double)))
        assert.instanceOf(error, ExecutorShutdownError)
      })
    )

    it.effect(`waits for room on an executor with a capacity, also one with overflow "fail"`, () =>
      Effect.gen(function* () {
        for (const overflow of ["suspend", "fail"] as const) {
          const executor = yield* make({ maxWorkers: 1, capacity: 1, overflow })
          const items = Array.from({ length: 10 }, (_, index) => index)
          const results = yield* Stream.runCollect(Executor.map(executor, items, Tasks.double, { buffer: 8 }))
          assert.strictEqual(results.length, 10)
        }
      })
    )

    it.effect("leaves other tasks of the executor alone when it ends", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const other = yield* executor.submit(Tasks.pass(door.address, "other"))
        yield* door.untilArrived(1)
        yield* Executor.map(executor, counting(), Tasks.double).pipe(Stream.take(3), Stream.runDrain)
        assert.isFalse(Future.isDone(other))
        yield* door.open
        assert.strictEqual(yield* other, "other")
      })
    )

    it.effect("dies with InvalidOptionsError for bad options, a bad function, bad items and what is no executor", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const dies = (...args: ReadonlyArray<unknown>) =>
          defectOf(
            Stream.runDrain(Stream.suspend(() => Reflect.apply(Executor.map, undefined, args) as Stream.Stream<never>))
          )
        for (const [buffer, shown] of badCounts) {
          const defect = yield* dies(executor, [1], Tasks.double, { buffer })
          assertInvalid(defect, { option: "buffer", value: buffer, shown, allowed: "a whole number of at least 1" })
        }
        assertInvalid(yield* dies(executor, [1], Tasks.double, { timeout: 0 }), {
          option: "timeout",
          value: 0,
          shown: "0",
          allowed: "more than zero"
        })
        assertInvalid(yield* dies(executor, [1], 5), { option: "f", value: 5, shown: "5", allowed: "a function" })
        for (const [items, shown] of [
          [5, "5"],
          [null, "null"],
          [{}, "{}"]
        ] as const) {
          const allowed = "an Iterable or a Stream"
          assertInvalid(yield* dies(executor, items, Tasks.double), { option: "items", value: items, shown, allowed })
        }
        assertInvalid(yield* dies({}, [1], Tasks.double), {
          option: "executor",
          value: {},
          shown: "{}",
          allowed: "an executor"
        })
      })
    )

    it.effect("dies when the iterable throws", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const items = {
          [Symbol.iterator]: () => ({
            next: (): IteratorResult<number> => {
              throw new RangeError("out of items")
            }
          })
        }
        const exit = yield* Effect.exit(Stream.runDrain(Executor.map(executor, items, Tasks.double)))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      })
    )
  })
}
