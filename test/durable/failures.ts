import { assert, describe } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { AttemptsExhaustedError, Future } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { fork } from "node:child_process"
import * as path from "node:path"
import { until } from "../behaviour/until.ts"
import { begunIn, Far } from "./processes/tasks.ts"
import type { Database } from "./support/databases.ts"
import { machineTest } from "./support/machineTest.ts"

/** Failures of machines, programs and databases, and what becomes of the tasks. */
export const failures = (database: Database): void => {
  const { place, server } = database
  const test = machineTest(database, "2 seconds")

  const make = (name: string, options?: Partial<DurableExecutor.MakeOptions>) =>
    DurableExecutor.make({ name, pollInterval: "100 millis", ...options })

  describe("a machine", () => {
    test("that is killed has its tasks run by another one, and each is settled once", ({
      file,
      letGo,
      log,
      machine,
      name
    }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const first = yield* machine()
        const futures = yield* Effect.forEach(["a", "b", "c"], (each) =>
          durable.submit(Far.noteAndWait(log, each, file), { key: each })
        )
        yield* until(() => begunIn(log).length === 3)
        first.signal("SIGKILL")
        const second = yield* machine()
        yield* until(() => begunIn(log).length === 6)
        yield* letGo
        assert.deepStrictEqual(yield* Future.all(futures), [second.pid, second.pid, second.pid])
        const all = yield* DurableExecutor.list(durable)
        assert.deepStrictEqual(
          all.map(({ attempt, state }) => [attempt, state]),
          [
            [2, "succeeded"],
            [2, "succeeded"],
            [2, "succeeded"]
          ]
        )
      }))

    test("that is stopped for longer than its lease, and goes on, has its outcome refused", ({
      file,
      letGo,
      log,
      machine,
      name
    }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const first = yield* machine()
        const future = yield* durable.submit(Far.noteAndWait(log, "it", file), { key: "it" })
        yield* until(() => begunIn(log).length === 1)
        first.signal("SIGSTOP")
        const second = yield* machine()
        yield* until(() => begunIn(log).length === 2)
        first.signal("SIGCONT")
        yield* letGo
        assert.strictEqual(yield* future, second.pid)
        // The first machine's result comes later still, if it comes at all.
        yield* Effect.sleep("1 second")
        const again = yield* DurableExecutor.attach(durable, Far.noteAndWait, "it")
        assert.strictEqual(yield* again, second.pid)
        assert.strictEqual(begunIn(log).length, 2)
      }))

    test("that is told to end under load has nothing run twice", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const first = yield* machine()
        const names = Array.from({ length: 60 }, (_, n) => String(n))
        const futures = yield* Effect.forEach(names, (each) => durable.submit(Far.noteAndSleep(log, each, 50)))
        yield* until(() => begunIn(log).length > 10)
        first.signal("SIGTERM")
        yield* first.end
        assert.isBelow(begunIn(log).length, 60)
        yield* machine()
        yield* Future.all(futures)
        assert.deepStrictEqual(begunIn(log).toSorted(), names.toSorted())
      }))

    test("that is told to end gives back uncounted what does not end in drainTimeout", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const first = yield* machine({ drainTimeout: "100 millis" })
        yield* durable.submit(Far.noteAndSleep(log, "it", 600_000), { key: "it" })
        yield* until(() => begunIn(log).length === 1)
        first.signal("SIGTERM")
        yield* first.end
        const { attempt, state } = yield* DurableExecutor.inspect(durable, "it")
        assert.deepStrictEqual([attempt, state], [0, "pending"])
        yield* machine()
        yield* until(() => begunIn(log).length === 2)
      }))

    test("that computes for longer than its lease keeps its task, with threads as host", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const first = yield* machine({ host: "threads" })
        const future = yield* durable.submit(Far.noteAndSpin(log, "it", 4000))
        yield* until(() => begunIn(log).length === 1)
        yield* machine({ host: "threads" })
        assert.strictEqual(yield* future, first.pid)
        assert.deepStrictEqual(begunIn(log), ["it"])
      }))

    test("stops a task that spins, when somebody cancels it in another process", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* machine({ host: "threads", lease: "30 seconds" })
        const future = yield* durable.submit(Far.noteAndSpin(log, "it", 100_000), { key: "it" })
        yield* until(() => begunIn(log).length === 1)
        assert.isTrue(yield* Future.cancel(future))
        // Both threads must be free again for two tasks that keep them busy.
        const next = yield* Effect.forEach(["one", "other"], (each) => durable.submit(Far.noteAndSpin(log, each, 10)))
        yield* Future.all(next)
      }))

    test("whose clock is an hour ahead takes nothing that another one has", ({ file, letGo, log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const first = yield* machine()
        const future = yield* durable.submit(Far.noteAndWait(log, "it", file))
        const later = yield* durable.submit(Far.note(log, "later"), { delay: "30 minutes" })
        yield* until(() => begunIn(log).length === 1)
        yield* machine({ clockAhead: 3_600_000 })
        yield* Effect.sleep("2 seconds")
        yield* letGo
        assert.strictEqual(yield* future, first.pid)
        assert.deepStrictEqual(begunIn(log), ["it"])
        assert.isTrue(yield* Future.cancel(later))
      }))
  })

  describe("a task", () => {
    test("that takes down every machine fails with AttemptsExhaustedError, and keeps up no other", ({
      log,
      machine,
      name
    }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const poison = yield* durable.submit(Far.poison(log), { key: "poison" })
        const good = yield* Effect.forEach(["a", "b", "c", "d", "e"], (each) => durable.submit(Far.note(log, each)))
        // As a supervisor does.
        const supervisor = yield* Effect.forkChild(
          Effect.forever(Effect.scoped(Effect.flatMap(machine(), ({ end }) => end)))
        )
        const error = yield* Effect.flip(poison)
        if (!(error instanceof AttemptsExhaustedError)) return assert.fail(String(error))
        assert.deepInclude(error, { task: "poison", key: "poison", attempts: 3 })
        assert.include(error.message, "lease")
        yield* Future.all(good)
        yield* Fiber.interrupt(supervisor)
        assert.strictEqual(begunIn(log).filter((each) => each === "poison").length, 3)
      }))

    test("of high priority is the next, past a hundred that wait", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* machine({ concurrency: 1 })
        const names = Array.from({ length: 100 }, (_, n) => String(n))
        const futures = yield* Effect.forEach(names, (each) => durable.submit(Far.noteAndSleep(log, each, 50)))
        yield* until(() => begunIn(log).length > 2)
        const urgent = yield* durable.submit(Far.note(log, "urgent"), { priority: "high" })
        const before = begunIn(log).length
        yield* urgent
        // The one that ran when it came, and one that the machine took before it heard of it.
        assert.isAtMost(begunIn(log).indexOf("urgent"), before + 2)
        yield* Effect.forEach(futures, (each) => Future.cancel(each), { concurrency: "unbounded" })
      }))

    test("whose function only the new machine has is left to it by the old one", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const old = yield* machine({ isOld: true })
        const added = yield* durable.submit(Far.noteAndSleep(log, "added", 1))
        // Behind the other: it was looked at, and left.
        assert.strictEqual(yield* yield* durable.submit(Far.note(log, "kept")), old.pid)
        assert.deepStrictEqual(begunIn(log), ["kept"])
        const second = yield* machine()
        assert.strictEqual(yield* added, second.pid)
      }))

    test("whose transaction is rolled back never was", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* machine()
        const sql = yield* SqlClient
        const futures: Array<Future.Future<unknown, unknown>> = []
        const order = Effect.gen(function* () {
          futures.push(yield* durable.submit(Far.note(log, "rolled back")))
          return yield* Effect.fail("sold out")
        })
        yield* Effect.ignore(sql.withTransaction(order))
        yield* yield* durable.submit(Far.note(log, "later"))
        yield* until(() => futures.every(({ state }) => state === "cancelled"))
        assert.deepStrictEqual(begunIn(log), ["later"])
        assert.lengthOf(yield* DurableExecutor.list(durable), 1)
      }))

    test("that four programs submit at once with the same key is one task", ({ file, letGo, log, machine, name }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        yield* machine()
        const program = path.join(import.meta.dirname, "processes/clientProgram.ts")
        const start = Effect.callback<void>((resume) => {
          const client = fork(program, [place(), name, log, file], { execArgv: ["--conditions=effect-futures-source"] })
          client.once("message", () => client.once("exit", () => resume(Effect.void)))
        })
        const clients = yield* Effect.forkChild(
          Effect.all(
            Array.from({ length: 4 }, () => start),
            { concurrency: 4 }
          )
        )
        yield* until(() => begunIn(log).length > 0)
        yield* letGo
        yield* Fiber.join(clients)
        assert.deepStrictEqual(begunIn(log), ["it"])
        assert.lengthOf(yield* DurableExecutor.list(durable), 1)
      }))

    test("goes on when the program that has submitted it is killed, and another one has its result", ({
      file,
      letGo,
      log,
      machine,
      name
    }) =>
      Effect.gen(function* () {
        const durable = yield* make(name)
        const only = yield* machine()
        const program = path.join(import.meta.dirname, "processes/clientProgram.ts")
        const client = fork(program, [place(), name, log, file], { execArgv: ["--conditions=effect-futures-source"] })
        yield* Effect.callback<void>((resume) => void client.once("message", () => resume(Effect.void)))
        yield* until(() => begunIn(log).length === 1)
        client.kill("SIGKILL")
        const future = yield* DurableExecutor.attach(durable, Far.noteAndWait, "it")
        yield* letGo
        assert.strictEqual(yield* future, only.pid)
        assert.deepStrictEqual(begunIn(log), ["it"])
      }))
  })

  if (server === undefined) return
  describe("a database", () => {
    test("that goes down and comes back loses nothing, and nobody has to be started again", ({ log, machine, name }) =>
      Effect.gen(function* () {
        const postgres = server()
        const durable = yield* make(name)
        yield* machine()
        const names = Array.from({ length: 40 }, (_, n) => String(n))
        const futures = yield* Effect.forEach(names, (each) => durable.submit(Far.noteAndSleep(log, each, 50)))
        yield* until(() => begunIn(log).length > 5)
        yield* Effect.promise(() => postgres.stop("SIGQUIT"))
        const late = yield* Effect.forkChild(durable.submit(Far.note(log, "late")), { startImmediately: true })
        yield* Effect.sleep("2 seconds")
        yield* Effect.promise(() => postgres.start())
        yield* Future.all(futures)
        yield* yield* Fiber.join(late)
        const all = yield* DurableExecutor.list(durable)
        assert.deepStrictEqual([...new Set(all.map(({ state }) => state))], ["succeeded"])
        assert.strictEqual(all.length, 41)
        // Tasks that ran when the server went down may have run again.
        assert.isAtMost(begunIn(log).length, 41 + 8)
      }))

    test("that is away for longer than a lease takes no task from the machine that runs it", ({
      file,
      letGo,
      log,
      machine,
      name
    }) =>
      Effect.gen(function* () {
        const postgres = server()
        const durable = yield* make(name)
        yield* machine({ host: "threads" })
        yield* machine()
        const names = ["a", "b", "c", "d", "e", "f"]
        const futures = yield* Effect.forEach(names, (each) => durable.submit(Far.noteAndWait(log, each, file)))
        yield* until(() => begunIn(log).length === names.length)
        // Not SIGQUIT, at which Postgres may lose the claims: machines do not wait until those are on the disk.
        yield* Effect.promise(() => postgres.stop("SIGINT"))
        yield* Effect.sleep("3 seconds")
        yield* Effect.promise(() => postgres.start())
        // By then, each machine has looked for lost leases several times.
        yield* Effect.sleep("3 seconds")
        yield* letGo
        yield* Future.all(futures)
        assert.sameMembers([...begunIn(log)], names)
        const all = yield* DurableExecutor.list(durable)
        assert.deepStrictEqual([...new Set(all.map(({ attempt }) => attempt))], [1])
      }))

    test("that does not let its user make tables is a StorageError that says so", ({ name }) =>
      Effect.gen(function* () {
        const postgres = server()
        const url = postgres.database(`strict_${name.replaceAll("-", "_")}`)
        const owner = DurableExecutor.layerPostgres({ url })
        yield* Effect.provide(
          Effect.flatMap(SqlClient, (sql) => sql`CREATE ROLE guest LOGIN`),
          owner
        )
        const guest = DurableExecutor.layerPostgres({ url: url.replace("tests@", "guest@") })
        const error = yield* Effect.flip(Effect.provide(Effect.scoped(make(name)), guest))
        assert.strictEqual(error._tag, "StorageError")
        assert.include(error.message, "create its tables")
        // The owner creates the tables, and grants the right to use them: then the guest can work.
        yield* Effect.provide(Effect.scoped(make(name)), owner)
        const grant = (sql: SqlClient) =>
          Effect.andThen(
            sql`GRANT ALL ON ALL TABLES IN SCHEMA public TO guest`,
            sql`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO guest`
          )
        yield* Effect.provide(Effect.flatMap(SqlClient, grant), owner)
        const future = Effect.flatMap(make(name), (durable) => durable.submit(Far.note("none", "none"), { key: "it" }))
        assert.strictEqual((yield* Effect.provide(Effect.scoped(future), guest)).key, "it")
      }))
  })
}
