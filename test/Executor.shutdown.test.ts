import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { defectOf } from "./support/defectOf.ts"
import {
  assertInvalid,
  assertTag,
  begin,
  inOwnScope,
  isWaiting,
  letOthersRun,
  pass,
  statesOf
} from "./behaviour/support.ts"

const say = (log: Array<string>, word: string) => Effect.sync(() => void log.push(word))

describe("shutdown", () => {
  it.effect("waits for a task that cannot be interrupted, in every mode", () =>
    Effect.gen(function* () {
      for (const mode of ["drain", "cancelPending", "interrupt"] as const) {
        const executor = yield* FiberExecutor.make()
        const door = yield* localGate
        const future = yield* executor.submit(Effect.uninterruptible(pass(door, "stubborn")))
        yield* door.untilArrived(1)
        const shutdown = yield* begin(Executor.shutdown(executor, { mode }))
        assert.isTrue(isWaiting(shutdown))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.isTrue(Future.isDone(future))
      }
    })
  )

  it.effect("dies of what is no options, and shuts nothing down", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      for (const value of [null, 5, "drain"]) {
        const options: unknown = value
        const defect = yield* defectOf(Executor.shutdown(executor, options as Executor.ShutdownOptions))
        assertInvalid(defect, { option: "options", value, shown: JSON.stringify(value), allowed: "an object" })
      }
      assert.strictEqual(yield* Executor.run(executor, Effect.succeed(1)), 1)
    })
  )

  it.effect("may be given a timeout later, which then counts for all who wait", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(Effect.never)
      const patient = yield* begin(Executor.shutdown(executor))
      const impatient = yield* begin(Executor.shutdown(executor, { timeout: "1 minute" }))
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(future.state, "running")
      yield* TestClock.adjust("1 second")
      yield* Fiber.joinAll([patient, impatient])
      assert.strictEqual(future.state, "cancelled")
    })
  )

  it.effect("with a timeout of zero is interrupt at once", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const future = yield* executor.submit(Effect.never)
      yield* Executor.shutdown(executor, { mode: "drain", timeout: 0 })
      assert.strictEqual(future.state, "cancelled")
    })
  )

  it.effect("cuts a task's own submissions short, but not the task", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const future = yield* executor.submit(Effect.andThen(pass(door, "it"), Effect.flip(executor.submit(Effect.void))))
      yield* door.untilArrived(1)
      const shutdown = yield* begin(Executor.shutdown(executor))
      yield* door.open
      assertTag(yield* future, "ExecutorShutdownError")
      yield* Fiber.join(shutdown)
    })
  )

  it.effect("of a group refuses whoever waits for capacity through that group, and nobody else", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 0 })
      const group = yield* Executor.group(executor)
      const busy = yield* executor.submit(Effect.never)
      const [here, there] = [yield* begin(executor.submit(Effect.void)), yield* begin(group.submit(Effect.void))]
      yield* Executor.shutdown(group)
      assertTag(yield* Effect.flip(Fiber.join(there)), "ExecutorShutdownError")
      assert.isTrue(isWaiting(here))
      yield* Future.cancel(busy)
      yield* Effect.flatten(Fiber.join(here))
    })
  )

  it.effect("refuses whoever waits for capacity through a group of the executor", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 0 })
      const group = yield* Executor.group(executor)
      yield* executor.submit(Effect.never)
      const submitter = yield* begin(group.submit(Effect.void))
      yield* begin(Executor.shutdown(executor))
      assertTag(yield* Effect.flip(Fiber.join(submitter)), "ExecutorShutdownError")
    })
  )

  it.effect("waits for callbacks of its futures that are effects, or stops them with interrupt", () =>
    Effect.gen(function* () {
      for (const mode of ["drain", "interrupt"] as const) {
        const executor = yield* FiberExecutor.make()
        const door = yield* localGate
        const log: Array<string> = []
        const future = yield* executor.submit(Effect.void)
        yield* Future.onDone(future, () =>
          pass(door, "callback").pipe(
            Effect.andThen(say(log, "went on")),
            Effect.onInterrupt(() => say(log, "stopped"))
          )
        )
        yield* door.untilArrived(1)
        const shutdown = yield* begin(Executor.shutdown(executor, { mode }))
        assert.strictEqual(isWaiting(shutdown), mode === "drain")
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(log, [mode === "drain" ? "went on" : "stopped"])
      }
    })
  )

  it.effect("waits also for callbacks that come while it waits for others", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const [first, second] = [yield* localGate, yield* localGate]
      const future = yield* executor.submit(Effect.void)
      yield* Future.onDone(future, () =>
        Effect.andThen(
          pass(first, "first"),
          Future.onDone(future, () => pass(second, "second"))
        )
      )
      yield* first.untilArrived(1)
      const shutdown = yield* begin(Executor.shutdown(executor))
      yield* first.open
      yield* second.untilArrived(1)
      yield* letOthersRun
      assert.isTrue(isWaiting(shutdown))
      yield* second.open
      yield* Fiber.join(shutdown)
    })
  )
})

