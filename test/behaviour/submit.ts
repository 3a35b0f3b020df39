import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { Executor, Future, TaskCancelledError } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { defectOf } from "../support/defectOf.ts"
import { assertInvalid, assertTag, badTimeouts, begin, letOthersRun, statesOf, until } from "./support.ts"
import { Tasks } from "./tasks.ts"

const notEffects: ReadonlyArray<readonly [value: unknown, shown: string]> = [
  [() => 1, "[Function (anonymous)]"],
  [Tasks.add, "[Function"],
  [Promise.resolve(1), "Promise"],
  [undefined, "undefined"],
  [null, "null"],
  [1, "1"]
]

/** `submit` and `run`, for executors of any kind. */
export const submitBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  describe("submit", () => {
    it.effect("gives a future of the task's value", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const future = yield* executor.submit(Tasks.add(19, 23))
        assert.isTrue(Future.isFuture(future))
        assert.strictEqual(yield* future, 42)
      })
    )

    it.effect("gives it at once, while the task goes on", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const future = yield* executor.submit(Tasks.pass(door.address, "in"))
        assert.isFalse(Future.isDone(future))
        yield* door.open
        assert.strictEqual(yield* future, "in")
        assert.strictEqual(future.state, "finished")
      })
    )

    it.effect("is the method, the function, and the function for a pipe", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const futures = [
          yield* executor.submit(Tasks.double(1), { name: "a" }),
          yield* Executor.submit(executor, Tasks.double(2), { name: "b" }),
          yield* Tasks.double(3).pipe(Executor.submit(executor, { name: "c" })),
          yield* Executor.submit(executor, Tasks.double(4)),
          yield* Tasks.double(5).pipe(Executor.submit(executor))
        ]
        assert.deepStrictEqual(yield* Future.all(futures), [2, 4, 6, 8, 10])
        assert.deepStrictEqual(
          futures.map((future) => future.name),
          ["a", "b", "c", "double", "double"]
        )
      })
    )

    it.effect("runs functions that give values, promises and effects", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
        assert.strictEqual(yield* Executor.run(executor, Tasks.later("now")), "now")
        assert.strictEqual(yield* Executor.run(executor, Tasks.double(4)), 8)
        assert.strictEqual(yield* Executor.run(executor, Tasks.nothing()), undefined)
      })
    )

    it.effect("hands structured arguments in and structured results out, whole", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const value = { text: "ü", list: [1, null, undefined], map: new Map([["a", 1n]]), date: new Date(0) }
        assert.deepStrictEqual(yield* Executor.run(executor, Tasks.echo(value)), value)
      })
    )

    it.effect("fails the future with the task's own error, tag and fields", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const future = yield* executor.submit(Tasks.refuse("too late"))
        assert.deepInclude(yield* Effect.flip(future), { _tag: "Refused", reason: "too late" })
        assert.strictEqual(future.state, "finished")
      })
    )

    it.effect("makes what a task throws a defect of its future", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const defect = yield* defectOf(Executor.run(executor, Tasks.throws("out of range")))
        assert.include(String(defect), "RangeError: out of range")
      })
    )

    it.effect("makes what a task's promise rejects with a defect of its future", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const defect = yield* defectOf(Executor.run(executor, Tasks.rejects("out of reach")))
        assert.include(String(defect), "RangeError: out of reach")
      })
    )

    it.effect("calls a task cancelled that interrupts itself, and does not interrupt whoever joins it", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const future = yield* executor.submit(Tasks.interruptsItself())
        assert.instanceOf(yield* Effect.flip(future), TaskCancelledError)
        assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("takes nothing else down when a task fails or throws", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const beside = yield* executor.submit(Tasks.pass(door.address, "beside"))
        yield* door.untilArrived(1)
        const failing = yield* executor.submit(Tasks.refuse("no"))
        const throwing = yield* executor.submit(Tasks.throws("no"))
        const behind = yield* executor.submit(Tasks.add(1, 2))
        yield* Future.wait([failing, throwing])
        assert.strictEqual(yield* behind, 3)
        assert.isFalse(Future.isDone(beside))
        yield* door.open
        assert.strictEqual(yield* beside, "beside")
      })
    )

    it.effect("names the future after the task, unless it is given a name", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        assert.strictEqual((yield* executor.submit(Tasks.add(1, 2))).name, "add")
        assert.strictEqual((yield* executor.submit(Tasks.add(1, 2), { name: "sum" })).name, "sum")
      })
    )

    it.effect("gives later futures greater ids", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const one = yield* executor.submit(Tasks.add(1, 2))
        const other = yield* executor.submit(Tasks.add(1, 2))
        assert.isAbove(other.id, one.id)
      })
    )

    it.effect("has a task pending until a worker is free", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const first = yield* executor.submit(Tasks.pass(door.address, "first"))
        const second = yield* executor.submit(Tasks.pass(door.address, "second"))
        yield* until(() => Future.isRunning(first))
        yield* door.untilArrived(1)
        yield* letOthersRun
        assert.deepStrictEqual(statesOf([first, second]), ["running", "pending"])
        yield* door.admit(1)
        yield* door.untilArrived(2)
        yield* until(() => Future.isRunning(second))
        assert.deepStrictEqual(statesOf([first, second]), ["finished", "running"])
        yield* door.open
        assert.strictEqual(yield* second, "second")
      })
    )

    it.effect("starts tasks in the order of their submission", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const names = ["first", "second", "third", "fourth", "fifth"]
        for (const name of names) yield* executor.submit(Tasks.pass(door.address, name))
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(door.arrivals, names)
      })
    )

    it.effect("starts those of greater priority first, and equals in the order of their submission", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        yield* executor.submit(Tasks.pass(door.address, "runs"))
        yield* door.untilArrived(1)
        const submit = (name: string, priority?: number) =>
          executor.submit(Tasks.pass(door.address, name), priority === undefined ? {} : { priority })
        yield* submit("default")
        yield* submit("low", -1)
        yield* submit("high", 2)
        yield* submit("zero", 0)
        yield* submit("half", 0.5)
        yield* submit("high too", 2)
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(door.arrivals, ["runs", "high", "high too", "half", "default", "zero", "low"])
      })
    )

    it.effect("never runs a task that was cancelled while it was pending, and runs those behind it", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        yield* executor.submit(Tasks.pass(door.address, "first"))
        yield* door.untilArrived(1)
        const second = yield* executor.submit(Tasks.pass(door.address, "second"))
        yield* executor.submit(Tasks.pass(door.address, "third"))
        assert.isTrue(yield* Future.cancel(second))
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(door.arrivals, ["first", "third"])
      })
    )

    it.effect("lets a running task clean up when it is cancelled, and only then is it cancelled", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const cleaning = yield* gate
        const future = yield* executor.submit(Tasks.passThenClean(door.address, cleaning.address, "it"))
        yield* door.untilArrived(1)
        const cancelling = yield* begin(Future.cancel(future))
        yield* cleaning.untilArrived(1)
        yield* letOthersRun
        assert.isFalse(Future.isDone(future))
        yield* cleaning.open
        assert.isTrue(yield* Fiber.join(cancelling))
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
      })
    )

    it.effect("dies with InvalidOptionsError for a name, a priority or a timeout that is not allowed", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const submit = (options: object) => defectOf(executor.submit(Tasks.add(1, 2), options))
        for (const [name, shown] of [
          ["", '""'],
          [1, "1"],
          [null, "null"]
        ] as const) {
          assertInvalid(yield* submit({ name }), { option: "name", value: name, shown, allowed: "non-empty" })
        }
        for (const [priority, shown] of [
          [Number.NaN, "NaN"],
          [Number.POSITIVE_INFINITY, "Infinity"],
          ["urgent", '"urgent"']
        ] as const) {
          const allowed = "a finite number"
          assertInvalid(yield* submit({ priority }), { option: "priority", value: priority, shown, allowed })
        }
        for (const [timeout, shown] of badTimeouts) {
          const allowed = "more than zero"
          assertInvalid(yield* submit({ timeout }), { option: "timeout", value: timeout, shown, allowed })
        }
        assert.strictEqual((yield* Executor.stats(executor)).succeeded, 0)
      })
    )

    it.effect("dies with InvalidOptionsError for what is no effect", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        for (const [value, shown] of [...notEffects, [{}, "{}"] as const]) {
          const expected = { option: "task", value, shown, allowed: "Task" }
          assertInvalid(yield* defectOf(executor.submit(value as never)), expected)
        }
      })
    )

    for (const [name, submit] of [
      ["submit", Executor.submit],
      ["run", Executor.run]
    ] as const) {
      for (const [value, shown] of notEffects) {
        it.effect(`dies with InvalidOptionsError for what is no effect, as the function ${name} with ${shown}`, () =>
          Effect.gen(function* () {
            const executor = yield* make()
            const submitted: unknown = Reflect.apply(submit, undefined, [executor, value, {}])
            if (!Effect.isEffect(submitted)) return assert.fail("not even an effect that dies")
            const defect = yield* defectOf(submitted as Effect.Effect<unknown, unknown>)
            assertInvalid(defect, { option: "task", value, shown, allowed: "Task" })
          })
        )
      }
    }
  })

  describe("run", () => {
    it.effect("gives the task's value", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
        assert.strictEqual(yield* Tasks.add(3, 4).pipe(Executor.run(executor)), 7)
        assert.strictEqual(yield* Tasks.add(5, 6).pipe(Executor.run(executor, { name: "sum" })), 11)
      })
    )

    it.effect("fails with the task's error", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const error = yield* Effect.flip(Executor.run(executor, Tasks.refuse("no")))
        assertTag(error, "Refused")
      })
    )

    it.effect("cancels the task when it is interrupted, and waits until it is gone", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const cleaning = yield* gate
        const running = yield* begin(Executor.run(executor, Tasks.passThenClean(door.address, cleaning.address, "it")))
        yield* door.untilArrived(1)
        const interrupting = yield* begin(Fiber.interrupt(running))
        yield* cleaning.untilArrived(1)
        yield* letOthersRun
        assert.isUndefined(running.pollUnsafe())
        yield* cleaning.open
        yield* Fiber.join(interrupting)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(running)))
        const stats = yield* Executor.stats(executor)
        assert.deepStrictEqual([stats.running, stats.cancelled], [0, 1])
      })
    )

    it.effect("takes a pending task out of the line when it is interrupted", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        yield* executor.submit(Tasks.pass(door.address, "first"))
        yield* door.untilArrived(1)
        const running = yield* begin(Executor.run(executor, Tasks.pass(door.address, "second")))
        yield* Fiber.interrupt(running)
        assert.strictEqual((yield* Executor.stats(executor)).pending, 0)
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.deepStrictEqual(door.arrivals, ["first"])
      })
    )
  })
}
