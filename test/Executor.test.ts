import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Hash, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future, InvalidOptionsError } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { defectOf } from "./support/defectOf.ts"
import { diesOf } from "./support/futures.ts"
import { assertTag, begin, isWaiting, letOthersRun, pass, recordEvents, statesOf } from "./behaviour/support.ts"
import { Tasks } from "./behaviour/tasks.ts"
import { areKeys, keyOf, readsOf } from "./support/keys.ts"

const notExecutors: ReadonlyArray<readonly [what: string, value: unknown]> = [
  ["null", null],
  ["a number", 5],
  ["a string", "executor"],
  ["a function", () => 1],
  ["a promise", Promise.resolve(1)],
  ["an array", []],
  ["an effect", Effect.succeed(1)],
  ["a future", Effect.runSync(Future.make())],
  ["an error", new RangeError("no")],
  ["an object with other keys than the options have", { other: 1 }],
  ["an executor of another library", { name: "pool", maxWorkers: 4, submit: () => Effect.void }]
]

describe("Executor", () => {
  for (const [what, value] of notExecutors) {
    const executor = value as FiberExecutor.FiberExecutor
    const isError = (error: unknown) => {
      if (!(error instanceof InvalidOptionsError)) return assert.fail(`not an InvalidOptionsError: ${String(error)}`)
      assert.strictEqual(error.option, "executor")
      assert.strictEqual(error.value, value)
      assert.include(error.message, "expected an executor, as FiberExecutor.make returns")
    }

    it.effect(`shutdown dies of ${what} in place of an executor`, () =>
      Effect.gen(function* () {
        isError(yield* defectOf(Executor.shutdown(executor, {})))
        isError(yield* defectOf(Executor.shutdown()(executor)))
      })
    )

    it.effect(`group dies of ${what} in place of an executor`, () =>
      Effect.gen(function* () {
        isError(yield* defectOf(Executor.group(executor, {})))
        isError(yield* defectOf(Executor.group()(executor)))
      })
    )
  }

  it.effect("shutdown and group die of an executor of another library without options too", () =>
    Effect.gen(function* () {
      const stranger: unknown = { name: "pool", maxWorkers: 4, submit: () => Effect.void }
      const executor = stranger as FiberExecutor.FiberExecutor
      assert.instanceOf(yield* defectOf(Executor.shutdown(executor)), InvalidOptionsError)
      assert.instanceOf(yield* defectOf(Executor.group(executor)), InvalidOptionsError)
    })
  )

  it.effect("shutdown and group take options last that are empty, or have other keys too", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      assert.strictEqual((yield* executor.pipe(Executor.group({}))).maxWorkers, 4)
      const withMore = { maxWorkers: 2, color: "red" }
      assert.strictEqual((yield* executor.pipe(Executor.group(withMore))).maxWorkers, 2)
      yield* executor.pipe(Executor.shutdown({}))
      assertTag(yield* Effect.flip(executor.submit(Effect.void)), "ExecutorShutdownError")
    })
  )

  describe("submit", () => {
    it.effect("does nothing before it is run, and submits again for each run", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        let calls = 0
        const submit = executor.submit(Effect.sync(() => ++calls))
        yield* letOthersRun
        assert.strictEqual(calls, 0)
        const [one, other] = [yield* submit, yield* submit]
        assert.deepStrictEqual(yield* Future.all([one, other]), [1, 2])
        assert.notStrictEqual(one.id, other.id)
      })
    )

    it.effect("dies of an object that is no task, as run does", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const stranger: unknown = { other: 1 }
        const task = stranger as Effect.Effect<void>
        for (const operation of [Executor.submit(executor, task, {}), Executor.run(executor, task, {})]) {
          const defect = yield* defectOf<unknown, unknown, never>(operation)
          assert.instanceOf(defect, InvalidOptionsError)
          assert.strictEqual(defect instanceof InvalidOptionsError && defect.value, stranger)
        }
      })
    )

    it.effect("can be passed on by itself", () =>
      Effect.gen(function* () {
        const { submit } = yield* FiberExecutor.make()
        assert.strictEqual(yield* Effect.flatten(submit(Effect.succeed(1))), 1)
      })
    )

    it.effect("gives a future whose fiber it is: interrupting the one cancels the other", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const [running, pending] = [yield* executor.submit(Effect.never), yield* executor.submit(Effect.never)]
        yield* letOthersRun
        yield* Fiber.interrupt(pending.fiber)
        assert.deepStrictEqual(statesOf([running, pending]), ["running", "cancelled"])
        yield* Fiber.interrupt(running.fiber)
        assert.deepStrictEqual(statesOf([running, pending]), ["cancelled", "cancelled"])
        assert.deepInclude(yield* Executor.stats(executor), { pending: 0, running: 0, cancelled: 2 })
      })
    )

    it.effect("keeps the order of submissions from several fibers", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const [submitted, ran]: [Array<number>, Array<number>] = [[], []]
        const submitFrom = (start: number) =>
          Effect.forEach([0, 1, 2, 3], (step) =>
            Effect.gen(function* () {
              yield* executor.submit(Effect.sync(() => ran.push(start + step)))
              submitted.push(start + step)
              yield* Effect.yieldNow
            })
          )
        yield* Effect.forEach([10, 20, 30], submitFrom, { concurrency: "unbounded" })
        yield* Executor.awaitIdle(executor)
        assert.strictEqual(ran.length, 12)
        assert.deepStrictEqual(ran, submitted)
      })
    )

    it.effect("serves thousands of priorities, each in its order", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const door = yield* localGate
        yield* executor.submit(pass(door, "first"))
        const ran: Array<readonly [priority: number, n: number]> = []
        const count = 2000
        for (let n = 0; n < count; n++) {
          const priority = (n * 7919) % 1000
          yield* executor.submit(
            Effect.sync(() => ran.push([priority, n])),
            { priority }
          )
        }
        yield* door.open
        yield* Executor.awaitIdle(executor)
        const sorted = ran.toSorted(([p, n], [q, m]) => q - p || n - m)
        assert.strictEqual(ran.length, count)
        assert.deepStrictEqual(ran, sorted)
      })
    )
  })

  describe("a capacity", () => {
    it.effect("bounds the pending tasks and not those that run", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 3, capacity: 2, overflow: "fail" })
        for (let n = 0; n < 5; n++) yield* executor.submit(Effect.never)
        assertTag(yield* Effect.flip(executor.submit(Effect.never)), "QueueFullError")
        assert.deepInclude(yield* Executor.stats(executor), { pending: 2, running: 3 })
      })
    )

    it.effect("with overflow suspend admits as many as there is room for, and no more", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 2, capacity: 1 })
        const door = yield* localGate
        const submitters = yield* Effect.forEach([1, 2, 3, 4, 5, 6], (n) => begin(executor.submit(pass(door, `${n}`))))
        assert.deepStrictEqual(submitters.map(isWaiting), [false, false, false, true, true, true])
        yield* door.admit(2)
        yield* letOthersRun
        assert.deepStrictEqual(submitters.map(isWaiting), [false, false, false, false, false, true])
        assert.deepInclude(yield* Executor.stats(executor), { pending: 1, running: 2 })
        yield* door.open
        yield* Fiber.joinAll(submitters)
      })
    )

    it.effect("is no matter of priorities: whoever waits for capacity comes in turn", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 1 })
        const door = yield* localGate
        yield* executor.submit(pass(door, "runs"))
        yield* executor.submit(pass(door, "pending"))
        yield* begin(executor.submit(pass(door, "low"), { priority: -1 }))
        yield* begin(executor.submit(pass(door, "high"), { priority: 1 }))
        yield* door.open
        yield* letOthersRun
        assert.deepStrictEqual(door.arrivals, ["runs", "pending", "low", "high"])
      })
    )

    it.effect("makes room when a pending task is cancelled or gives up", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 1, queueTimeout: "1 minute" })
        yield* executor.submit(Effect.never)
        const first = yield* executor.submit(Effect.never)
        const second = yield* begin(executor.submit(Effect.never))
        const third = yield* begin(executor.submit(Effect.never))
        assert.deepStrictEqual([second, third].map(isWaiting), [true, true])
        yield* Future.cancel(first)
        yield* letOthersRun
        assert.deepStrictEqual([second, third].map(isWaiting), [false, true])
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual([second, third].map(isWaiting), [false, false])
      })
    )

    it.effect("keeps a run that is interrupted while it waits for room from ever submitting", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 0 })
        const door = yield* localGate
        yield* executor.submit(pass(door, "busy"))
        const running = yield* begin(Executor.run(executor, pass(door, "never")))
        yield* Fiber.interrupt(running)
        yield* door.open
        yield* Executor.awaitIdle(executor)
        yield* letOthersRun
        assert.deepStrictEqual(door.arrivals, ["busy"])
      })
    )
  })

  describe("events", () => {
    it.effect("dies with InvalidOptionsError for null as its options", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const options = null as unknown as undefined
        yield* diesOf("options", null, () => Stream.runDrain(Executor.events(executor, options)))
      })
    )

    it.effect("are not alone in that: no operation takes null for options that were left out", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const options = null as unknown as undefined
        const f = (item: number) => Effect.succeed(item)
        yield* diesOf("options", null, () => Executor.submit(executor, f(1), options))
        yield* diesOf("options", null, () => Executor.run(executor, f(1), options))
        yield* diesOf("options", null, () => Stream.runDrain(Executor.map(executor, [1], f, options)))
        yield* diesOf("options", null, () => Executor.forEach(executor, [1], f, options))
        yield* diesOf("options", null, () => Effect.suspend(() => Executor.ttl(executor, f, null as unknown as {})(1)))
        yield* diesOf("options", null, () => Effect.promise(() => Executor.runPromise(executor)(f(1), options)))
      })
    )

    it.effect("have the time of the executor's clock, in microseconds", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const recording = yield* recordEvents(executor)
        yield* TestClock.adjust("1 second")
        yield* executor.submit(Effect.sleep("1 minute"), { name: "a" })
        yield* TestClock.adjust("2 seconds")
        yield* executor.submit(Effect.sleep("1 minute"), { name: "b" })
        yield* TestClock.adjust("1 hour")
        yield* Executor.shutdown(executor)
        const times = Array.from(yield* Fiber.join(recording)).flatMap((event) =>
          "name" in event ? [[event.name, event._tag, event.time]] : []
        )
        assert.deepStrictEqual(times, [
          ["a", "Submitted", 1_000_000],
          ["a", "Started", 1_000_000],
          ["b", "Submitted", 3_000_000],
          ["a", "Ended", 61_000_000],
          ["b", "Started", 61_000_000],
          ["b", "Ended", 121_000_000]
        ])
      })
    )

    it.effect("have of a task nothing that belongs to one that has ended before", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const recording = yield* recordEvents(executor)
        yield* TestClock.adjust("1 second")
        const first = yield* executor.submit(Effect.never, { name: "first" })
        yield* TestClock.adjust("1 second")
        yield* Future.cancel(first)
        const [runs, waits] = [yield* executor.submit(Effect.never), yield* executor.submit(Effect.void)]
        yield* Future.cancel(waits)
        yield* Future.cancel(runs)
        yield* Executor.shutdown(executor)
        const ends = Array.from(yield* Fiber.join(recording)).filter((event) => event._tag === "Ended")
        const seconds = (time: number | undefined) => (time === undefined ? undefined : time / 1_000_000)
        assert.deepStrictEqual(
          ends.map((end) => [seconds(end.startedAt), seconds(end.cleaningUpAt), end.worker, end.phase]),
          [
            [1, 2, 1, "cleaningUp"],
            [undefined, undefined, 0, "queued"],
            [2, 2, 1, "cleaningUp"]
          ]
        )
      })
    )

    it.effect("come in the order in which things happen, for several tasks", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const recording = yield* recordEvents(executor)
        const [a, b] = [
          yield* executor.submit(Effect.void, { name: "a" }),
          yield* executor.submit(Effect.void, { name: "b" })
        ]
        yield* Future.all([a, b])
        yield* Executor.shutdown(executor)
        const told = Array.from(yield* Fiber.join(recording)).map((event) =>
          "name" in event ? `${event.name} ${event._tag}` : event._tag
        )
        const submittedFirst = ["a Submitted", "WorkerStarted", "a Started", "b Submitted"]
        assert.deepStrictEqual(told, [...submittedFirst, "a Ended", "b Started", "b Ended", "WorkerEnded"])
      })
    )

    it.effect("number the workers from 1, and say when an idle one is given up", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 2, idleTimeToLive: "1 minute" })
        const recording = yield* recordEvents(executor)
        yield* Future.all([yield* executor.submit(Effect.yieldNow), yield* executor.submit(Effect.yieldNow)])
        yield* TestClock.adjust("10 minutes")
        yield* Executor.run(executor, Effect.void)
        yield* Executor.shutdown(executor)
        const workers = Array.from(yield* Fiber.join(recording)).flatMap((event) =>
          event._tag === "WorkerStarted" || event._tag === "WorkerEnded" ? [`${event._tag} ${event.worker}`] : []
        )
        assert.deepStrictEqual(workers.slice(0, 2), ["WorkerStarted 1", "WorkerStarted 2"])
        assert.deepStrictEqual(workers.slice(2, 4).toSorted(), ["WorkerEnded 1", "WorkerEnded 2"])
        assert.deepStrictEqual(workers.slice(4), ["WorkerStarted 3", "WorkerEnded 3"])
      })
    )

    it.effect("of a task that is refused are none", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 0, overflow: "fail" })
        yield* executor.submit(Effect.never)
        const recording = yield* recordEvents(executor)
        yield* Effect.flip(executor.submit(Effect.void))
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        yield* Effect.flip(executor.submit(Effect.void))
        const tags = Array.from(yield* Fiber.join(recording), (event) => event._tag)
        assert.deepStrictEqual(tags, ["Ended", "WorkerEnded"])
      })
    )

    it.effect("tell once of a task that lends its worker and takes it back", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const recording = yield* recordEvents(executor)
        const parent = yield* executor.submit(Executor.run(executor, Tasks.add(1, 2)), { name: "parent" })
        assert.strictEqual(yield* parent, 3)
        yield* Executor.shutdown(executor)
        const ofParent = Array.from(yield* Fiber.join(recording)).filter(
          (event) => "id" in event && event.id === parent.id
        )
        assert.deepStrictEqual(
          ofParent.map((event) => event._tag),
          ["Submitted", "Started", "Ended"]
        )
      })
    )

    it.effect("stop coming when the listener stops, and the executor goes on", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const listener = yield* begin(Stream.runCollect(Stream.take(Executor.events(executor), 2)))
        yield* Executor.run(executor, Effect.void)
        assert.strictEqual(Array.from(yield* Fiber.join(listener)).length, 2)
        assert.strictEqual(yield* Executor.run(executor, Effect.succeed("on")), "on")
      })
    )

    it.effect("of a group end with the group", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const group = yield* Executor.group(executor)
        const [ofExecutor, ofGroup] = [yield* recordEvents(executor), yield* recordEvents(group)]
        yield* Executor.run(group, Effect.void)
        yield* Executor.shutdown(group)
        assert.deepStrictEqual(
          Array.from(yield* Fiber.join(ofGroup), (event) => event._tag),
          ["Submitted", "Started", "Ended"]
        )
        assert.isTrue(isWaiting(ofExecutor))
      })
    )
  })

  describe("stats", () => {
    it.effect("count right away what was just submitted, ended and cancelled", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const count = Effect.map(Executor.stats(executor), (_) => [_.pending, _.running, _.succeeded, _.cancelled])
        const [one, other] = [yield* executor.submit(Effect.void), yield* executor.submit(Effect.never)]
        assert.deepStrictEqual(yield* count, [1, 1, 0, 0])
        yield* one
        assert.deepStrictEqual(yield* count, [0, 1, 1, 0])
        yield* Future.cancel(other)
        assert.deepStrictEqual(yield* count, [0, 0, 1, 1])
      })
    )

    it.effect("are right when a future's observer looks at them", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const seen: Array<Executor.Stats> = []
        const future = yield* executor.submit(Effect.void)
        yield* executor.submit(Effect.never)
        yield* Future.onDone(future, () => Effect.map(Executor.stats(executor), (stats) => seen.push(stats)))
        yield* future
        assert.deepInclude(seen[0], { pending: 0, running: 1, succeeded: 1 })
      })
    )
  })

  describe("as a key of a HashMap or a HashSet", () => {
    it.effect("is equal to itself alone, and so is a group", () =>
      Effect.gen(function* () {
        const options = { name: "twin", maxWorkers: 1 }
        const executors = [yield* FiberExecutor.make(options), yield* FiberExecutor.make(options)]
        const groups = yield* Effect.replicateEffect(Executor.group(executors[0]!, options), 2)
        const inner = yield* Effect.replicateEffect(Executor.group(groups[0]!, options), 2)
        areKeys([...executors, ...groups, ...inner])
      })
    )

    it.effect("is the same one through its life, and so is a group", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const group = yield* Executor.group(executor)
        const checks = [executor, group].map(keyOf)
        yield* group.submit(Effect.never)
        yield* executor.submit(Effect.never)
        yield* letOthersRun
        for (const check of checks) check()
        yield* Executor.setTimeout(executor, "1 second")
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        for (const check of checks) check()
      })
    )

    it.effect("is hashed and compared without a look at what it holds", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const group = yield* Executor.group(executor)
        assert.deepStrictEqual(readsOf(executor, group), [Hash.symbol])
        assert.deepStrictEqual(readsOf(group, executor), [Hash.symbol])
      })
    )
  })
})