describe("shutdown inside one of the executor's tasks", () => {
  it.effect("drain waits for the other tasks and not for this one", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const log: Array<string> = []
      const inside = yield* executor.submit(Effect.andThen(Executor.shutdown(executor), say(log, "inside")))
      const behind = yield* executor.submit(say(log, "behind"))
      yield* Future.wait([inside, behind])
      assert.deepStrictEqual(log, ["behind", "inside"])
      assert.deepStrictEqual(statesOf([inside, behind]), ["finished", "finished"])
      yield* Executor.shutdown(executor)
      assert.strictEqual((yield* Executor.stats(executor)).workers, 0)
    })
  )

  it.effect("drain waits for tasks that run beside it", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const door = yield* localGate
      const log: Array<string> = []
      const beside = yield* executor.submit(Effect.andThen(pass(door, "beside"), say(log, "beside")))
      const inside = yield* executor.submit(Effect.andThen(Executor.shutdown(executor), say(log, "inside")))
      yield* door.untilArrived(1)
      yield* letOthersRun
      assert.strictEqual(inside.state, "running")
      yield* door.open
      yield* Future.all([beside, inside])
      assert.deepStrictEqual(log, ["beside", "inside"])
    })
  )

  it.effect("cancelPending cancels what is pending, and this one goes on", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const inside = yield* executor.submit(Effect.as(Executor.shutdown(executor, { mode: "cancelPending" }), "done"))
      const behind = yield* executor.submit(Effect.void)
      assert.strictEqual(yield* inside, "done")
      assert.strictEqual(behind.state, "cancelled")
    })
  )

  it.effect("interrupt stops this one too, which cleans up, and then the executor has ended", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const log: Array<string> = []
      const beside = yield* executor.submit(Effect.ensuring(Effect.never, say(log, "beside")))
      const inside = yield* executor.submit(
        Executor.shutdown(executor, { mode: "interrupt" }).pipe(
          Effect.andThen(Effect.never),
          Effect.ensuring(say(log, "inside"))
        )
      )
      yield* Future.wait([beside, inside])
      yield* Executor.shutdown(executor)
      assert.deepStrictEqual(statesOf([beside, inside]), ["cancelled", "cancelled"])
      assert.deepStrictEqual(log.toSorted(), ["beside", "inside"])
    })
  )

  it.effect("turns into interrupt when its timeout is over, for this one too", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const beside = yield* executor.submit(Effect.never)
      const inside = yield* executor.submit(Executor.shutdown(executor, { timeout: "1 minute" }))
      yield* TestClock.adjust("1 minute")
      yield* Future.wait([beside, inside])
      assert.deepStrictEqual(statesOf([beside, inside]), ["cancelled", "cancelled"])
    })
  )

  it.effect("does not wait for tasks that wait for this one", () =>
    Effect.gen(function* () {
      for (const mode of ["drain", "cancelPending"] as const) {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const log: Array<string> = []
        const child = Effect.andThen(Executor.shutdown(executor, { mode }), say(log, "child"))
        const parent = Effect.andThen(Executor.run(executor, child), say(log, "parent"))
        const grandparent = yield* executor.submit(
          Effect.andThen(Executor.run(executor, parent), say(log, "grandparent"))
        )
        yield* grandparent
        assert.deepStrictEqual(log, ["child", "parent", "grandparent"])
        yield* Executor.shutdown(executor)
      }
    })
  )

  it.effect("does not wait for another task that does the same", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const futures = yield* Effect.forEach([1, 2, 3], (n) =>
        executor.submit(Effect.as(Executor.shutdown(executor), n))
      )
      assert.deepStrictEqual(yield* Future.all(futures), [1, 2, 3])
      yield* Executor.shutdown(executor)
    })
  )

  it.effect("does not wait for one that waits until the executor is idle", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const idle = yield* executor.submit(Effect.as(Executor.awaitIdle(executor), "idle"))
      const shut = yield* executor.submit(Effect.as(Executor.shutdown(executor), "shut"))
      assert.deepStrictEqual(yield* Future.all([idle, shut]), ["idle", "shut"])
    })
  )

  it.effect("does not wait for this one where it is a group's task and the executor is shut down", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const group = yield* Executor.group(executor)
      const log: Array<string> = []
      const inside = yield* group.submit(Effect.andThen(Executor.shutdown(executor), say(log, "inside")))
      yield* executor.submit(say(log, "behind"))
      yield* inside
      assert.deepStrictEqual(log, ["behind", "inside"])
      yield* Executor.shutdown(executor)
    })
  )

  it.effect("of a group waits for the group's other tasks", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const group = yield* Executor.group(executor, { maxWorkers: 1 })
      const log: Array<string> = []
      yield* executor.submit(Effect.never)
      const inside = yield* group.submit(Effect.andThen(Executor.shutdown(group), say(log, "inside")))
      yield* group.submit(say(log, "behind"))
      yield* inside
      assert.deepStrictEqual(log, ["behind", "inside"])
      yield* Executor.shutdown(group)
      assert.strictEqual((yield* Executor.stats(executor)).running, 1)
    })
  )

  it.effect("does not wait when it comes from another executor's task that was submitted in this one", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const elsewhere = yield* FiberExecutor.make({ maxWorkers: 1 })
      const inside = yield* executor.submit(Effect.as(Executor.run(elsewhere, Executor.shutdown(executor)), "done"))
      assert.strictEqual(yield* inside, "done")
      yield* Executor.shutdown(executor)
    })
  )

  it.effect("does not wait for the callback of a future that it comes from", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const log: Array<string> = []
      const future = yield* executor.submit(Effect.void)
      yield* Future.onDone(future, () => Effect.andThen(Executor.shutdown(executor), say(log, "callback")))
      yield* future
      yield* Executor.shutdown(executor)
      assert.deepStrictEqual(log, ["callback"])
    })
  )

  it.effect("is possible by closing the scope of the executor", () =>
    Effect.gen(function* () {
      const { close, made: executor } = yield* inOwnScope(FiberExecutor.make({ maxWorkers: 2 }))
      const beside = yield* executor.submit(Effect.never)
      const inside = yield* executor.submit(close)
      yield* Future.wait([beside, inside])
      assert.deepStrictEqual(beside.state, "cancelled")
      yield* Executor.shutdown(executor)
      assert.strictEqual((yield* Executor.stats(executor)).workers, 0)
    })
  )

  it.effect("lends the worker while it waits", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const log: Array<string> = []
      yield* executor.submit(Effect.andThen(Executor.shutdown(executor), say(log, "shut down")))
      yield* executor.submit(Effect.andThen(Effect.yieldNow, say(log, "first")))
      const last = yield* executor.submit(Effect.andThen(Effect.yieldNow, say(log, "second")))
      yield* last
      yield* Executor.shutdown(executor)
      assert.deepStrictEqual(log, ["first", "second", "shut down"])
    })
  )
})

