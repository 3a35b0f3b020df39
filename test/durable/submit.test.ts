import { assert, describe, it, vi } from "@effect/vitest"
import { Cause, Context, Effect, Exit, Fiber, Layer, Schedule, Scope } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import {
  AttemptsExhaustedError,
  FiberExecutor,
  Future,
  InvalidOptionsError,
  NoSuchTaskError,
  Task,
  TaskCancelledError,
  TaskEncodingError
} from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { localGate } from "../behaviour/Gate.ts"
import { defectOf } from "../support/defectOf.ts"
import { assertInvalid, inOwnScope } from "../behaviour/support.ts"
import { onDatabases } from "./support/databases.ts"
import { After, begun, Before, Jobs, Nameless } from "./support/tasks.ts"

vi.setConfig({ testTimeout: 60_000 })

let made = 0
const newName = () => `submit-${process.pid}-${++made}`

onDatabases(({ layer }) => {
  /** With a machine of so many places, that has the modules. */
  const machine = (name: string, options?: Partial<DurableExecutor.WorkerOptions>) =>
    Layer.build(
      DurableExecutor.worker({ name, modules: [Jobs, Before], pollInterval: "100 millis", ...options }).pipe(
        Layer.provide(FiberExecutor.layer({ maxWorkers: 4 }))
      )
    )

  const test = (title: string, body: (name: string) => Effect.Effect<void, unknown, Scope.Scope | SqlClient>): void =>
    it.live(title, () => Effect.scoped(Effect.suspend(() => body(newName()))).pipe(Effect.provide(layer())))

  describe("a future of what was rolled back", () => {
    test("cancels no other task when it is cancelled", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const sql = yield* SqlClient
        const futures: Array<Future.Future<unknown, unknown>> = []
        const order = Effect.gen(function* () {
          futures.push(yield* durable.submit(Jobs.add(1, 1)))
          return yield* Effect.fail("sold out")
        })
        yield* Effect.ignore(sql.withTransaction(order))
        const next = yield* durable.submit(Jobs.add(1, 2))
        yield* Effect.forEach(futures, (each) => Future.cancel(each))
        yield* machine(name)
        assert.strictEqual(yield* next, 3)
      }))
  })

  describe("a key", () => {
    test("makes two submissions one task", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name })
        const one = yield* durable.submit(Jobs.counted(name), { key: "one" })
        const other = yield* durable.submit(Jobs.counted(name), { key: "one" })
        assert.deepStrictEqual([one.key, other.key, yield* one, yield* other], ["one", "one", 1, 1])
        const later = yield* durable.submit(Jobs.counted(name), { key: "one" })
        assert.strictEqual(yield* later, 1)
        assert.strictEqual(begun(name), 1)
      }))

    test("makes ten clients' submissions at once one task", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const client = Effect.gen(function* () {
          const sql = Context.get(yield* Layer.build(layer()), SqlClient)
          const durable = yield* DurableExecutor.make({ name }).pipe(Effect.provideService(SqlClient, sql))
          return yield* durable.submit(Jobs.counted(name), { key: "one" })
        })
        const futures = yield* Effect.all(
          Array.from({ length: 10 }, () => client),
          { concurrency: 10 }
        )
        assert.deepStrictEqual(yield* Future.all(futures), new Array(10).fill(1))
        assert.strictEqual(begun(name), 1)
      }))

    test("is made up where none is given", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const one = yield* durable.submit(Jobs.add(1, 2))
        const other = yield* durable.submit(Jobs.add(1, 2))
        assert.isAbove(one.key.length, 10)
        assert.notStrictEqual(one.key, other.key)
      }))

    test("of another function's task is refused", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        yield* durable.submit(Jobs.add(1, 2), { key: "one" })
        const defect = yield* defectOf(durable.submit(Jobs.never(), { key: "one" }))
        assertInvalid(defect, { option: "key", value: "one", shown: '"one"', allowed: "jobs/add" })
      }))

    test("is taken for as long as retainFailed says where the task has failed", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name, retain: 1, retainFailed: "1 hour" })
        yield* Effect.flip(yield* durable.submit(Jobs.refuse(name), { key: "one" }))
        yield* Effect.sleep("20 millis")
        const { attempt, createdAt, expiresAt } = yield* DurableExecutor.inspect(durable, "one")
        const again = yield* durable.submit(Jobs.refuse("another"), { key: "one" })
        assert.deepInclude(yield* Effect.flip(again), { _tag: "Refused", reason: name })
        assert.strictEqual(attempt, 1)
        assert.isAtLeast(Number(expiresAt?.epochMilliseconds) - createdAt.epochMilliseconds, 3_600_000)
      }))

    test("is free again when it has been kept for as long as retain says", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name, retain: 1 })
        assert.strictEqual(yield* yield* durable.submit(Jobs.counted(name), { key: "one" }), 1)
        yield* Effect.sleep("20 millis")
        assert.strictEqual(yield* yield* durable.submit(Jobs.counted(name), { key: "one" }), 2)
      }))
  })

  describe("attach", () => {
    test("gives a future of what another executor has submitted, also when that is gone", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const submit = Effect.flatMap(DurableExecutor.make({ name }), (durable) =>
          durable.submit(Jobs.add(19, 23), { key: "sum" })
        )
        yield* Effect.scoped(submit)
        const durable = yield* DurableExecutor.make({ name })
        const future = yield* DurableExecutor.attach(durable, Jobs.add, "sum")
        assert.strictEqual(future.key, "sum")
        assert.strictEqual(yield* future, 42)
        assert.strictEqual(yield* yield* DurableExecutor.attach(durable, Jobs.add, "sum"), 42)
      }))

    test("fails with NoSuchTaskError for a key that nobody has, or another function", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const none = yield* Effect.flip(DurableExecutor.attach(durable, Jobs.add, "none"))
        assert.instanceOf(none, NoSuchTaskError)
        assert.include(none.message, '"none"')
        yield* durable.submit(Jobs.add(1, 2), { key: "sum" })
        const other = yield* Effect.flip(DurableExecutor.attach(durable, Jobs.never, "sum"))
        assert.deepInclude(other, { _tag: "NoSuchTaskError", task: "jobs/never", found: "jobs/add" })
      }))

    test("gives a future whose cancellation is the task's", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name })
        const door = yield* localGate
        const future = yield* durable.submit(Jobs.pass(door.address, name), { key: "it" })
        yield* door.untilArrived(1)
        const same = yield* DurableExecutor.attach(durable, Jobs.pass, "it")
        assert.isTrue(yield* Future.cancel(same))
        yield* Future.wait([future])
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual(door.waiting, 0)
      }))
  })

  describe("a transaction", () => {
    test("has the task, once it is committed", (name) =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name, pollInterval: "20 millis" })
        const future = yield* sql.withTransaction(
          Effect.gen(function* () {
            const future = yield* durable.submit(Jobs.counted(name))
            yield* Effect.sleep("100 millis")
            assert.strictEqual(begun(name), 0)
            assert.isFalse(Future.isDone(future))
            return future
          })
        )
        assert.strictEqual(yield* future, 1)
      }))

    test("that is rolled back has never had the task, and its future is cancelled", (name) =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name, pollInterval: "20 millis" })
        let future: Future.Future<number, unknown> | undefined
        const rolledBack = sql.withTransaction(
          Effect.gen(function* () {
            future = yield* durable.submit(Jobs.counted(name), { key: "it" })
            return yield* Effect.fail("no")
          })
        )
        assert.strictEqual(yield* Effect.flip(rolledBack), "no")
        assert.instanceOf(yield* Effect.flip(future!), TaskCancelledError)
        assert.strictEqual(begun(name), 0)
        assert.deepStrictEqual(yield* DurableExecutor.list(durable), [])
      }))
  })

  describe("a failure", () => {
    test("of the task's own settles it at once", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name })
        const future = yield* durable.submit(Jobs.flaky(name, 5))
        const error = yield* Effect.flip(future)
        assert.deepInclude(error, { _tag: "Refused", reason: name })
        assert.strictEqual(begun(name), 1)
      }))

    test("is tried again as retry says", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name })
        const future = yield* durable.submit(Jobs.flaky(name, 3), { retry: Schedule.spaced("10 millis") })
        assert.strictEqual(yield* future, 3)
      }))

    test("is the task's outcome when retry has no more in store", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name })
        const retry = Schedule.spaced("10 millis").pipe(Schedule.upTo({ times: 1 }))
        const future = yield* durable.submit(Jobs.flaky(name, 9), { retry, maxAttempts: 5 })
        assert.deepInclude(yield* Effect.flip(future), { _tag: "Refused" })
        assert.strictEqual(begun(name), 2)
      }))

    test("is the task's outcome when retry and maxAttempts end together", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name })
        const retry = Schedule.spaced("10 millis").pipe(Schedule.upTo({ times: 2 }))
        const future = yield* durable.submit(Jobs.flaky(name, 9), { retry, maxAttempts: 3 })
        assert.deepInclude(yield* Effect.flip(future), { _tag: "Refused" })
        assert.strictEqual(begun(name), 3)
      }))

    test("is AttemptsExhaustedError, with the last one, after maxAttempts", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name, maxAttempts: 2, retry: Schedule.spaced("10 millis") })
        const future = yield* durable.submit(Jobs.flaky(name, 9), { key: "it" })
        const error = yield* Effect.flip(future)
        if (!(error instanceof AttemptsExhaustedError)) return assert.fail(String(error))
        assert.deepInclude(error, { task: "flaky", key: "it", attempts: 2 })
        assert.deepInclude(Cause.squash(error.cause), { _tag: "Refused", reason: name })
        assert.strictEqual(begun(name), 2)
      }))

    test("that is a defect is one, and is not tried again", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name, retry: Schedule.spaced("10 millis") })
        const exit = yield* Future.await(yield* durable.submit(Jobs.throws("out of range"), { key: "it" }))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        assert.strictEqual((yield* DurableExecutor.inspect(durable, "it")).attempt, 1)
      }))
  })

  describe("what a database cannot keep as it is", () => {
    for (const odd of ["a\0b", "a\ud800b"]) {
      test(`does not keep a task from its end: the tag ${JSON.stringify(odd)}, of an error`, (name) =>
        Effect.gen(function* () {
          yield* machine(name)
          const durable = yield* DurableExecutor.make({ name })
          const futures = [yield* durable.submit(Jobs.failWith({ _tag: odd })), yield* durable.submit(Jobs.add(1, 2))]
          assert.deepStrictEqual(yield* Effect.flip(futures[0]!), { _tag: odd })
          assert.strictEqual(yield* futures[1]!, 3)
        }))

      test(`does not keep a task from its end: the name ${JSON.stringify(odd)}`, (name) =>
        Effect.gen(function* () {
          yield* machine(name)
          const durable = yield* DurableExecutor.make({ name })
          assert.strictEqual(yield* yield* durable.submit(Jobs.add(1, 2), { name: odd }), 3)
        }))
    }

    test("are durations of more than some thousand years: they mean as long as that", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name, retain: Number.MAX_VALUE })
        const late = yield* durable.submit(Jobs.add(1, 2), { key: "late", delay: Number.MAX_VALUE })
        const slow = yield* durable.submit(Jobs.refuse("no"), { key: "slow", retry: Schedule.spaced(Number.MAX_VALUE) })
        assert.strictEqual(yield* yield* durable.submit(Jobs.add(1, 2), { timeout: Number.MAX_VALUE }), 3)
        yield* Effect.repeat(DurableExecutor.inspect(durable, "slow"), {
          until: ({ attempt, state }) => attempt === 1 && state === "pending"
        })
        assert.lengthOf(yield* DurableExecutor.list(durable), 3)
        yield* Future.cancel(late)
        yield* Future.cancel(slow)
      }))

    test("are payloads of more than sixteen megabytes: they arrive if they are allowed", (name) =>
      Effect.gen(function* () {
        const maxPayloadBytes = 2 ** 25
        yield* machine(name, { maxPayloadBytes })
        const durable = yield* DurableExecutor.make({ name, maxPayloadBytes })
        const arrived = yield* yield* durable.submit(Jobs.echo("x".repeat(17_000_000)))
        assert.strictEqual(String(arrived).length, 17_000_000)
      }))
  })

  describe("bad input", () => {
    test("is a task without an id: refused at submit", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const defect = yield* defectOf(durable.submit(Nameless.run()))
        assert.instanceOf(defect, InvalidOptionsError)
        assert.include(String(defect), "id:")
      }))

    test("is a retry that is no Schedule: refused by make and submit", (name) =>
      Effect.gen(function* () {
        const retry = "10 seconds" as never
        assert.instanceOf(yield* defectOf(DurableExecutor.make({ name, retry })), InvalidOptionsError)
        const durable = yield* DurableExecutor.make({ name })
        assert.instanceOf(yield* defectOf(durable.submit(Jobs.zeros(1), { retry })), InvalidOptionsError)
        const none = null as never
        assert.instanceOf(yield* defectOf(durable.submit(Jobs.zeros(1), { maxAttempts: none })), InvalidOptionsError)
      }))

    test("is an argument, or a result, that is too large: TaskEncodingError", (name) =>
      Effect.gen(function* () {
        yield* machine(name, { maxPayloadBytes: 1000 })
        const durable = yield* DurableExecutor.make({ name, maxPayloadBytes: 1000 })
        const argument = yield* Effect.flip(yield* durable.submit(Jobs.echo("x".repeat(2000))))
        assert.instanceOf(argument, TaskEncodingError)
        assert.include(argument.message, "maxPayloadBytes is 1000")
        const result = yield* Effect.flip(yield* durable.submit(Jobs.zeros(2000)))
        assert.instanceOf(result, TaskEncodingError)
        assert.strictEqual((result as TaskEncodingError).what, "result")
      }))

    test("is a name that no database can keep", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const Odd = Task.module(import.meta.url, { "a\0b": () => 1 }, { id: "odd" })
        for (const odd of ["a\0b", "\ud800"]) {
          const refused = [
            durable.submit(Jobs.add(1, 2), { key: odd }),
            DurableExecutor.list(durable, { queue: odd }),
            DurableExecutor.make({ name: odd }),
            DurableExecutor.make({ name, queue: odd }),
            machine(name, { name: odd }),
            machine(name, { machine: odd }),
            machine(name, { queues: [odd] }),
            machine(name, { modules: [Odd] }),
            durable.submit(Odd["a\0b"]())
          ]
          for (const each of refused) {
            const defect = yield* defectOf(
              Effect.asVoid(each as Effect.Effect<unknown, never, Scope.Scope | SqlClient>)
            )
            assert.instanceOf(defect, InvalidOptionsError)
          }
        }
      }))

    test("is a Schema that fits no more: TaskEncodingError, and the task can be requeued", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const future = yield* durable.submit(Before.greet("you"), { key: "it" })
        const scope = yield* Scope.make()
        yield* machine(name, { modules: [After] }).pipe(Scope.provide(scope))
        assert.instanceOf(yield* Effect.flip(future), TaskEncodingError)
        yield* Scope.close(scope, Exit.void)
        yield* machine(name, { modules: [Before] })
        assert.strictEqual(yield* DurableExecutor.requeue(durable, "it"), 1)
        assert.strictEqual(yield* yield* DurableExecutor.attach(durable, Before.greet, "it"), "Hello, you")
      }))

    test("is an option that is not allowed", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const submit = (options: object) => defectOf(durable.submit(Jobs.add(1, 2), options))
        for (const [option, value, shown, allowed] of [
          ["key", "", '""', "non-empty"],
          ["key", 5, "5", "non-empty"],
          ["delay", -1, "-1", "zero or more"],
          ["delay", "1 parsec", '"1 parsec"', "zero or more"],
          ["priority", "urgent", '"urgent"', '"high"'],
          ["retry", 5, "5", "a Schedule"],
          ["maxAttempts", 0, "0", "at least 1"],
          ["maxAttempts", 1001, "1001", "from 1 to 1000"],
          ["retry", Schedule.spaced("1 second").pipe(Schedule.tap(() => Effect.sleep(1))), "[object", "AsyncFiberError"]
        ] as const) {
          assertInvalid(yield* submit({ [option]: value }), { option, value, shown, allowed })
        }
      }))
  })

  describe("the order", () => {
    test("is by priority, past a hundred that wait", (name) =>
      Effect.gen(function* () {
        const door = yield* localGate
        const durable = yield* DurableExecutor.make({ name })
        for (let n = 0; n < 100; n++) yield* durable.submit(Jobs.pass(door.address, "slow"), { priority: "low" })
        yield* machine(name, { concurrency: 2 })
        yield* door.untilArrived(2)
        yield* durable.submit(Jobs.pass(door.address, "urgent"), { priority: "high" })
        yield* durable.submit(Jobs.pass(door.address, "usual"))
        yield* door.admit(2)
        yield* door.untilArrived(4)
        assert.deepStrictEqual(door.arrivals, ["slow", "slow", "urgent", "usual"])
        yield* DurableExecutor.cancel(durable, { state: "pending" })
        yield* door.open
      }))

    test("of a task with a delay comes when that is over", (name) =>
      Effect.gen(function* () {
        yield* machine(name)
        const durable = yield* DurableExecutor.make({ name })
        const since = performance.now()
        const future = yield* durable.submit(Jobs.counted(name), { delay: "300 millis" })
        yield* yield* durable.submit(Jobs.add(1, 2))
        assert.strictEqual(begun(name), 0)
        yield* future
        assert.isAtLeast(performance.now() - since, 299)
      }))
  })

  describe("closing the scope", () => {
    test("leaves the tasks alone, and cancels their futures here", (name) =>
      Effect.gen(function* () {
        const { close, made: durable } = yield* inOwnScope(DurableExecutor.make({ name }))
        const future = yield* durable.submit(Jobs.counted(name), { key: "it" })
        const waiting = yield* Effect.forkChild(Effect.exit(future), { startImmediately: true })
        yield* close
        assert.isTrue(Exit.isFailure(yield* Fiber.join(waiting)))
        yield* machine(name)
        const again = yield* DurableExecutor.make({ name })
        assert.strictEqual(yield* yield* DurableExecutor.attach(again, Jobs.counted, "it"), 1)
      }))

    test('cancels them with onClose: "cancel"', (name) =>
      Effect.gen(function* () {
        const { close, made: durable } = yield* inOwnScope(DurableExecutor.make({ name, onClose: "cancel" }))
        yield* durable.submit(Jobs.counted(name), { key: "it" })
        yield* close
        const again = yield* DurableExecutor.make({ name })
        assert.strictEqual((yield* DurableExecutor.inspect(again, "it")).state, "cancelled")
      }))
  })
})
