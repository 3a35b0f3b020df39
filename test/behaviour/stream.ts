import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, Stream } from "effect"
import { Executor } from "effect-futures"
import { makeCleaning } from "./cleaning.ts"
import type { Gate } from "./Gate.ts"
import type { Kind } from "./Kind.ts"
import { assertInvalid, assertTag, assertTimeout, badCounts, begin, eventually, letOthersRun } from "./support.ts"
import { defectOf } from "../support/defectOf.ts"
import { StreamTasks } from "./streamTasks.ts"
import { Tasks } from "./tasks.ts"

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

/** Reads to the end: the elements, and what ended them. */
const readAll = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.gen(function* () {
    const read: Array<A> = []
    const exit = yield* Effect.exit(Stream.runForEach(stream, (element) => Effect.sync(() => read.push(element))))
    return { read, exit }
  })

/** Reads until `more` is done, and then all that comes: with the elements so far. */
const holding = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.gen(function* () {
    const read: Array<A> = []
    const more = yield* Deferred.make<void>()
    const each = (element: A) =>
      Effect.andThen(
        Effect.sync(() => read.push(element)),
        Deferred.await(more)
      )
    const fiber = yield* begin(Effect.exit(Stream.runForEach(stream, each)))
    return { read, fiber, goOn: Deferred.succeed(more, undefined) }
  })

/** Waits until as many elements have left their task as the reader has room for: it waits for its reader then. */
const untilFull = <X extends Executor.Failure>(executor: Executor.Executor<X>, door: Gate, buffer: number) =>
  Effect.andThen(
    door.untilArrived(buffer),
    // As long as it takes for a task to go there and come back.
    Executor.run(executor, Tasks.add(1, 1))
  )

