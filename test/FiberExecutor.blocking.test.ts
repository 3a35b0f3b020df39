import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { assertTag, begin, isWaiting, letOthersRun, Meter, pass, statesOf } from "./behaviour/support.ts"

describe("a worker that is lent", () => {
  it.effect("is back when the wait is over: no more than maxWorkers tasks go on, but for those that wait", () =>
    Effect.gen(function* () {
      for (const maxWorkers of [1, 2, 3]) {
        const executor = yield* FiberExecutor.make({ maxWorkers })
        const meter = new Meter()
        const tree = (depth: number): Effect.Effect<number, unknown> =>
          Effect.gen(function* () {
            yield* meter.inside
            if (depth === 0) return 1
            const one = yield* executor.submit(tree(depth - 1))
            const other = yield* executor.submit(tree(depth - 1))
            yield* meter.inside
            const first = yield* one
            yield* meter.inside
            const second = yield* Executor.run(executor, Effect.andThen(meter.inside, other))
            yield* meter.inside
            return first + second
          })
        assert.strictEqual(yield* Executor.run(executor, tree(6)), 64)
        assert.strictEqual(meter.most, maxWorkers)
        assert.isAtMost((yield* Executor.stats(executor)).workers, maxWorkers)
      }
    })
  )

  it.effect("goes back to the task that lent it before tasks that have not begun, whatever their priority", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const parent = yield* executor.submit(
        Effect.andThen(Executor.run(executor, pass(door, "child")), pass(door, "parent"))
      )
      yield* door.untilArrived(1)
      for (const n of [1, 2, 3]) yield* executor.submit(pass(door, `other ${n}`), { priority: 1000 })
      yield* door.open
      yield* Executor.awaitIdle(executor)
      assert.strictEqual(yield* parent, "parent")
      // The worker of the child may go on to one other task, as the parent asks for it only when the child has ended.
      assert.isAtMost(door.arrivals.indexOf("parent"), 2)
      assert.strictEqual(door.arrivals.length, 5)
    })
  )

  it.effect("is lent until the others have ended, by a task that waits until its own executor is idle", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const door = yield* localGate
      const other = yield* executor.submit(pass(door, "other"))
      const waiting = yield* executor.submit(Executor.awaitIdle(executor))
      yield* letOthersRun
      assert.deepStrictEqual(statesOf([other, waiting]), ["running", "running"])
      yield* door.open
      yield* waiting
      assert.isTrue(Future.isDone(other))
    })
  )

  it.effect("is asked back by a task that gives up its wait", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const [childDoor, parentDoor] = [yield* localGate, yield* localGate]
      const child = pass(childDoor, "child")
      const parent = yield* executor.submit(
        Effect.gen(function* () {
          const future = yield* executor.submit(child)
          yield* Effect.exit(Future.result(future, { timeout: "1 second" }))
          return yield* pass(parentDoor, "parent")
        })
      )
      yield* childDoor.untilArrived(1)
      const next = yield* executor.submit(Effect.succeed("next"))
      yield* TestClock.adjust("1 second")
      yield* parentDoor.untilArrived(1)
      yield* childDoor.open
      yield* letOthersRun
      assert.deepStrictEqual(statesOf([parent, next]), ["running", "pending"])
      yield* parentDoor.open
      assert.deepStrictEqual(yield* Future.all([parent, next]), ["parent", "next"])
    })
  )

  it.effect("has others wait when it is back", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const first = yield* executor.submit(pass(door, "first"))
      const parent = yield* executor.submit(Effect.andThen(first, pass(door, "parent")))
      yield* door.untilArrived(1)
      const last = yield* executor.submit(pass(door, "last"))
      yield* door.admit(1)
      yield* door.untilArrived(2)
      yield* letOthersRun
      assert.deepStrictEqual(door.arrivals, ["first", "parent"])
      assert.deepStrictEqual(statesOf([parent, last]), ["running", "pending"])
    })
  )

  it.effect("leaves the lending task running, as state and stats have it", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const parent = yield* executor.submit(Executor.run(executor, pass(door, "child")))
      yield* door.untilArrived(1)
      assert.strictEqual(parent.state, "running")
      const { pending, running, workers } = yield* Executor.stats(executor)
      assert.deepStrictEqual({ pending, running, workers }, { pending: 0, running: 2, workers: 1 })
    })
  )

  it.effect("is not lent to wait for another executor", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const elsewhere = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const waits = yield* executor.submit(Executor.run(elsewhere, pass(door, "elsewhere")))
      const next = yield* executor.submit(pass(door, "next"))
      yield* door.untilArrived(1)
      yield* letOthersRun
      assert.deepStrictEqual(statesOf([waits, next]), ["running", "pending"])
      yield* door.open
      assert.deepStrictEqual(yield* Future.all([waits, next]), ["elsewhere", "next"])
    })
  )

  it.effect("is not lent by waits that have nothing to do with the executor", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const byHand = yield* Future.make<string>()
      const waits = yield* executor.submit(byHand)
      const next = yield* executor.submit(Effect.succeed("next"))
      yield* letOthersRun
      assert.deepStrictEqual(statesOf([waits, next]), ["running", "pending"])
      yield* Future.succeed(byHand, "by hand")
      assert.deepStrictEqual(yield* Future.all([waits, next]), ["by hand", "next"])
    })
  )

  it.effect("is not needed to join what is done already", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const done = yield* executor.submit(Effect.succeed("done"))
      yield* done
      const log: Array<string> = []
      yield* executor.submit(
        Effect.andThen(
          done,
          Effect.sync(() => log.push("first"))
        )
      )
      yield* executor.submit(Effect.sync(() => log.push("second")))
      yield* Executor.awaitIdle(executor)
      assert.deepStrictEqual(log, ["first", "second"])
    })
  )

  it.effect("does not keep a task that waits from being cancelled, nor its finalizers from running", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const log: Array<string> = []
      const child = yield* executor.submit(Effect.never)
      const parent = yield* executor.submit(
        Effect.ensuring(
          child,
          Effect.sync(() => log.push("cleaned up"))
        )
      )
      yield* executor.submit(pass(door, "busy"))
      yield* Future.cancel(child)
      yield* door.untilArrived(1)
      const waiting = yield* executor.submit(
        Effect.ensuring(
          Executor.run(executor, Effect.never),
          Effect.sync(() => log.push("cleaned up too"))
        )
      )
      yield* door.open
      yield* letOthersRun
      assert.strictEqual(waiting.state, "running")
      assert.isTrue(yield* Future.cancel(waiting))
      assert.strictEqual(parent.state, "finished")
      assert.deepStrictEqual(log, ["cleaned up", "cleaned up too"])
      assert.strictEqual(yield* Executor.run(executor, Effect.succeed("free")), "free")
    })
  )

  it.effect("does not keep a task that waits from its timeout", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const parent = yield* executor.submit(Executor.run(executor, Effect.never), { timeout: "1 minute" })
      yield* TestClock.adjust("1 minute")
      assertTag(yield* Effect.flip(parent), "TaskTimeoutError")
      const { cancelled, running, timedOut } = yield* Executor.stats(executor)
      assert.deepStrictEqual({ cancelled, running, timedOut }, { cancelled: 1, running: 0, timedOut: 1 })
    })
  )

  it.effect("stays lent while any fiber of the task waits", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const parent = yield* executor.submit(
        Effect.all([Executor.run(executor, pass(door, "a")), Executor.run(executor, pass(door, "b"))], {
          concurrency: "unbounded"
        })
      )
      yield* door.untilArrived(1)
      yield* door.admit(1)
      yield* door.untilArrived(2)
      yield* door.admit(1)
      assert.deepStrictEqual(yield* parent, ["a", "b"])
    })
  )

  it.effect("is no matter for a fiber that the task has left behind", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const [door, backDoor] = [yield* localGate, yield* localGate]
      const leftBehind = yield* Executor.run(
        executor,
        Effect.forkDetach(Effect.andThen(pass(backDoor, "left behind"), Executor.run(executor, Effect.succeed("late"))))
      )
      const busy = yield* executor.submit(pass(door, "busy"))
      yield* door.untilArrived(1)
      yield* backDoor.open
      yield* letOthersRun
      assert.isTrue(isWaiting(leftBehind))
      assert.strictEqual((yield* Executor.stats(executor)).running, 1)
      yield* door.open
      assert.strictEqual(yield* busy, "busy")
      assert.strictEqual(yield* Fiber.join(leftBehind), "late")
    })
  )

  it.effect("does not let whoever waits for the executor from outside pass as a task", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const door = yield* localGate
      const outside = yield* begin(Executor.run(executor, pass(door, "it")))
      assert.strictEqual((yield* Executor.stats(executor)).running, 1)
      yield* door.open
      yield* Fiber.join(outside)
    })
  )
})
