import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Metric, Scope, Tracer } from "effect"
import { Executor, Future, InvalidOptionsError } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { collectSpans } from "../support/collectSpans.ts"
import { begin, letOthersRun, until, untilStats } from "./support.ts"
import { Tasks } from "./tasks.ts"

/** The metrics of a program that has a registry of its own. */
const valuesOf = (id: string) => Effect.map(Metric.snapshot, (all) => all.filter((snapshot) => snapshot.id === id))

const stateOf = (id: string, attributes: Readonly<Record<string, string>>) =>
  Effect.map(valuesOf(id), (all) => {
    const found = all.filter((each) =>
      Object.entries(attributes).every(([name, value]) => each.attributes?.[name] === value)
    )
    assert.strictEqual(found.length, 1, `${id} ${JSON.stringify(attributes)}`)
    return found[0]!.state as { readonly count?: number; readonly value?: number; readonly sum?: number }
  })

const ownRegistry = Effect.provideServiceEffect(
  Metric.MetricRegistry,
  Effect.sync(() => new Map())
)

/** `dump`, `metrics` and `traced`, for executors of any kind. */
export const seeingBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  describe("dump", () => {
    it.effect("shows what runs and waits, with names as text, and leaves it alone", () =>
      Effect.gen(function* () {
        const executor = yield* make({ name: "dumped", maxWorkers: 1 })
        const group = yield* Executor.group(executor, { name: "tenant" })
        const door = yield* gate
        const running = yield* executor.submit(Tasks.pass(door.address, "runs"), { name: "runs\n└─ forged" })
        yield* door.untilArrived(1)
        yield* until(() => Future.isRunning(running))
        const waiting = yield* group.submit(Tasks.pass(door.address, "waits"), { name: "waits", priority: 2 })
        const text = yield* Executor.dump(executor)
        const [head, ...lines] = text.split("\n")
        assert.match(head!, /^"dumped": 1 running, 1 waiting, 0 succeeded; \d+.* workers$/)
        assert.include(text, `#${running.id} "runs\\n└─ forged" running for `)
        assert.isTrue(lines.some((line) => line.includes(`#${waiting.id} "waits" of "tenant" for `)))
        assert.isTrue(lines.some((line) => line.includes("priority 2")))
        assert.isTrue(lines.some((line) => line.includes(`group "tenant": 0 running, 1 waiting`)))
        yield* door.open
        assert.deepStrictEqual(yield* Future.all([running, waiting]), ["runs", "waits"])
        yield* Executor.shutdown(executor)
        assert.match(
          yield* Executor.dump(executor),
          /^"dumped": 0 running, 0 waiting, 2 succeeded; 0.* workers, shut down$/m
        )
      })
    )

    it.effect("lists as many of the waiting tasks as it is asked for, and says how many more there are", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1, capacity: 3 })
        const door = yield* gate
        yield* executor.submit(Tasks.pass(door.address, "runs"))
        yield* door.untilArrived(1)
        for (let n = 0; n < 3; n++) yield* executor.submit(Tasks.pass(door.address, "waits"))
        const submitter = yield* begin(executor.submit(Tasks.pass(door.address, "has no room")))
        const text = yield* Executor.dump(executor, { waiting: 2 })
        assert.include(text, "waiting for a worker: 3")
        assert.include(text, "└─ and 1 more")
        assert.include(text, "submitters that wait for room (capacity): 1")
        yield* door.open
        yield* Fiber.join(submitter)
        yield* Executor.awaitIdle(executor)
      })
    )
  })

  describe("metrics", () => {
    it.effect("count by executor, task and outcome, and agree with stats", () =>
      Effect.gen(function* () {
        const executor = yield* make({ name: "measured" })
        yield* Layer.build(Executor.metrics(executor))
        const door = yield* gate
        for (let n = 0; n < 3; n++) yield* Executor.run(executor, Tasks.double(n), { name: "double" })
        yield* Effect.exit(Executor.run(executor, Tasks.refuse("no"), { name: "refuse" }))
        const running = yield* executor.submit(Tasks.pass(door.address, "it"), { name: "passes" })
        yield* door.untilArrived(1)
        yield* untilStats(executor, { running: 1 })
        const ofExecutor = { executor: "measured" }
        assert.deepStrictEqual(yield* stateOf("effect_futures_tasks_running", ofExecutor), { value: 1 })
        yield* door.open
        yield* running
        yield* letOthersRun
        const { failed, succeeded } = yield* Executor.stats(executor)
        const total = (task: string, outcome: string) =>
          Effect.map(stateOf("effect_futures_tasks_total", { ...ofExecutor, task, outcome }), ({ count }) => count)
        assert.strictEqual((yield* total("double", "succeeded"))! + (yield* total("passes", "succeeded"))!, succeeded)
        assert.strictEqual(yield* total("refuse", "failed"), failed)
        const waits = yield* stateOf("effect_futures_task_wait_seconds", { ...ofExecutor, task: "double" })
        const runs = yield* stateOf("effect_futures_task_run_seconds", { ...ofExecutor, task: "double" })
        assert.deepStrictEqual([waits.count, runs.count], [3, 3])
        const busy = yield* stateOf("effect_futures_busy_seconds_total", ofExecutor)
        assert.isAtLeast(busy.count!, runs.sum!)
      }).pipe(ownRegistry)
    )

    it.effect("of executors with the same name are added up, and an executor counts once in several layers", () =>
      Effect.gen(function* () {
        const both = [
          yield* make({ name: "same", maxWorkers: 1 }),
          yield* make({ name: "same", maxWorkers: 3 })
        ] as const
        const scope = yield* Scope.make()
        yield* Layer.build(Executor.metrics(both))
        yield* Layer.buildWithScope(Executor.metrics(both[0]), scope)
        const total = Effect.map(
          stateOf("effect_futures_tasks_total", { executor: "same", task: "double", outcome: "succeeded" }),
          ({ count }) => count
        )
        for (const executor of both) yield* Executor.run(executor, Tasks.double(1), { name: "double" })
        assert.strictEqual(yield* total, 2)
        const runs = yield* stateOf("effect_futures_task_run_seconds", { executor: "same", task: "double" })
        assert.strictEqual(runs.count, 2)
        const door = yield* gate
        yield* both[0].submit(Tasks.pass(door.address, "it"))
        yield* door.untilArrived(1)
        yield* untilStats(both[0], { running: 1 })
        const utilization = stateOf("effect_futures_utilization", { executor: "same" })
        assert.deepStrictEqual(yield* utilization, { value: 0.25 })
        // The other layer goes on.
        yield* Scope.close(scope, Exit.void)
        yield* Executor.run(both[1], Tasks.double(1), { name: "double" })
        assert.strictEqual(yield* total, 3)
        yield* Executor.shutdown(both[1])
        assert.deepStrictEqual(yield* utilization, { value: 1 })
        yield* door.open
      }).pipe(ownRegistry)
    )

    it.effect("refuse what is no executor", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        for (const bad of [5, {}, [executor, 5]]) {
          const metrics = Effect.suspend(() => Layer.build(Executor.metrics(bad as never)))
          assert.instanceOf(yield* Effect.catchDefect(metrics, Effect.succeed), InvalidOptionsError)
        }
      })
    )

    it.effect("have a bound to the names of tasks, and are gone with their layer", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const scope = yield* Scope.make()
        yield* Layer.buildWithScope(Executor.metrics(executor, { maxTasks: 2 }), scope)
        for (let n = 0; n < 5; n++) yield* Executor.run(executor, Tasks.double(n), { name: `double ${n}` })
        const names = new Set(
          (yield* valuesOf("effect_futures_tasks_total")).map(({ attributes }) => attributes?.["task"])
        )
        assert.deepStrictEqual(names, new Set(["double 0", "double 1", "others"]))
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(
          (yield* Metric.snapshot).filter(({ id }) => id.startsWith("effect_futures_task")),
          []
        )
      }).pipe(ownRegistry)
    )
  })

  describe("traced", () => {
    it.effect("gives each task a span, which has how long it waited, and how it has ended", () =>
      Effect.gen(function* () {
        const { spans, tracer } = collectSpans()
        const executor = yield* make({ name: "traced", traced: true })
        const inOuter = Effect.gen(function* () {
          yield* Executor.run(executor, Tasks.double(1), { name: "good" })
          yield* Effect.exit(Executor.run(executor, Tasks.refuse("no"), { name: "bad" }))
        }).pipe(Effect.withSpan("outer"), Effect.provideService(Tracer.Tracer, tracer))
        yield* inOuter
        const named = (name: string) => spans.find((span) => span.name === name) ?? assert.fail(`no span ${name}`)
        const [good, bad, outer] = [named("good"), named("bad"), named("outer")]
        assert.strictEqual(good.traceId, outer.traceId)
        const [started] = good.events
        assert.strictEqual(started![0], "started")
        assert.isNumber(started![2]?.["wait.millis"])
        assert.deepStrictEqual([good.attributes.get("outcome"), bad.attributes.get("outcome")], ["succeeded", "failed"])
        assert.strictEqual(good.attributes.get("executor"), "traced")
        assert.strictEqual(bad.status._tag === "Ended" && Exit.isFailure(bad.status.exit), true)
      })
    )
  })
}
