import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Logger, Metric, type Scope, Stream, Tracer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import {
  Executor,
  FiberExecutor,
  Future,
  InvalidOptionsError,
  Task,
  TaskEncodingError,
  UnknownTaskError
} from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { localGate } from "../behaviour/Gate.ts"
import { inOwnScope, until } from "../behaviour/support.ts"
import { onDatabases } from "./support/databases.ts"
import { begun, Jobs, Nameless, Unknown } from "./support/tasks.ts"
import { defectOf } from "../support/defectOf.ts"

vi.setConfig({ testTimeout: 60_000 })

let made = 0

onDatabases(({ layer }) => {
  const machine = (name: string, options?: Partial<DurableExecutor.WorkerOptions>) =>
    Layer.build(
      DurableExecutor.worker({ name, modules: [Jobs], pollInterval: "50 millis", ...options }).pipe(
        Layer.provide(FiberExecutor.layer({ maxWorkers: 4 }))
      )
    )

  const test = (title: string, body: (name: string) => Effect.Effect<void, unknown, Scope.Scope | SqlClient>): void =>
    it.live(title, () =>
      Effect.scoped(Effect.suspend(() => body(`worker-${process.pid}-${++made}`))).pipe(Effect.provide(layer()))
    )

  describe("a machine", () => {
    test("leaves the time at which a task could begin as it was when it has run", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        yield* machine(name)
        yield* yield* durable.submit(Jobs.add(1, 2), { key: "it", delay: "50 millis" })
        const { begunAt, dueAt } = yield* DurableExecutor.inspect(durable, "it")
        assert.isAtLeast(begunAt?.epochMilliseconds ?? 0, dueAt.epochMilliseconds)
      }))

    test("takes no more than it has places for", (name) =>
      Effect.gen(function* () {
        const door = yield* localGate
        const durable = yield* DurableExecutor.make({ name })
        yield* machine(name, { concurrency: 2 })
        for (let n = 0; n < 6; n++) yield* durable.submit(Jobs.pass(door.address, "it"))
        yield* door.untilArrived(2)
        const running = yield* DurableExecutor.list(durable, { state: "running" })
        assert.strictEqual(running.length, 2)
        yield* door.open
      }))

    for (const where of ["the same program", "another one"]) {
      test(`in ${where} is as many workers as it has places, for as long as it is there`, (name) =>
        Effect.gen(function* () {
          const durable = yield* DurableExecutor.make({ name, pollInterval: "20 millis" })
          const here = machine(name, { concurrency: 2 })
          // With a client of its own it tells the submitter nothing, which sees it in the database alone.
          const there = Effect.flatMap(Layer.build(layer()), (context) => Effect.provideContext(here, context))
          const { close } = yield* inOwnScope(where === "another one" ? there : here)
          const numbers = Array.from({ length: 300 }, (_, n) => n)
          const futures = yield* Effect.forEach(numbers, (n) => durable.submit(Jobs.add(n, 1), { key: String(n) }), {
            concurrency: "unbounded"
          })
          yield* Future.wait(futures)
          assert.isAtMost((yield* Executor.stats(durable)).workers, 2)
          yield* close
          while ((yield* Executor.stats(durable)).workers > 0) yield* Effect.sleep("20 millis")
        }))
    }

    test("serves the queues that it is told, each in its turn, and no others", (name) =>
      Effect.gen(function* () {
        const door = yield* localGate
        const submitTo = (queue: string) =>
          Effect.flatMap(DurableExecutor.make({ name, queue }), (durable) =>
            Effect.forEach([1, 2], () => durable.submit(Jobs.pass(door.address, queue)))
          )
        const futures = (yield* Effect.forEach(["a", "b", "c"], submitTo)).flat()
        yield* machine(name, { queues: ["a", "b"], concurrency: 1 })
        yield* door.open
        yield* Future.wait(futures.slice(0, 4))
        assert.deepStrictEqual(door.arrivals.toSorted(), ["a", "a", "b", "b"])
        assert.isBelow(door.arrivals.indexOf("b"), 2)
        assert.deepStrictEqual(
          futures.slice(4).map(({ state }) => state),
          ["pending", "pending"]
        )
      }))

    test("leaves a function that it lacks to a machine that has it", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const future = yield* durable.submit(Unknown.run())
        yield* machine(name)
        assert.strictEqual(yield* yield* durable.submit(Jobs.add(1, 2)), 3)
        assert.strictEqual(future.state, "pending")
        yield* machine(name, { modules: [Unknown] })
        assert.strictEqual(yield* future, 1)
      }))

    test("fails a task with UnknownTaskError whose function no machine has within startTimeout", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name, pollInterval: "50 millis" })
        const future = yield* durable.submit(Unknown.run(), { key: "it" })
        yield* machine(name, { startTimeout: "200 millis" })
        const error = yield* Effect.flip(future)
        assert.instanceOf(error, UnknownTaskError)
        assert.deepInclude(error, { task: "unknown/run", key: "it", queue: "default" })
        yield* machine(name, { modules: [Unknown] })
        yield* DurableExecutor.requeue(durable, "it")
        assert.strictEqual(yield* yield* DurableExecutor.attach(durable, Unknown.run, "it"), 1)
      }))

    test("that serves other queues has the submitter warned of a queue that nobody serves", (name) =>
      Effect.gen(function* () {
        const heard: Array<string> = []
        const logger = Logger.make<unknown, void>(({ message }) => void heard.push(String(message)))
        const mistyped = DurableExecutor.make({ name, queue: "imges", pollInterval: "10 millis" })
        const durable = yield* Effect.provide(mistyped, Logger.layer([logger]))
        yield* machine(name, { queues: ["images", "mail"] })
        const future = yield* durable.submit(Jobs.add(1, 2), { key: "it" })
        while (heard.length === 0) yield* Effect.sleep("20 millis")
        assert.include(heard[0], `no machine of "${name}" serves the queue "imges", but "images", "mail"`)
        // The task is not lost: a machine may serve its queue later.
        yield* machine(name, { queues: ["imges"] })
        assert.strictEqual(yield* future, 3)
      }))

    test("that is told to stop what it cannot stop has its outcome refused", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const door = yield* localGate
        yield* machine(name)
        const future = yield* durable.submit(Jobs.passUnstoppably(door.address, name), { key: "it" })
        yield* door.untilArrived(1)
        assert.strictEqual(yield* DurableExecutor.cancel(durable, "it"), 1)
        const { isCancelled, state } = yield* DurableExecutor.inspect(durable, "it")
        assert.deepStrictEqual([isCancelled, state], [true, "running"])
        yield* door.open
        yield* Future.wait([future])
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual((yield* DurableExecutor.inspect(durable, "it")).state, "cancelled")
      }))

    test("that takes over is a new worker of the task, as events tell", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name, pollInterval: "20 millis" })
        const events: Array<Executor.Event> = []
        yield* Executor.events(durable).pipe(
          Stream.runForEach((event) => Effect.sync(() => void events.push(event))),
          Effect.forkScoped({ startImmediately: true })
        )
        const { close } = yield* inOwnScope(machine(name, { drainTimeout: 0 }))
        const door = yield* localGate
        const future = yield* durable.submit(Jobs.pass(door.address, name))
        yield* door.untilArrived(1)
        yield* close
        yield* machine(name)
        yield* door.untilArrived(2)
        yield* door.open
        yield* future
        yield* until(() => events.some(({ _tag }) => _tag === "Ended"))
        const story = events.flatMap((event) =>
          event._tag === "Started" || event._tag === "Ended" ? [[event._tag, event.worker, event.attempt]] : []
        )
        assert.deepStrictEqual(story, [
          ["Started", 1, 1],
          ["Started", 2, 2],
          ["Ended", 2, 2]
        ])
      }))

    test("whose lease has run out has its outcome refused: the next one's counts", (name) =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const durable = yield* DurableExecutor.make({ name, pollInterval: "50 millis" })
        const door = yield* localGate
        const { close } = yield* inOwnScope(machine(name, { concurrency: 1 }))
        const future = yield* durable.submit(Jobs.pass(door.address, name), { key: "it" })
        yield* door.untilArrived(1)
        yield* sql`UPDATE effect_futures_tasks SET lease_until = 0 WHERE executor = ${name}`
        // The first is at the gate still: only a second machine has a place for it.
        yield* machine(name, { concurrency: 1, lease: "300 millis" })
        yield* door.untilArrived(2)
        yield* door.admit(1)
        yield* Effect.sleep("50 millis")
        const { attempt, state } = yield* DurableExecutor.inspect(durable, "it")
        assert.deepStrictEqual([attempt, state], [2, "running"])
        yield* door.open
        assert.strictEqual(yield* future, name)
        yield* close
      }))

    test("warns when a task keeps it from prolonging its leases in time", (name) =>
      Effect.gen(function* () {
        const heard: Array<string> = []
        const logger = Logger.make<unknown, void>(({ message }) => void heard.push(String(message)))
        const durable = yield* DurableExecutor.make({ name })
        yield* Effect.provide(machine(name, { lease: "600 millis" }), Logger.layer([logger]))
        const futures = yield* Effect.forEach([1, 2], () => durable.submit(Jobs.block(1000)))
        yield* Future.wait(futures)
        while (!heard.some((text) => text.includes("a host of threads or processes"))) yield* Effect.sleep("50 millis")
      }))

    test("keeps the last that a task has said of itself", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        yield* machine(name)
        const future = yield* durable.submit(Jobs.reporting(3), { key: "it" })
        assert.strictEqual(yield* future, 3)
        assert.deepStrictEqual((yield* Stream.runCollect(Future.reports(future))).at(-1), 3)
        const later = yield* DurableExecutor.make({ name })
        const attached = yield* DurableExecutor.attach(later, Jobs.reporting, "it")
        assert.strictEqual(yield* attached, 3)
        assert.deepStrictEqual(yield* Stream.runCollect(Future.reports(attached)), [3])
      }))

    test("fails a task that says of itself what cannot be written down", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        yield* machine(name)
        const future = yield* durable.submit(Jobs.reportCallback())
        const defect = yield* Effect.catchDefect(future, Effect.succeed)
        if (!(defect instanceof TaskEncodingError)) return assert.fail(String(defect))
        assert.strictEqual(defect.path, "report.later[0]")
      }))

    test("tells what a task says of itself while it runs, also to who comes later", (name) =>
      Effect.gen(function* () {
        const door = yield* localGate
        const durable = yield* DurableExecutor.make({ name, pollInterval: "50 millis" })
        yield* machine(name)
        const future = yield* durable.submit(Jobs.reportAndPass(door.address, "gate"), { key: "it" })
        const first = (each: Future.Future<unknown, unknown>) =>
          Future.reports(each).pipe(Stream.take(1), Stream.runCollect)
        assert.deepStrictEqual(yield* first(future), [{ at: "gate" }])
        const later = yield* DurableExecutor.make({ name, pollInterval: "50 millis" })
        const attached = yield* DurableExecutor.attach(later, Jobs.reportAndPass, "it")
        assert.deepStrictEqual(yield* first(attached), [{ at: "gate" }])
        yield* door.open
        yield* future
      }))

    test("stops what somebody cancels", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        yield* machine(name)
        const future = yield* durable.submit(Jobs.never(), { key: "it" })
        yield* until(() => Future.isRunning(future))
        assert.strictEqual(yield* DurableExecutor.cancel(durable, "it"), 1)
        yield* Future.wait([future])
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual((yield* DurableExecutor.inspect(durable, "it")).state, "cancelled")
      }))

    test("that is closed lets what runs end, and takes nothing more", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const door = yield* localGate
        const { close } = yield* inOwnScope(machine(name, { concurrency: 1 }))
        const running = yield* durable.submit(Jobs.pass(door.address, name))
        yield* durable.submit(Jobs.pass(door.address, name), { key: "next" })
        yield* door.untilArrived(1)
        const closing = yield* Effect.forkChild(close, { startImmediately: true })
        yield* door.open
        yield* Fiber.join(closing)
        assert.strictEqual(yield* running, name)
        assert.strictEqual((yield* DurableExecutor.inspect(durable, "next")).state, "pending")
        assert.strictEqual(begun(name), 1)
      }))

    test("that is closed gives back uncounted what does not end in drainTimeout", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const { close } = yield* inOwnScope(machine(name, { drainTimeout: "50 millis" }))
        const future = yield* durable.submit(Jobs.never(), { key: "it" })
        yield* until(() => Future.isRunning(future))
        yield* close
        const { attempt, state } = yield* DurableExecutor.inspect(durable, "it")
        assert.deepStrictEqual([attempt, state], [0, "pending"])
        assert.isFalse(Future.isDone(future))
      }))

    test("runs tasks in the span that they were submitted in", (name) =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const Spans = Task.module(
          import.meta.url,
          {
            look: () =>
              Effect.map(Effect.serviceOption(Tracer.ParentSpan), (span) => {
                if (span._tag === "Some") seen.push(span.value.traceId)
              })
          },
          { id: "spans" }
        )
        yield* machine(name, { modules: [Spans] })
        const durable = yield* DurableExecutor.make({ name })
        const trace = yield* Effect.gen(function* () {
          const span = yield* Effect.currentSpan
          yield* yield* durable.submit(Spans.look())
          return span.traceId
        }).pipe(Effect.withSpan("request"))
        assert.deepStrictEqual(seen, [trace])
      }))

    test("is refused without modules that have an id", (name) =>
      Effect.gen(function* () {
        for (const modules of [[], [Nameless], [{}], undefined as never]) {
          const exit = yield* Effect.exit(machine(name, { modules }))
          assert.isTrue(Exit.isFailure(exit) && String(exit.cause).includes("modules"))
        }
        const error = yield* defectOf(machine(name, { lease: 0 }))
        assert.instanceOf(error, InvalidOptionsError)
      }))
  })

  describe("operators", () => {
    test("list tasks by key, state, queue, task and age", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const other = yield* DurableExecutor.make({ name, queue: "other" })
        yield* machine(name)
        yield* Effect.exit(yield* durable.submit(Jobs.refuse("no"), { key: "refused" }))
        yield* yield* durable.submit(Jobs.add(1, 2), { key: "sum", name: "the sum" })
        yield* other.submit(Jobs.add(1, 2), { key: "waits", priority: "high" })
        const keys = (filter?: DurableExecutor.Filter) =>
          Effect.map(DurableExecutor.list(durable, filter), (all) => all.map(({ key }) => key))
        assert.deepStrictEqual(yield* keys(), ["refused", "sum", "waits"])
        assert.deepStrictEqual(yield* keys({ key: ["sum", "none"] }), ["sum"])
        assert.deepStrictEqual(yield* keys({ state: "failed" }), ["refused"])
        assert.deepStrictEqual(yield* keys({ state: ["succeeded", "pending"] }), ["sum", "waits"])
        assert.deepStrictEqual(yield* keys({ queue: "other" }), ["waits"])
        assert.deepStrictEqual(yield* keys({ task: "jobs/add", limit: 1 }), ["sum"])
        assert.deepStrictEqual(yield* keys({ olderThan: "1 hour" }), [])
        const refused = yield* DurableExecutor.inspect(durable, "refused")
        assert.deepInclude(refused, {
          task: "jobs/refuse",
          state: "failed",
          error: "Refused",
          attempt: 1,
          maxAttempts: 3
        })
        assert.strictEqual((yield* DurableExecutor.inspect(durable, "sum")).name, "the sum")
        const [depth] = yield* DurableExecutor.depth(durable)
        assert.deepInclude(depth, { queue: "other", pending: 1, running: 0, scheduled: 0 })
      }))

    test("cancel what is pending, and requeue what was cancelled", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const future = yield* durable.submit(Jobs.counted(name), { key: "it" })
        assert.strictEqual(yield* DurableExecutor.cancel(durable, { olderThan: "1 hour" }), 0)
        assert.strictEqual(yield* DurableExecutor.cancel(durable, "it"), 1)
        yield* Future.wait([future])
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual(yield* DurableExecutor.cancel(durable, "it"), 0)
        yield* machine(name)
        assert.strictEqual(yield* DurableExecutor.requeue(durable, { state: "cancelled" }), 1)
        assert.strictEqual(yield* yield* DurableExecutor.attach(durable, Jobs.counted, "it"), 1)
        assert.strictEqual(yield* DurableExecutor.requeue(durable, "it"), 0)
      }))

    test("have metrics of how much there is to do, and for how long the first has waited", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name, queue: "far" })
        yield* durable.submit(Jobs.never())
        yield* durable.submit(Jobs.never(), { delay: "1 hour" })
        yield* machine(name)
        const told = Effect.map(Metric.snapshot, (all) =>
          all.flatMap((metric) =>
            metric.attributes?.["executor"] === name && metric.type === "Gauge"
              ? [[metric.id, metric.attributes["state"], metric.state.value > 0] as const]
              : []
          )
        )
        while ((yield* told).length < 4) yield* Effect.sleep("100 millis")
        assert.sameDeepMembers(Array.from(yield* told), [
          ["effect_futures_durable_tasks", "pending", true],
          ["effect_futures_durable_tasks", "scheduled", true],
          ["effect_futures_durable_tasks", "running", false],
          ["effect_futures_durable_oldest_age_seconds", undefined, true]
        ])
      }))

    test("are told of a key that nobody has", (name) =>
      Effect.gen(function* () {
        const durable = yield* DurableExecutor.make({ name })
        const error = yield* Effect.flip(DurableExecutor.inspect(durable, "none"))
        assert.strictEqual(error._tag, "NoSuchTaskError")
        assert.strictEqual(yield* DurableExecutor.cancel(durable, "none"), 0)
      }))
  })
})