describe("awaitIdle inside one of the executor's tasks", () => {
  it.effect("waits for the other tasks and not for this one", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const door = yield* localGate
      yield* executor.submit(pass(door, "beside"))
      const inside = yield* executor.submit(Effect.as(Executor.awaitIdle(executor), "idle"))
      yield* executor.submit(pass(door, "behind"))
      yield* door.untilArrived(2)
      yield* door.admit(1)
      yield* letOthersRun
      assert.strictEqual(inside.state, "running")
      yield* door.open
      assert.strictEqual(yield* inside, "idle")
    })
  )

  it.effect("does not wait for tasks that wait for this one", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const child = Effect.as(Executor.awaitIdle(executor), "idle")
      assert.strictEqual(yield* Executor.run(executor, Executor.run(executor, child)), "idle")
    })
  )

  it.effect("does not wait for another task that does the same", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const futures = yield* Effect.forEach([1, 2, 3], (n) =>
        executor.submit(Effect.as(Executor.awaitIdle(executor), n))
      )
      assert.deepStrictEqual(yield* Future.all(futures), [1, 2, 3])
    })
  )

  it.effect("is not the same as for whoever waits outside: that one waits for all", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      yield* executor.submit(Effect.andThen(Executor.awaitIdle(executor), pass(door, "inside")))
      const outside = yield* begin(Executor.awaitIdle(executor))
      yield* door.untilArrived(1)
      yield* letOthersRun
      assert.isTrue(isWaiting(outside))
      yield* door.open
      yield* Fiber.join(outside)
    })
  )
})
