import { assert, describe, it, vi } from "@effect/vitest"
import { Deferred, Effect, type Exit, Fiber, Stream } from "effect"
import { Executor, Future, TaskEncodingError, TaskTimeoutError, WorkerCrashedError } from "effect-futures"
import { threadId } from "node:worker_threads"
import { socketGate } from "../behaviour/Gate.ts"
import { Tasks } from "../behaviour/tasks.ts"
import { eventually, until } from "../behaviour/support.ts"
import { giveUp, kinds } from "./remoteExecutors/support.ts"
import { Layered, Point, Streams } from "./streams/tasks.ts"

// Against hanging only: starting workers takes as long as it takes.
vi.setConfig({ testTimeout: 180_000 })

/** Reads to the end: the elements, and what ended them. */
const readAll = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.gen(function* () {
    const read: Array<A> = []
    const exit = yield* Effect.exit(Stream.runForEach(stream, (element) => Effect.sync(() => read.push(element))))
    return { read, exit }
  })

const errorOf = <E>(exit: Exit.Exit<unknown, E>) => Effect.flip(exit)

// With a slow reader, for long: `test/soak/streams.test.ts`.
describe.each(kinds)("A stream from a %s", (kind, make) => {
  it.live("is made there", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const [where] = yield* Stream.runCollect(Executor.stream(executor, Streams.where()))
      assert.notDeepEqual([where!.pid, where!.threadId], [process.pid, threadId])
      assert.strictEqual(where!.isMainThread, kind === "ProcessExecutor")
    })
  )

  it.live("ends with WorkerCrashedError after all that came before the crash", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      for (const count of [1, 5, 100]) {
        const { exit, read } = yield* readAll(Executor.stream(executor, Streams.crash(count)))
        assert.lengthOf(read, count)
        const error = yield* errorOf(exit)
        assert.instanceOf(error, WorkerCrashedError)
        assert.strictEqual(error.task, "crash")
      }
      assert.lengthOf(yield* Stream.runCollect(Executor.stream(executor, Streams.countTo(10))), 10)
    })
  )

  it.live("fails at an element that cannot cross, after those before it, and says which", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const { exit, read } = yield* readAll(Executor.stream(executor, Streams.odd()))
      assert.deepStrictEqual(read, [{ a: 1 }, { a: 2 }])
      const error = yield* errorOf(exit)
      assert.instanceOf(error, TaskEncodingError)
      assert.strictEqual(error.path, "element 3.a")
      assert.include(error.message, 'element 3.a of task "odd"')
    })
  )

  it.live("fails at an element that structured clone refuses", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const { exit, read } = yield* readAll(Executor.stream(executor, Streams.unclonable()))
      if (kind === "ProcessExecutor") return assert.deepStrictEqual(read, [1, { a: 1 }])
      assert.deepStrictEqual(read, [1])
      const error = yield* errorOf(exit)
      assert.instanceOf(error, TaskEncodingError)
      assert.strictEqual(error.what, "element 2")
    })
  )

  it.live("is cut off when it spins, after all that came before, and its worker goes on", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const stream = Executor.stream(executor, Streams.spin(10), { timeout: "1 second" })
      const { exit, read } = yield* readAll(stream)
      assert.lengthOf(read, 10)
      assert.instanceOf(yield* errorOf(exit), TaskTimeoutError)
      assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
    })
  )

  it.live("has its elements decoded by their Schema", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const points = yield* Stream.runCollect(
        Executor.stream(executor, Streams.points(new Point({ x: 5 })), { buffer: 3 })
      )
      assert.deepStrictEqual(
        points.map((point) => point.double),
        Array.from({ length: 10 }, (_, i) => (5 + i) * 2)
      )
      const { exit, read } = yield* readAll(Executor.stream(executor, Streams.badPoint()))
      assert.deepStrictEqual(read, [new Point({ x: 1 })])
      const error = yield* errorOf(exit)
      assert.instanceOf(error, TaskEncodingError)
      assert.strictEqual(error.what, "element 2")
    })
  )

  it.live("has the services of its module's layer", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      for (let i = 0; i < 2; i++) {
        assert.deepStrictEqual(yield* Stream.runCollect(Executor.stream(executor, Layered.names())), [
          "opened",
          "opened"
        ])
      }
    })
  )

  it.live("moves large chunks, and has no more of them in memory than there is room for", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      let sum = 0
      let most = 0
      // Not what a thread takes, with all that it loads.
      yield* Stream.runDrain(Executor.stream(executor, Streams.chunks(1, 10)))
      const before = process.memoryUsage().rss
      const each = (bytes: Uint8Array) =>
        Effect.sync(() => {
          sum += bytes[0]! + bytes.length
          most = Math.max(most, process.memoryUsage().rss - before)
        })
      // More in all than it may take at any time: 200 MB.
      const chunks = Executor.stream(executor, Streams.chunks(100, 2_000_000), { buffer: 4 })
      yield* Stream.runForEach(chunks, each)
      assert.strictEqual(sum, 100 * 2_000_000 + (100 * 101) / 2)
      assert.isBelow(most, 150_000_000)
    })
  )

  it.live("is none of a worker that died before it began: it begins in another one", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const door = yield* socketGate
      const first = yield* executor.submit(Tasks.pass(door.address, "first"))
      yield* door.untilArrived(1)
      const reader = yield* Effect.forkChild(
        Stream.runCollect(Executor.stream(executor, Streams.countTo(100), { buffer: 3 })),
        { startImmediately: true }
      )
      yield* eventually(
        Effect.map(Executor.stats(executor), (stats) => stats.pending),
        1
      )
      giveUp(executor)
      yield* Future.await(first)
      assert.lengthOf(yield* Fiber.join(reader), 100)
    })
  )

  it.live("goes on while its worker does other tasks", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1, concurrency: 2 } as never)
      const more = yield* Deferred.make<void>()
      const read: Array<number> = []
      const reader = yield* Effect.forkChild(
        Stream.runForEach(Executor.stream(executor, Streams.countTo(50), { buffer: 4 }), (n) =>
          Effect.andThen(
            Effect.sync(() => read.push(n)),
            Deferred.await(more)
          )
        ),
        { startImmediately: true }
      )
      yield* until(() => read.length > 0)
      for (let i = 0; i < 20; i++) assert.strictEqual(yield* Executor.run(executor, Tasks.add(i, 1)), i + 1)
      yield* Deferred.succeed(more, undefined)
      yield* Fiber.join(reader)
      assert.lengthOf(read, 50)
    })
  )
})