/** `stream`, for executors of any kind. */
export const streamBehaviour = <X extends Executor.Failure>(kind: Kind<X>): void => {
  const { elapse, gate, make } = kind
  describe("stream", () => {
    for (const buffer of [1, 2, 7, 16, 5000]) {
      it.effect(`gives each element once, in order, with a buffer of ${buffer}`, () =>
        Effect.gen(function* () {
          const executor = yield* make()
          // With little room each of them goes alone, which takes a database its time.
          const count = buffer < 7 ? 250 : 1000
          const elements = yield* Stream.runCollect(Executor.stream(executor, StreamTasks.countTo(count), { buffer }))
          assert.deepStrictEqual(elements, upTo(count))
        })
      )
    }

    it.effect("takes its stream from a pipe", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const counted = StreamTasks.countTo(3).pipe(Executor.stream(executor, { buffer: 2, name: "counted" }))
        assert.deepStrictEqual(yield* Stream.runCollect(counted), [1, 2, 3])
        assert.deepStrictEqual(yield* StreamTasks.countTo(0).pipe(Executor.stream(executor), Stream.runCollect), [])
      })
    )

    it.effect("makes a call for each reader", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const stream = Executor.stream(executor, StreamTasks.countTo(50), { buffer: 3 })
        const both = yield* Effect.all([Stream.runCollect(stream), Stream.runCollect(stream)], { concurrency: 2 })
        assert.deepStrictEqual(both, [upTo(50), upTo(50)])
        yield* eventually(
          Effect.map(Executor.stats(executor), (stats) => stats.succeeded),
          2
        )
      })
    )

    it.effect("has no more elements made than there is room for", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        yield* door.open
        const { fiber, read } = yield* holding(
          Executor.stream(executor, StreamTasks.countAt(door.address), { buffer: 4 })
        )
        yield* untilFull(executor, door, 4)
        yield* letOthersRun
        yield* Executor.run(executor, Tasks.add(1, 1))
        assert.strictEqual(door.arrivals.length, 4)
        assert.deepStrictEqual(read, [1])
        yield* Fiber.interrupt(fiber)
      })
    )

    it.effect("goes on when its reader does", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        yield* door.open
        const stream = Executor.stream(executor, StreamTasks.countAt(door.address), { buffer: 4 }).pipe(Stream.take(20))
        const { fiber, goOn, read } = yield* holding(stream)
        yield* door.untilArrived(4)
        yield* goOn
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(read, upTo(20))
      })
    )

    it.effect("stops the task when its reader has enough, and waits for its finalizers", () =>
      Effect.gen(function* () {
        const { cleaning, door, executor } = yield* makeCleaning(kind)
        yield* door.open
        const stream = Executor.stream(executor, StreamTasks.countAtThenClean(door.address, cleaning.address))
        assert.deepStrictEqual(yield* stream.pipe(Stream.take(3), Stream.runCollect), [1, 2, 3])
        assert.deepStrictEqual(cleaning.arrivals, ["cleans up"])
        yield* Executor.awaitIdle(executor)
      })
    )

    it.effect("stops the task when its reader is interrupted, and waits for its finalizers", () =>
      Effect.gen(function* () {
        const { cleaning, door, executor } = yield* makeCleaning(kind)
        const stream = Executor.stream(executor, StreamTasks.countAtThenClean(door.address, cleaning.address))
        const reader = yield* begin(Stream.runDrain(stream))
        yield* door.untilArrived(1)
        yield* Fiber.interrupt(reader)
        assert.deepStrictEqual(cleaning.arrivals, ["cleans up"])
      })
    )

    it.effect("stops the task when its reader fails", () =>
      Effect.gen(function* () {
        const { cleaning, door, executor } = yield* makeCleaning(kind)
        yield* door.open
        const stream = Executor.stream(executor, StreamTasks.countAtThenClean(door.address, cleaning.address))
        const failure = yield* Effect.flip(
          Stream.runForEach(stream, (n) => (n < 3 ? Effect.void : Effect.fail("full")))
        )
        assert.strictEqual(failure, "full")
        assert.deepStrictEqual(cleaning.arrivals, ["cleans up"])
      })
    )

    it.effect("fails with a typed error after the elements before it", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const stream = Executor.stream(executor, StreamTasks.countThenRefuse(30, "no more"), { buffer: 4 })
        const { exit, read } = yield* readAll(stream)
        assert.deepStrictEqual(read, upTo(30))
        assertTag(yield* Effect.flip(exit), "Refused")
      })
    )

    it.effect("dies of a defect after the elements before it", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const { exit, read } = yield* readAll(Executor.stream(executor, StreamTasks.countThenThrow(30, "broken")))
        assert.deepStrictEqual(read, upTo(30))
        assert.include(String(yield* defectOf(exit)), "broken")
      })
    )

    it.effect("counts no time for the task in which it waits for its reader", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        yield* door.open
        const stream = Executor.stream(executor, StreamTasks.countAt(door.address), { buffer: 4, timeout: "1 second" })
        const { fiber, goOn, read } = yield* holding(Stream.take(stream, 40))
        yield* untilFull(executor, door, 4)
        yield* elapse("10 seconds")
        yield* goOn
        yield* Fiber.join(fiber).pipe(Effect.flatten)
        assert.deepStrictEqual(read, upTo(40))
      })
    )

    it.effect("is stopped when the time is over in which it does not wait for its reader", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const stream = Executor.stream(executor, StreamTasks.countThenHang(3), { timeout: "1 second", name: "hangs" })
        const read: Array<number> = []
        const reader = yield* begin(
          Effect.flip(Stream.runForEach(stream, (element) => Effect.sync(() => read.push(element))))
        )
        yield* eventually(
          Effect.sync(() => read.length),
          3
        )
        yield* elapse("1 second")
        assertTimeout(yield* Fiber.join(reader), { task: "hangs", millis: 1000, phase: "running" })
        assert.deepStrictEqual(read, [1, 2, 3])
      })
    )

    it.effect("names the whole timeout when it is stopped after it has waited for its reader", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        yield* door.open
        const stream = Executor.stream(executor, StreamTasks.countAtThenHang(door.address, 20), {
          buffer: 4,
          timeout: "1 second",
          name: "hangs"
        })
        const { fiber, goOn, read } = yield* holding(stream)
        yield* untilFull(executor, door, 4)
        yield* elapse("10 seconds")
        yield* goOn
        yield* eventually(
          Effect.sync(() => read.length),
          20
        )
        // A machine that hears late that its reader goes on has waited for longer.
        const elapsed = Effect.andThen(
          elapse("20 seconds"),
          Effect.sync(() => fiber.pollUnsafe() !== undefined)
        )
        yield* eventually(elapsed, true)
        const exit = yield* Fiber.join(fiber)
        assertTimeout(yield* Effect.flip(exit), { task: "hangs", millis: 1000, phase: "running" })
      })
    )

    it.effect("ends with ExecutorShutdownError when its executor is interrupted, after what came before", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const read: Array<number> = []
        const stream = Executor.stream(executor, StreamTasks.countThenHang(3))
        const reader = yield* begin(
          Effect.flip(Stream.runForEach(stream, (element) => Effect.sync(() => read.push(element))))
        )
        yield* eventually(
          Effect.sync(() => read.length),
          3
        )
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        assertTag(yield* Fiber.join(reader), "ExecutorShutdownError")
        assert.deepStrictEqual(read, [1, 2, 3])
        assertTag(yield* Effect.flip(Stream.runDrain(stream)), "ExecutorShutdownError")
      })
    )

    it.effect("without an end ends with a shutdown that drains for so long", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        yield* door.open
        const { fiber } = yield* holding(Executor.stream(executor, StreamTasks.countAt(door.address)))
        yield* door.untilArrived(1)
        const shutdown = yield* begin(Executor.shutdown(executor, { timeout: "1 second" }))
        yield* elapse("1 second")
        yield* Fiber.join(shutdown)
        yield* Fiber.interrupt(fiber)
        assert.strictEqual((yield* Executor.stats(executor)).running, 0)
      })
    )

    it.effect("waits for its turn, and fails if that is taken from it", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const first = yield* executor.submit(Tasks.pass(door.address, "first"))
        yield* door.untilArrived(1)
        const reader = yield* begin(Effect.flip(Stream.runDrain(Executor.stream(executor, StreamTasks.countTo(3)))))
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "cancelPending" }))
        assertTag(yield* Fiber.join(reader), "ExecutorShutdownError")
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.strictEqual(yield* first, "first")
      })
    )

    it.effect("runs in a group, and ends with it", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const failure = yield* Effect.scoped(
          Effect.gen(function* () {
            const group = yield* Executor.group(executor, { maxWorkers: 1 })
            assert.deepStrictEqual(yield* Stream.runCollect(Executor.stream(group, StreamTasks.countTo(20))), upTo(20))
            const read: Array<number> = []
            const reader = yield* Effect.forkDetach(
              Effect.flip(
                Stream.runForEach(Executor.stream(group, StreamTasks.countThenHang(3)), (n) =>
                  Effect.sync(() => read.push(n))
                )
              )
            )
            yield* eventually(
              Effect.sync(() => read.length),
              3
            )
            return reader
          })
        )
        assertTag(yield* Fiber.join(failure), "ExecutorShutdownError")
      })
    )

    it.effect("gives elements that are what they were", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const options = yield* Stream.runCollect(Executor.stream(executor, StreamTasks.options(100)))
        assert.strictEqual(options.filter(Option.isSome).length, 50)
        assert.deepStrictEqual(Option.getOrThrow(options[99]!), 100)
      })
    )

    it.effect("may report", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        // Of the task of a stream nobody has the future.
        assert.deepStrictEqual(
          yield* Stream.runCollect(Executor.stream(executor, StreamTasks.reportInStream(50))),
          upTo(50)
        )
      })
    )

    it.effect("feeds a map", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const doubled = Executor.stream(executor, StreamTasks.countTo(50), { buffer: 3 }).pipe(
          Executor.map(executor, (n) => Tasks.double(n))
        )
        assert.deepStrictEqual(
          yield* Stream.runCollect(doubled),
          upTo(50).map((n) => n * 2)
        )
      })
    )

    for (const [value, shown] of badCounts) {
      it.effect(`refuses a buffer of ${shown}`, () =>
        Effect.gen(function* () {
          const executor = yield* make()
          const stream = Executor.stream(executor, StreamTasks.countTo(3), { buffer: value as number })
          const error = yield* defectOf(Stream.runDrain(stream))
          assertInvalid(error, { option: "buffer", value, shown, allowed: "a whole number of at least 1" })
        })
      )
    }

    it.effect("refuses what is no stream", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const error = yield* defectOf(Stream.runDrain(Executor.stream(executor, 3 as never, {})))
        assertInvalid(error, { option: "stream", value: 3, shown: "3", allowed: "tream" })
      })
    )

    it.effect("says so where the function returned none", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const defect = yield* defectOf(Stream.runDrain(Executor.stream(executor, Tasks.add(1, 2) as never)))
        assert.include(String(defect), "add")
        assert.include(String(defect), "stream")
      })
    )
  })
}
