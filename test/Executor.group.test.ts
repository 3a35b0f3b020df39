import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
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
import { defectOf } from "./support/defectOf.ts"

describe("group", () => {
  it.effect("of a fiber executor takes any effect, with a scope of its own", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const group = yield* Executor.group(executor)
      const log: Array<string> = []
      const task = Effect.andThen(
        Effect.addFinalizer(() => Effect.sync(() => log.push("closed"))),
        Effect.sync(() => log.push("ran"))
      )
      yield* Executor.run(group, task)
      assert.deepStrictEqual(log, ["ran", "closed"])
    })
  )

  it.effect("in a task ends with the task", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const left = yield* Executor.run(
        executor,
        Effect.gen(function* () {
          const group = yield* Executor.group(executor)
          return yield* group.submit(Effect.never)
        })
      )
      assert.strictEqual(left.state, "cancelled")
      assert.strictEqual((yield* Executor.stats(executor)).running, 0)
    })
  )

  it.effect("in a task ends with the task, also when both need the one worker", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const log: Array<string> = []
      const cleanUp = Effect.andThen(
        letOthersRun,
        Effect.sync(() => log.push("cleaned up"))
      )
      yield* Executor.run(
        executor,
        Effect.gen(function* () {
          const group = yield* Executor.group(executor)
          const running = yield* group.submit(
            Effect.andThen(Effect.yieldNow, Effect.ensuring(Executor.awaitIdle(group), cleanUp))
          )
          yield* group.submit(Effect.void)
          yield* Future.wait([running])
          yield* group.submit(Effect.never)
        })
      )
      assert.deepStrictEqual(log, ["cleaned up"])
    })
  )

  it.effect("counts as its workers those that it uses, and not those that are lent", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const group = yield* Executor.group(executor)
      const door = yield* localGate
      yield* group.submit(Executor.run(group, pass(door, "child")))
      yield* door.untilArrived(1)
      const { running, workers } = yield* Executor.stats(group)
      assert.deepStrictEqual({ running, workers }, { running: 2, workers: 1 })
      yield* executor.submit(pass(door, "outsider"))
      assert.strictEqual((yield* Executor.stats(group)).workers, 1)
      const other = yield* Executor.group(yield* FiberExecutor.make({ maxWorkers: 2 }))
      const children = Effect.forEach(["a", "b"], (name) => Executor.run(other, pass(door, name)), { concurrency: 2 })
      yield* other.submit(children)
      yield* door.untilArrived(4)
      assert.strictEqual((yield* Executor.stats(other)).workers, 2)
    })
  )

  it.effect("shares the executor's capacity", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1, capacity: 2, overflow: "fail" })
      const group = yield* Executor.group(executor)
      yield* executor.submit(Effect.never)
      yield* executor.submit(Effect.never)
      yield* group.submit(Effect.never)
      const error = yield* Effect.flip(group.submit(Effect.never))
      assertTag(error, "QueueFullError")
      assert.deepInclude(error, { executor: group.name, capacity: 2 })
      assertTag(yield* Effect.flip(executor.submit(Effect.never)), "QueueFullError")
    })
  )

  it.effect("at its limit does not keep others from a worker that is free", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 2, capacity: 0 })
      const group = yield* Executor.group(executor, { maxWorkers: 1 })
      const door = yield* localGate
      yield* group.submit(pass(door, "of the group"))
      const waiting = yield* begin(group.submit(pass(door, "of the group too")))
      assert.isTrue(isWaiting(waiting))
      assert.strictEqual(yield* Executor.run(executor, Effect.succeed("direct")), "direct")
      yield* door.open
      assert.strictEqual(yield* Effect.flatten(Fiber.join(waiting)), "of the group too")
    })
  )

  it.effect("whose task cleans up when the scope closes has its place until it is gone", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const { close, made: group } = yield* inOwnScope(Executor.group(executor))
      const cleaning = yield* localGate
      yield* group.submit(Effect.ensuring(Effect.never, pass(cleaning, "it")))
      const next = yield* executor.submit(Effect.succeed("next"))
      yield* letOthersRun
      const closing = yield* begin(close)
      assert.isTrue(isWaiting(closing))
      assert.strictEqual(next.state, "pending")
      yield* cleaning.open
      yield* Fiber.join(closing)
      assert.strictEqual(yield* next, "next")
    })
  )

  it.effect("gives groups their turns, one after the other", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const order: Array<string> = []
      const submitAll = (group: Executor.EffectExecutor<unknown>, name: string) =>
        Effect.forEach([1, 2, 3], (n) =>
          group.submit(
            Effect.andThen(
              Effect.yieldNow,
              Effect.sync(() => order.push(`${name}${n}`))
            )
          )
        )
      yield* submitAll(yield* Executor.group(executor), "a")
      yield* submitAll(yield* Executor.group(executor), "b")
      yield* submitAll(yield* Executor.group(executor), "c")
      yield* Executor.awaitIdle(executor)
      assert.deepStrictEqual(order, ["a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3", "c3"])
    })
  )

  it.effect("starts its own tasks by priority", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
      const group = yield* Executor.group(executor)
      const door = yield* localGate
      yield* group.submit(pass(door, "runs"))
      yield* group.submit(pass(door, "low"), { priority: -1 })
      yield* group.submit(pass(door, "normal"))
      yield* group.submit(pass(door, "high"), { priority: 1 })
      yield* door.open
      yield* Executor.awaitIdle(group)
      assert.deepStrictEqual(door.arrivals, ["runs", "high", "normal", "low"])
    })
  )

  it.effect(
    "starts its own tasks by priority also when its executor is busy with others, whatever stands in line there",
    () =>
      Effect.gen(function* () {
        for (const maxWorkers of [1, 2]) {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          const outer = yield* Executor.group(executor, { maxWorkers })
          const group = yield* Executor.group(outer)
          const door = yield* localGate
          yield* executor.submit(pass(door, "another's"))
          yield* group.submit(pass(door, "low 1"), { priority: -1 })
          yield* group.submit(pass(door, "low 2"), { priority: -1 })
          yield* group.submit(pass(door, "normal 1"))
          yield* group.submit(pass(door, "high"), { priority: 1 })
          yield* group.submit(pass(door, "normal 2"))
          yield* door.open
          yield* Executor.awaitIdle(executor)
          assert.deepStrictEqual(door.arrivals, ["another's", "high", "normal 1", "normal 2", "low 1", "low 2"])
        }
      })
  )

  /** A group whose executor is busy with the tasks of another one, until the gate opens. */
  const makeBusy = (maxWorkers: number) =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
      const group = yield* Executor.group(executor, { maxWorkers })
      const door = yield* localGate
      for (let n = 0; n < 3; n++) yield* executor.submit(pass(door, "busy"))
      const arrivals = Effect.gen(function* () {
        yield* door.open
        yield* Executor.awaitIdle(executor)
        return door.arrivals.filter((name) => name !== "busy")
      })
      return { executor, group, door, arrivals }
    })

  it.effect(
    "takes back for an urgent task the last of those that are least urgent, so that they keep their order",
    () =>
      Effect.gen(function* () {
        const { arrivals, door, group } = yield* makeBusy(2)
        for (const name of ["first", "second"]) yield* group.submit(pass(door, name))
        yield* group.submit(pass(door, "urgent"), { priority: 1 })
        assert.deepStrictEqual(yield* arrivals, ["urgent", "first", "second"])
      })
  )

  it.effect("takes back none for a task that is as urgent, though there was a less urgent one before", () =>
    Effect.gen(function* () {
      const { arrivals, door, executor, group } = yield* makeBusy(2)
      const low = yield* group.submit(pass(door, "low"), { priority: -1 })
      yield* group.submit(pass(door, "first"))
      yield* Future.cancel(low)
      yield* group.submit(pass(door, "second"))
      yield* executor.submit(pass(door, "the executor's"))
      yield* group.submit(pass(door, "third"))
      assert.deepStrictEqual(yield* arrivals, ["first", "second", "the executor's", "third"])
    })
  )

  it.effect("keeps its place in the executor's line for as many as its new limit allows", () =>
    Effect.gen(function* () {
      const { arrivals, door, executor, group } = yield* makeBusy(3)
      for (const name of ["first", "second"]) yield* group.submit(pass(door, name))
      yield* executor.submit(pass(door, "the executor's"))
      yield* Executor.setMaxWorkers(group, 2)
      assert.deepStrictEqual(yield* arrivals, ["first", "second", "the executor's"])
    })
  )

  it.effect("cancelAll stops tasks of the group that failed and waits for none of them to report it", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
      const group = yield* Executor.group(executor, { onFailure: "cancelAll" })
      const log: Array<string> = []
      const siblings = yield* Effect.forEach(["a", "b"], (name) =>
        group.submit(
          Effect.ensuring(
            Effect.never,
            Effect.sync(() => log.push(`${name} cleaned up`))
          )
        )
      )
      yield* letOthersRun
      const failing = yield* group.submit(Effect.fail("no"))
      assert.strictEqual(yield* Effect.flip(failing), "no")
      yield* Executor.awaitIdle(group)
      assert.deepStrictEqual(log, ["a cleaned up", "b cleaned up"])
      assert.deepStrictEqual(statesOf(siblings), ["cancelled", "cancelled"])
    })
  )

  it.effect("cancelAll is a nursery: the scope's end comes after all of it, with the first failure in hand", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
      const error = yield* Effect.gen(function* () {
        const group = yield* Executor.group(executor, { onFailure: "cancelAll" })
        const futures = [
          yield* group.submit(Effect.never),
          yield* group.submit(Effect.andThen(Effect.yieldNow, Effect.fail("first"))),
          yield* group.submit(Effect.never)
        ]
        return yield* Effect.flip(Future.all(futures))
      }).pipe(Effect.scoped)
      assert.strictEqual(error, "first")
      assert.strictEqual((yield* Executor.stats(executor)).running, 0)
    })
  )

  it.effect("of a group with cancelAll is cancelled with it", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make({ maxWorkers: 4 })
      const outer = yield* Executor.group(executor, { onFailure: "cancelAll" })
      const inner = yield* Executor.group(outer, { onFailure: "cancelAll" })
      const above = yield* outer.submit(Effect.never)
      const below = yield* inner.submit(Effect.never)
      yield* Effect.exit(Executor.run(inner, Effect.fail("no")))
      yield* Future.wait([above, below])
      assert.deepStrictEqual(statesOf([above, below]), ["cancelled", "cancelled"])
    })
  )

  for (const value of [null, 5, "x", []]) {
    it.effect(`dies with InvalidOptionsError for ${JSON.stringify(value)} in place of the options`, () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const options: unknown = value
        const error = yield* defectOf(Executor.group(executor, options as Executor.GroupOptions))
        assertInvalid(error, { option: "options", value, shown: JSON.stringify(value), allowed: "an object" })
      })
    )
  }

  for (const option of ["name", "maxWorkers", "onFailure"]) {
    it.effect(`dies with InvalidOptionsError for ${option}: null`, () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const error = yield* defectOf(Executor.group(executor, { [option]: null }))
        assertInvalid(error, { option, value: null, shown: "null", allowed: "expected" })
      })
    )
  }
})
