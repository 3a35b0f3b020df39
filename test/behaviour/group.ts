import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { Executor, ExecutorShutdownError, Future } from "effect-futures"
import type { Kind } from "./Kind.ts"
import {
  assertInvalid,
  assertTimeout,
  badCounts,
  badTimeouts,
  begin,
  eventually,
  inOwnScope,
  isWaiting,
  letOthersRun,
  statesOf,
  submitAll,
  until,
  untilStats
} from "./support.ts"
import { Tasks } from "./tasks.ts"
import { defectOf } from "../support/defectOf.ts"

/** `group`, for executors of any kind. */
export const groupBehaviour = <X extends Executor.Failure>({ elapse, gate, make }: Kind<X>): void => {
  describe("group", () => {
    it.effect("is an executor that runs tasks on the other's workers", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const group = yield* Executor.group(executor)
        assert.isTrue(Executor.isExecutor(group))
        assert.strictEqual(yield* Executor.run(group, Tasks.add(1, 2)), 3)
        assert.strictEqual((yield* Executor.stats(executor)).workers, 1)
      })
    )

    it.effect("pipes", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4 })
        const group = yield* executor.pipe(Executor.group({ maxWorkers: 2, name: "piped" }))
        assert.deepStrictEqual([group.name, group.maxWorkers], ["piped", 2])
        assert.strictEqual((yield* executor.pipe(Executor.group())).maxWorkers, 4)
      })
    )

    it.effect("is named after the executor, with a number, unless it is given a name", () =>
      Effect.gen(function* () {
        const executor = yield* make({ name: "main" })
        const one = yield* Executor.group(executor)
        const other = yield* Executor.group(executor)
        assert.match(one.name, /^main.*\d+$/)
        assert.notStrictEqual(one.name, other.name)
        assert.strictEqual((yield* Executor.group(executor, { name: "request" })).name, "request")
      })
    )

    it.effect("has all of the executor's workers, unless it is given fewer", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4 })
        assert.strictEqual((yield* Executor.group(executor)).maxWorkers, 4)
        assert.strictEqual((yield* Executor.group(executor, { maxWorkers: 3 })).maxWorkers, 3)
        assert.strictEqual((yield* Executor.group(executor, { maxWorkers: 9 })).maxWorkers, 4)
      })
    )

    it.effect("runs no more tasks at a time than its own maxWorkers", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4 })
        const group = yield* Executor.group(executor, { maxWorkers: 2 })
        const door = yield* gate
        yield* submitAll(group, door, ["a", "b", "c", "d", "e"])
        for (let begun = 2; begun <= 5; begun++) {
          yield* door.untilArrived(begun)
          yield* letOthersRun
          assert.strictEqual(door.arrivals.length, begun)
          yield* door.admit(1)
        }
        yield* door.open
        yield* Executor.awaitIdle(group)
        assert.strictEqual(door.most, 2)
      })
    )

    it.effect("leaves the workers that it may not use to others", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const group = yield* Executor.group(executor, { maxWorkers: 1 })
        const door = yield* gate
        yield* submitAll(group, door, ["a", "b"])
        yield* door.untilArrived(1)
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
        assert.deepStrictEqual(door.arrivals, ["a"])
      })
    )

    it.effect("runs with others no more tasks at a time than the executor's maxWorkers", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const one = yield* Executor.group(executor)
        const other = yield* Executor.group(executor)
        const door = yield* gate
        yield* submitAll(one, door, ["a", "b", "c"])
        yield* submitAll(other, door, ["d", "e", "f"])
        yield* submitAll(executor, door, ["g", "h"])
        for (let begun = 2; begun <= 8; begun++) {
          yield* door.untilArrived(begun)
          yield* letOthersRun
          assert.strictEqual(door.arrivals.length, begun)
          yield* door.admit(1)
        }
        assert.strictEqual(door.most, 2)
      })
    )

    it.effect("with many tasks does not keep another from its turns", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const one = yield* Executor.group(executor)
        const other = yield* Executor.group(executor)
        const door = yield* gate
        yield* submitAll(one, door, ["a1", "a2", "a3", "a4", "a5"])
        yield* submitAll(other, door, ["b1", "b2"])
        yield* submitAll(executor, door, ["c1"])
        yield* door.open
        yield* Executor.awaitIdle(executor)
        const order = door.arrivals
        assert.isBelow(order.indexOf("b1"), order.indexOf("a3"))
        assert.isBelow(order.indexOf("b2"), order.indexOf("a4"))
        assert.isBelow(order.indexOf("c1"), order.indexOf("a3"))
        assert.deepStrictEqual(
          order.filter((name) => name.startsWith("a")),
          ["a1", "a2", "a3", "a4", "a5"]
        )
      })
    )

    it.effect("has statistics of its own, which are part of the executor's", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const group = yield* Executor.group(executor, { maxWorkers: 1 })
        const door = yield* gate
        yield* Executor.run(executor, Tasks.add(1, 2))
        yield* Effect.exit(Executor.run(group, Tasks.refuse("no")))
        yield* submitAll(group, door, ["runs", "waits"])
        yield* submitAll(executor, door, ["beside"])
        yield* door.untilArrived(2)
        const none = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0, crashed: 0 }
        const counted = (of: Executor.Executor<unknown>) =>
          Effect.map(Executor.stats(of), ({ isPaused: _, maxWorkers: __, workers: ___, ...counts }) => counts)
        yield* eventually(counted(group), { ...none, pending: 1, running: 1, failed: 1 })
        assert.strictEqual((yield* Executor.stats(group)).workers, 1)
        const all = counted(executor)
        yield* eventually(all, { ...none, pending: 1, running: 2, succeeded: 1, failed: 1 })
      })
    )

    it.effect("ends its tasks when its scope closes, and no others", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const { close, made: group } = yield* inOwnScope(Executor.group(executor, { maxWorkers: 1 }))
        const sibling = yield* Executor.group(executor, { maxWorkers: 1 })
        const door = yield* gate
        const cleaning = yield* gate
        const running = yield* group.submit(Tasks.passThenClean(door.address, cleaning.address, "it"))
        const pending = yield* group.submit(Tasks.pass(door.address, "never"))
        const others = [...(yield* submitAll(executor, door, ["o"])), ...(yield* submitAll(sibling, door, ["s"]))]
        yield* door.untilArrived(3)
        const closing = yield* begin(close)
        yield* cleaning.untilArrived(1)
        assert.isTrue(isWaiting(closing))
        yield* cleaning.open
        yield* Fiber.join(closing)
        assert.deepStrictEqual(statesOf([running, pending]), ["cancelled", "cancelled"])
        assert.isFalse(others.some(Future.isDone))
        assert.instanceOf(yield* Effect.flip(group.submit(Tasks.add(1, 2))), ExecutorShutdownError)
        yield* door.open
        assert.deepStrictEqual(yield* Future.all(others), ["o", "s"])
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
      })
    )

    it.effect("can be shut down by itself", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const group = yield* Executor.group(executor)
        const door = yield* gate
        const futures = yield* submitAll(group, door, ["a", "b", "c"])
        yield* door.untilArrived(2)
        const shutdown = yield* begin(Executor.shutdown(group, { mode: "cancelPending" }))
        yield* until(() => Future.isCancelled(futures[2]!))
        assert.isTrue(isWaiting(shutdown))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(statesOf(futures), ["finished", "finished", "cancelled"])
        assert.strictEqual(yield* Executor.run(executor, Tasks.add(1, 2)), 3)
      })
    )

    it.effect("ends with its executor", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const group = yield* Executor.group(executor)
        const door = yield* gate
        const futures = yield* submitAll(group, door, ["a", "b"])
        yield* door.untilArrived(1)
        yield* Executor.shutdown(executor, { mode: "interrupt" })
        assert.deepStrictEqual(statesOf(futures), ["cancelled", "cancelled"])
        assert.instanceOf(yield* Effect.flip(group.submit(Tasks.add(1, 2))), ExecutorShutdownError)
      })
    )

    it.effect("has its tasks finished by an executor that drains, and takes no more", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const group = yield* Executor.group(executor)
        const door = yield* gate
        const futures = yield* submitAll(group, door, ["a", "b"])
        const shutdown = yield* begin(Executor.shutdown(executor, { mode: "drain" }))
        assert.instanceOf(yield* Effect.flip(group.submit(Tasks.add(1, 2))), ExecutorShutdownError)
        assert.isTrue(isWaiting(shutdown))
        yield* door.open
        yield* Fiber.join(shutdown)
        assert.deepStrictEqual(yield* Future.all(futures), ["a", "b"])
      })
    )

    it.effect("takes no tasks where its executor takes none", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        yield* Executor.shutdown(executor)
        const group = yield* Executor.group(executor)
        assert.instanceOf(yield* Effect.flip(group.submit(Tasks.add(1, 2))), ExecutorShutdownError)
      })
    )

    it.effect("is idle when its own tasks have ended", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const group = yield* Executor.group(executor)
        const ours = yield* gate
        const theirs = yield* gate
        yield* submitAll(executor, theirs, ["theirs"])
        yield* submitAll(group, ours, ["ours"])
        const idle = yield* begin(Executor.awaitIdle(group))
        assert.isTrue(isWaiting(idle))
        yield* ours.open
        yield* Fiber.join(idle)
        yield* untilStats(executor, { pending: 0, running: 1 })
      })
    )

    it.effect("has the timeout that the executor had when it was made", () =>
      Effect.gen(function* () {
        const executor = yield* make({ timeout: "1 minute" })
        const group = yield* Executor.group(executor)
        yield* Executor.setTimeout(executor, "1 hour")
        const timeoutOf = (executor: Executor.Executor<unknown>) =>
          Effect.map(Executor.getTimeout(executor), (timeout) => Duration.toMillis(timeout))
        assert.strictEqual(yield* timeoutOf(group), 60_000)
        yield* Executor.setTimeout(group, "1 second")
        assert.deepStrictEqual([yield* timeoutOf(executor), yield* timeoutOf(group)], [3_600_000, 1000])
        assert.strictEqual(yield* timeoutOf(yield* Executor.group(executor, { timeout: "5 seconds" })), 5000)
        assert.strictEqual(yield* timeoutOf(yield* Executor.group(executor, { timeout: Infinity })), Infinity)
      })
    )

    it.effect("stops a task that takes longer than its timeout", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const group = yield* Executor.group(executor, { timeout: "1 minute" })
        const door = yield* gate
        const [future] = yield* submitAll(group, door, ["slow"])
        yield* door.untilArrived(1)
        yield* until(() => Future.isRunning(future!))
        yield* elapse("1 minute")
        assertTimeout(yield* Effect.flip(future!), { task: "pass", millis: 60_000, phase: "running" })
      })
    )

    it.effect("of a group has the limits of both", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4 })
        const outer = yield* Executor.group(executor, { maxWorkers: 2 })
        const inner = yield* Executor.group(outer, { maxWorkers: 3 })
        const innermost = yield* Executor.group(inner, { maxWorkers: 1 })
        assert.deepStrictEqual([inner.maxWorkers, innermost.maxWorkers], [2, 1])
        const door = yield* gate
        yield* submitAll(innermost, door, ["a", "b"])
        yield* submitAll(inner, door, ["c", "d"])
        yield* submitAll(outer, door, ["e"])
        for (let begun = 2; begun <= 5; begun++) {
          yield* door.untilArrived(begun)
          yield* letOthersRun
          assert.strictEqual(door.arrivals.length, begun)
          assert.isAtMost((yield* Executor.stats(innermost)).running, 1)
          yield* door.admit(1)
        }
        yield* door.open
        yield* Executor.awaitIdle(outer)
        const counts = yield* Effect.forEach([innermost, inner, outer, executor], Executor.stats)
        assert.deepStrictEqual(
          counts.map((stats) => stats.succeeded),
          [2, 4, 5, 5]
        )
      })
    )

    it.effect("of a group ends with that group", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const { close, made: outer } = yield* inOwnScope(Executor.group(executor))
        const inner = yield* Executor.group(outer)
        const door = yield* gate
        const futures = yield* submitAll(inner, door, ["a", "b", "c"])
        yield* door.untilArrived(2)
        yield* close
        assert.deepStrictEqual(statesOf(futures), ["cancelled", "cancelled", "cancelled"])
        assert.instanceOf(yield* Effect.flip(inner.submit(Tasks.add(1, 2))), ExecutorShutdownError)
      })
    )

    it.effect("dies with InvalidOptionsError for options that are not allowed", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const fails = (options: object) => defectOf(Executor.group(executor, options))
        for (const [maxWorkers, shown] of badCounts) {
          const allowed = "a whole number of at least 1"
          assertInvalid(yield* fails({ maxWorkers }), { option: "maxWorkers", value: maxWorkers, shown, allowed })
        }
        for (const [timeout, shown] of badTimeouts) {
          assertInvalid(yield* fails({ timeout }), {
            option: "timeout",
            value: timeout,
            shown,
            allowed: "more than zero"
          })
        }
        assertInvalid(yield* fails({ name: "" }), { option: "name", value: "", shown: '""', allowed: "non-empty" })
        assertInvalid(yield* fails({ onFailure: "panic" }), {
          option: "onFailure",
          value: "panic",
          shown: '"panic"',
          allowed: '"isolate" or "cancelAll"'
        })
      })
    )
  })
}
