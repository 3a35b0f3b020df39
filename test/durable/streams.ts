import { assert, describe } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Schedule, Stream } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { AttemptsExhaustedError, Executor, FiberExecutor, TaskTimeoutError, WorkerCrashedError } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { fork } from "node:child_process"
import * as path from "node:path"
import { inOwnScope, until } from "../behaviour/support.ts"
import { begunIn, Far } from "./processes/tasks.ts"
import type { Database } from "./support/databases.ts"
import { machineTest } from "./support/machineTest.ts"
import { Jobs, Points } from "./support/tasks.ts"

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

/** Reads in the background: what has come so far, and in the end how it ended. */
const reading = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.gen(function* () {
    const read: Array<A> = []
    const all = Stream.runForEach(stream, (element) => Effect.sync(() => read.push(element)))
    return { read, fiber: yield* Effect.forkScoped(Effect.exit(all), { startImmediately: true }) }
  })

/** The contents of the database for all its streams. */
const stored = Effect.flatMap(SqlClient, (sql) =>
  Effect.map(sql<{ readonly count: number }>`SELECT COUNT(*) AS count FROM effect_futures_elements`, ([row]) =>
    Number(row?.count)
  )
)

/** Streams of tasks that run on machines. */
export const streams = (database: Database): void => {
  const { place, server } = database
  const test = machineTest(database, "1 second")

  const make = (name: string, options?: Partial<DurableExecutor.MakeOptions>) =>
    DurableExecutor.make({ name, pollInterval: "100 millis", ...options })

  /** A machine in this process. */
  const here = (name: string, options?: Partial<DurableExecutor.WorkerOptions>) =>
    Layer.build(
      DurableExecutor.worker({ name, modules: [Jobs, Points], pollInterval: "100 millis", ...options }).pipe(
        Layer.provide(FiberExecutor.layer({ maxWorkers: 4 }))
      )
    )

  describe("a stream", () => {
    test("comes from another process, from its threads too", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* machine({ host: "threads" })
        const stream = Executor.stream(durable, Far.count(log, 300, 0), { buffer: 50 })
        assert.deepStrictEqual(yield* Stream.runCollect(stream), upTo(300))
        assert.deepStrictEqual(begunIn(log), ["stream"])
      }))

    test("leaves nothing in the database, and no more in the meantime than its reader has room for", ({ name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* here(name)
        let most = 0
        const look = Effect.map(stored, (count) => void (most = Math.max(most, count)))
        const before = yield* stored
        const numbers = Executor.stream(durable, Jobs.endless(), { buffer: 4 }).pipe(Stream.tap(() => look))
        assert.deepStrictEqual(yield* numbers.pipe(Stream.take(50), Stream.runCollect), upTo(50))
        // Stored elements: those ahead of the reader, and the last ones that it has read.
        assert.isAtMost(most - before, 5)
        while ((yield* stored) > before) yield* Effect.sleep("20 millis")
      }))

    test("is cancelled when its reader has enough", ({ name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* here(name)
        yield* Executor.stream(durable, Jobs.endless()).pipe(Stream.take(3), Stream.runDrain)
        const [task] = yield* DurableExecutor.list(durable)
        assert.deepInclude(task, { task: "jobs/endless", state: "cancelled" })
      }))

    test("is cancelled when its executor closes, although that leaves other tasks to the machines", ({ name }) =>
      Effect.gen(function* () {
        const operator = yield* make(name)
        yield* here(name)
        const { close, made: durable } = yield* inOwnScope(make(name))
        const { fiber, read } = yield* reading(Executor.stream(durable, Jobs.endless()))
        yield* until(() => read.length > 0)
        yield* close
        assert.isTrue(Exit.isFailure(yield* Fiber.join(fiber)))
        const states = Effect.map(DurableExecutor.list(operator), (tasks) => tasks.map(({ state }) => state))
        while ((yield* states)[0] !== "cancelled") yield* Effect.sleep("20 millis")
      }))

    test("is cancelled when the program that reads it was killed", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const operator = yield* make(name)
        yield* machine()
        const program = path.join(import.meta.dirname, "processes/readerProgram.ts")
        const reader = fork(program, [place(), name, log], { execArgv: ["--conditions=effect-futures-source"] })
        yield* Effect.callback<void>((resume) => void reader.once("message", () => resume(Effect.void)))
        reader.kill("SIGKILL")
        // As if half a minute had passed.
        const sql = yield* SqlClient
        yield* sql`UPDATE effect_futures_tasks SET reader_until = 0 WHERE executor = ${name}`
        const states = Effect.map(DurableExecutor.list(operator), (tasks) => tasks.map(({ state }) => state))
        while ((yield* states)[0] !== "cancelled") yield* Effect.sleep("50 millis")
      }))

    test("is not requeued, as it has no reader any more", ({ name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* here(name)
        yield* Executor.stream(durable, Jobs.endless()).pipe(Stream.take(3), Stream.runDrain)
        assert.strictEqual(yield* DurableExecutor.requeue(durable, { state: "cancelled" }), 0)
      }))

    test("fails with TaskEncodingError for an element that is too large, after those before it", ({ name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* here(name, { maxPayloadBytes: 1000 })
        const { fiber, read } = yield* reading(Executor.stream(durable, Jobs.zerosThenMore(2000)))
        const error = yield* Effect.flip(yield* Fiber.join(fiber))
        assert.strictEqual(error._tag, "TaskEncodingError")
        assert.include(String(error), "element 2")
        assert.include(String(error), "maxPayloadBytes is 1000")
        assert.deepStrictEqual(read, ["first"])
      }))

    test("has elements and errors that are what their Schemas say", ({ name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* here(name)
        const { fiber, read } = yield* reading(Executor.stream(durable, Points.line(40)))
        const error = yield* Effect.flip(yield* Fiber.join(fiber))
        assert.deepStrictEqual(
          read.map(({ x }) => x),
          upTo(40)
        )
        assert.deepInclude(error, { _tag: "NoPoint", at: 41 })
      }))

    test("that fails and is tried again gives no element twice", ({ name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name, { retry: Schedule.recurs(5) })
        yield* here(name)
        const stream = Executor.stream(durable, Jobs.flakyNumbers(name, 50), { buffer: 7 })
        assert.deepStrictEqual(yield* Stream.runCollect(stream), upTo(50))
        const [task] = yield* DurableExecutor.list(durable)
        assert.strictEqual(task?.attempt, 3)
      }))
  })

  describe("a machine", () => {
    test("that is killed has its stream gone on with by another one, and no element comes twice", ({
      log,
      machine,
      name
    }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const first = yield* machine()
        const { fiber, read } = yield* reading(Executor.stream(durable, Far.count(log, 100, 5)))
        yield* until(() => read.length > 20)
        first.signal("SIGKILL")
        yield* machine()
        yield* yield* Fiber.join(fiber)
        assert.deepStrictEqual(read, upTo(100))
        assert.deepStrictEqual(begunIn(log), ["stream", "stream"])
      }))

    test("that is killed, and its stream gives others elsewhere, is WorkerCrashedError after what came before", ({
      log,
      machine,
      name
    }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const first = yield* machine()
        const { fiber, read } = yield* reading(Executor.stream(durable, Far.countByProcess(log, 100, 5)))
        yield* until(() => read.length > 20)
        first.signal("SIGKILL")
        yield* machine()
        const error = yield* Effect.flip(yield* Fiber.join(fiber))
        if (!(error instanceof WorkerCrashedError)) return assert.fail(String(error))
        assert.include(error.message, "made different ones")
        assert.isTrue(read.every(({ pid }) => pid === first.pid))
        assert.deepStrictEqual(
          read.map(({ each }) => each),
          upTo(read.length)
        )
      }))

    test("that is killed at the last attempt is AttemptsExhaustedError after what came before", ({
      log,
      machine,
      name
    }) =>
      Effect.gen(function* () {
        const durable = yield* make(name, { maxAttempts: 1 })
        const first = yield* machine()
        const { fiber, read } = yield* reading(Executor.stream(durable, Far.count(log, 10_000, 5)))
        yield* until(() => read.length > 20)
        first.signal("SIGKILL")
        yield* machine()
        assert.instanceOf(yield* Effect.flip(yield* Fiber.join(fiber)), AttemptsExhaustedError)
        assert.deepStrictEqual(read, upTo(read.length))
      }))

    test("that is stopped for longer than its lease, and goes on, adds nothing to the stream", ({
      log,
      machine,
      name
    }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const first = yield* machine()
        const { fiber, read } = yield* reading(Executor.stream(durable, Far.count(log, 400, 10)))
        yield* until(() => read.length > 20)
        first.signal("SIGSTOP")
        yield* machine()
        yield* until(() => begunIn(log).length === 2)
        first.signal("SIGCONT")
        yield* yield* Fiber.join(fiber)
        assert.deepStrictEqual(read, upTo(400))
      }))

    test("that is told to end gives its stream to another one, uncounted", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name, { maxAttempts: 1 })
        const first = yield* machine({ drainTimeout: "50 millis" })
        const { fiber, read } = yield* reading(Executor.stream(durable, Far.count(log, 100, 10)))
        yield* until(() => read.length > 20)
        first.signal("SIGTERM")
        yield* first.end
        yield* machine()
        yield* yield* Fiber.join(fiber)
        assert.deepStrictEqual(read, upTo(100))
      }))
  })

  describe("a task with Schemas", () => {
    test("that takes too long fails with TaskTimeoutError, and not for its Schema", ({ name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* here(name)
        const future = yield* durable.submit(Points.never(), { timeout: "50 millis" })
        assert.instanceOf(yield* Effect.flip(future), TaskTimeoutError)
      }))
  })

  if (server === undefined) return
  describe("a database", () => {
    test("that goes down and comes back loses no element, and gives none twice", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const postgres = server()
        const durable = yield* make(name)
        yield* machine()
        const { fiber, read } = yield* reading(Executor.stream(durable, Far.count(log, 200, 5)))
        yield* until(() => read.length > 20)
        yield* Effect.promise(() => postgres.stop("SIGQUIT"))
        yield* Effect.sleep("500 millis")
        yield* Effect.promise(() => postgres.start())
        yield* yield* Fiber.join(fiber)
        assert.deepStrictEqual(read, upTo(200))
      }))
  })
}
