import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Executor, ExecutorShutdownError, Future } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { letOthersRun, statesOf, submitAll, until } from "./support.ts"
import { Tasks } from "./tasks.ts"

/** Failures in a group, for executors of any kind. */
export const groupFailureBehaviour = <X extends Executor.Failure>({ elapse, gate, make }: Kind<X>): void => {
  describe("group with onFailure", () => {
    it.effect(`"isolate", the default, lets the others go on when one fails or times out`, () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4 })
        for (const options of [{}, { onFailure: "isolate" }] as const) {
          const group = yield* Executor.group(executor, options)
          const door = yield* gate
          const [sibling] = yield* submitAll(group, door, ["sibling"])
          yield* Effect.exit(Executor.run(group, Tasks.refuse("no")))
          const hanging = yield* gate
          const slow = yield* group.submit(Tasks.pass(hanging.address, "slow"), { timeout: "1 second" })
          yield* hanging.untilArrived(1)
          yield* until(() => Future.isRunning(slow))
          yield* letOthersRun
          yield* elapse("1 second")
          yield* Effect.exit(slow)
          yield* door.open
          assert.strictEqual(yield* sibling!, "sibling")
          assert.strictEqual(yield* Executor.run(group, Tasks.add(1, 2)), 3)
        }
      })
    )

    for (const [how, task] of [
      ["fails", Tasks.passThenRefuse],
      ["throws", Tasks.passThenThrow]
    ] as const) {
      it.effect(`"cancelAll" cancels the others when one ${how}, and takes no more`, () =>
        Effect.gen(function* () {
          const executor = yield* make({ maxWorkers: 3 })
          const group = yield* Executor.group(executor, { maxWorkers: 2, onFailure: "cancelAll" })
          const door = yield* gate
          const siblings = yield* gate
          const [outsider] = yield* submitAll(executor, siblings, ["outsider"])
          const futures = yield* submitAll(group, siblings, ["runs"])
          const failing = yield* group.submit(task(door.address, "no"))
          futures.push(...(yield* submitAll(group, siblings, ["pending"])))
          yield* siblings.untilArrived(2)
          yield* door.open
          yield* Future.wait([...futures, failing])
          assert.deepStrictEqual(statesOf(futures), ["cancelled", "cancelled"])
          assert.strictEqual(failing.state, "finished")
          assert.instanceOf(yield* Effect.flip(group.submit(Tasks.add(1, 2))), ExecutorShutdownError)
          yield* siblings.open
          assert.strictEqual(yield* outsider!, "outsider")
          assert.deepStrictEqual(siblings.arrivals.toSorted(), ["outsider", "runs"])
        })
      )
    }

    it.effect(`"cancelAll" cancels the others when one times out`, () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const group = yield* Executor.group(executor, { onFailure: "cancelAll" })
        const door = yield* gate
        const [sibling] = yield* submitAll(group, door, ["sibling"])
        const slow = yield* group.submit(Tasks.pass(door.address, "slow"), { timeout: "1 minute" })
        yield* door.untilArrived(2)
        yield* until(() => Future.isRunning(slow))
        yield* elapse("1 minute")
        yield* Future.wait([sibling!, slow])
        assert.strictEqual(sibling!.state, "cancelled")
      })
    )

    it.effect(`"cancelAll" lets the others go on when one is cancelled`, () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const group = yield* Executor.group(executor, { onFailure: "cancelAll" })
        const door = yield* gate
        const [one, other] = yield* submitAll(group, door, ["one", "other"])
        yield* door.untilArrived(2)
        yield* Future.cancel(one!)
        yield* door.open
        assert.strictEqual(yield* other!, "other")
        assert.strictEqual(yield* Executor.run(group, Tasks.add(1, 2)), 3)
      })
    )

    it.effect(`"cancelAll" reaches down to the groups below, and not up to an "isolate" above`, () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4 })
        const outer = yield* Executor.group(executor)
        const middle = yield* Executor.group(outer, { onFailure: "cancelAll" })
        const inner = yield* Executor.group(middle)
        const door = yield* gate
        const [above] = yield* submitAll(outer, door, ["above"])
        const [below] = yield* submitAll(inner, door, ["below"])
        yield* door.untilArrived(2)
        yield* Effect.exit(Executor.run(middle, Tasks.refuse("no")))
        yield* until(() => Future.isRunning(above!) && Future.isDone(below!))
        assert.deepStrictEqual(statesOf([above!, below!]), ["running", "cancelled"])
      })
    )

    it.effect(`"isolate" of a group keeps its failures from a "cancelAll" above`, () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 2 })
        const outer = yield* Executor.group(executor, { onFailure: "cancelAll" })
        const inner = yield* Executor.group(outer)
        const door = yield* gate
        const [above] = yield* submitAll(outer, door, ["above"])
        yield* door.untilArrived(1)
        yield* Effect.exit(Executor.run(inner, Tasks.refuse("no")))
        yield* letOthersRun
        yield* door.open
        assert.strictEqual(yield* above!, "above")
        assert.strictEqual(yield* Executor.run(outer, Tasks.add(1, 2)), 3)
      })
    )
  })
}