describe.each(kinds)("A report from a %s", (_, make) => {
  it.live("is heard from a function that never gives anything else a turn", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const future = yield* executor.submit(Streams.reportThenSpin(3))
      assert.deepStrictEqual(yield* Future.reports(future).pipe(Stream.take(3), Stream.runCollect), [1, 2, 3])
      yield* Future.cancel(future)
    })
  )

  it.live("is heard before the crash of its task", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const future = yield* executor.submit(Streams.reportThenExit(50))
      assert.instanceOf(yield* Effect.flip(future), WorkerCrashedError)
      assert.lengthOf(yield* Stream.runCollect(Future.reports(future)), 50)
    })
  )

  it.live("that cannot cross is what its task dies of", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      for (const [task, path] of [
        [Streams.reportOddly(), "report"],
        [Streams.reportOddlyInEffect(), "report.at.f"]
      ] as const) {
        const defect = yield* Executor.run(executor, task).pipe(
          Effect.as("it succeeded"),
          Effect.catchDefect((defect) => Effect.succeed(defect))
        )
        assert.strictEqual((defect as TaskEncodingError)._tag, "TaskEncodingError")
        assert.strictEqual((defect as TaskEncodingError).path, path)
      }
    })
  )

  it.live("of an async function that was stopped is nobody's", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const door = yield* socketGate
      const stopped = yield* executor.submit(Streams.reportAfter(door.address))
      yield* door.untilArrived(1)
      yield* Future.cancel(stopped)
      const other = yield* executor.submit(Streams.reportAfter(door.address))
      yield* door.untilArrived(2)
      yield* door.open
      yield* other
      assert.deepStrictEqual(yield* Stream.runCollect(Future.reports(stopped)), ["before"])
      assert.deepStrictEqual(yield* Stream.runCollect(Future.reports(other)), ["before", "after"])
    })
  )

  it.live("comes before the result, and the last is never dropped, however many there are", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const future = yield* executor.submit(Streams.reportMuch(50_000))
      yield* future
      const heard = yield* Stream.runCollect(Future.reports(future))
      assert.strictEqual(heard.at(-1), "last")
      assert.strictEqual(heard.at(-2), 50_000)
    })
  )
})
