import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Executor, ExecutorShutdownError, Future } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { eventually, inOwnScope, letOthersRun, statesOf, submitAll } from "./support.ts"
import { Tasks } from "./tasks.ts"

/** `keyed`, for executors of any kind. */
export const keyedBehaviour = <X extends Executor.Failure>({ elapse, gate, make }: Kind<X>): void => {
  describe("keyed", () => {
    it.effect("runs the tasks of a key one after the other, in the order of their submission", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const keyed = yield* Executor.keyed(executor)
        const door = yield* gate
        yield* door.open
        const names = Array.from({ length: 20 }, (_, index) => `${index}`)
        yield* Future.wait(yield* submitAll(keyed.get("ada"), door, names))
        assert.deepStrictEqual(door.arrivals, names)
        assert.strictEqual(door.most, 1)
      })
    )

    it.effect("runs those of other keys meanwhile, as many as there are workers", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const keyed = yield* Executor.keyed(executor)
        const door = yield* gate
        const ada = yield* submitAll(keyed.get("ada"), door, ["ada 1", "ada 2"])
        yield* submitAll(keyed.get("bob"), door, ["bob 1"])
        yield* door.untilArrived(2)
        assert.deepStrictEqual(door.arrivals.toSorted(), ["ada 1", "bob 1"])
        yield* door.admitNamed("ada 1")
        yield* door.untilArrived(3)
        yield* door.open
        assert.strictEqual(yield* ada[1]!, "ada 2")
      })
    )

    it.effect("lets keys take turns, however much one of them has submitted before", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const keyed = yield* Executor.keyed(executor)
        const door = yield* gate
        const futures = [
          ...(yield* submitAll(keyed.get(1), door, ["a1", "a2", "a3", "a4"])),
          ...(yield* submitAll(keyed.get(2), door, ["b1", "b2"])),
          ...(yield* submitAll(keyed.get(3), door, ["c1"]))
        ]
        yield* door.open
        yield* Future.wait(futures)
        assert.deepStrictEqual(door.arrivals, ["a1", "b1", "c1", "a2", "b2", "a3", "a4"])
      })
    )

    it.effect("with more workers for a key runs as many of its tasks at a time, and keys take turns", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const keyed = yield* Executor.keyed(executor, { maxWorkers: 2 })
        const door = yield* gate
        const futures = [
          ...(yield* submitAll(keyed.get("a"), door, ["a1", "a2", "a3"])),
          ...(yield* submitAll(keyed.get("b"), door, ["b1", "b2"]))
        ]
        yield* door.untilArrived(3)
        yield* letOthersRun
        assert.deepStrictEqual(door.arrivals.toSorted(), ["a1", "a2", "b1"])
        yield* door.open
        yield* Future.wait(futures)
      })
    )

    it.effect("takes keys of any type", () =>
      Effect.gen(function* () {
        const keyed = yield* Executor.keyed(yield* make({ maxWorkers: 2 }), { idleTimeToLive: "1 hour" })
        const keys = ["a", "", 1, Number.NaN, 1n, true, null, undefined, Symbol("key"), ["a", 1], { tenant: { id: 7 } }]
        for (const key of keys) assert.strictEqual(yield* Executor.run(keyed.get(key), Tasks.add(1, 2)), 3)
        // Equal, and not the same.
        assert.strictEqual(yield* Executor.run(keyed.get({ tenant: { id: 7 } }), Tasks.add(1, 2)), 3)
        assert.strictEqual(keyed.size, keys.length)
      })
    )

    it.effect("counts for each key", () =>
      Effect.gen(function* () {
        const keyed = yield* Executor.keyed(yield* make(), { idleTimeToLive: "1 hour" })
        yield* Executor.run(keyed.get("ada"), Tasks.add(1, 2))
        yield* Executor.run(keyed.get("ada"), Tasks.add(1, 2))
        yield* Executor.run(keyed.get("bob"), Tasks.add(1, 2))
        const stats = yield* keyed.stats
        assert.deepStrictEqual(
          stats.map(([key, { pending, running, succeeded }]) => [key, pending, running, succeeded]),
          [
            ["ada", 0, 0, 2],
            ["bob", 0, 0, 1]
          ]
        )
      })
    )

    it.effect("forgets a key that was idle for its time, and none that has something to do", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const keyed = yield* Executor.keyed(executor, { idleTimeToLive: "1 minute" })
        const door = yield* gate
        const [busy] = yield* submitAll(keyed.get("busy"), door, ["it"])
        yield* Executor.run(keyed.get("idle"), Tasks.add(1, 2))
        yield* door.untilArrived(1)
        assert.strictEqual(keyed.size, 2)
        yield* elapse("1 minute")
        yield* eventually(
          Effect.sync(() => keyed.size),
          1
        )
        yield* door.open
        yield* busy!
        yield* elapse("2 minutes")
        yield* eventually(
          Effect.sync(() => keyed.size),
          0
        )
      })
    )

    it.effect("ends with its scope: the tasks of all keys, and no others", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const door = yield* gate
        const { close, made: keyed } = yield* inOwnScope(Executor.keyed(executor))
        const mine = yield* submitAll(keyed.get("ada"), door, ["runs", "waits"])
        const [other] = yield* submitAll(executor, door, ["other"])
        yield* door.untilArrived(2)
        yield* close
        assert.deepStrictEqual(statesOf(mine), ["cancelled", "cancelled"])
        const refused = yield* Effect.flip(keyed.get("ada").submit(Tasks.add(1, 2)))
        assert.instanceOf(refused, ExecutorShutdownError)
        yield* door.open
        assert.strictEqual(yield* other!, "other")
      })
    )

    it.effect("limits the rate of each key, and holds up no other key", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const keyed = yield* Executor.keyed(executor, { rate: { limit: 1, every: "1 minute" } })
        const ada = [yield* keyed.get("ada").submit(Tasks.add(1, 1)), yield* keyed.get("ada").submit(Tasks.add(1, 2))]
        assert.strictEqual(yield* Executor.run(keyed.get("bob"), Tasks.add(2, 2)), 4)
        assert.strictEqual(yield* ada[0]!, 2)
        assert.strictEqual(ada[1]!.state, "pending")
        yield* elapse("1 minute")
        assert.strictEqual(yield* ada[1]!, 3)
      })
    )
  })
}
