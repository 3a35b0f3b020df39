import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Executor } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { assertInvalid, letOthersRun, untilStats } from "./support.ts"
import { Building, Tasks } from "./tasks.ts"
import { defectOf } from "../support/defectOf.ts"

/** Making an executor, of any kind. */
export const makeBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  describe("make", () => {
    it.effect("keeps the name and maxWorkers that it is given", () =>
      Effect.gen(function* () {
        const executor = yield* make({ name: "kitchen", maxWorkers: 3 })
        assert.strictEqual(executor.name, "kitchen")
        assert.strictEqual(executor.maxWorkers, 3)
      })
    )

    it.effect("makes up different names for those that are given none", () =>
      Effect.gen(function* () {
        const one = yield* make()
        const other = yield* make()
        assert.notStrictEqual(one.name, "")
        assert.notStrictEqual(one.name, other.name)
      })
    )

    for (const [value, shown] of [
      [null, "null"],
      [5, "5"],
      ["x", '"x"'],
      [[], "[]"],
      [() => 1, "[Function (anonymous)]"]
    ] as const) {
      it.effect(`dies with InvalidOptionsError for ${shown} in place of the options`, () =>
        Effect.gen(function* () {
          const options: unknown = value
          const error = yield* defectOf(make(options as Parameters<typeof make>[0]))
          assertInvalid(error, { option: "options", value, shown, allowed: "an object" })
        })
      )
    }

    it.effect("gives what isExecutor knows as an executor", () =>
      Effect.gen(function* () {
        assert.isTrue(Executor.isExecutor(yield* make()))
        for (const other of [{}, null, undefined, 1, Tasks.add(1, 2)]) assert.isFalse(Executor.isExecutor(other))
      })
    )

    it.effect("gives an executor that pipes", () =>
      Effect.gen(function* () {
        const executor = yield* make({ name: "piped" })
        assert.strictEqual(
          executor.pipe((self) => self.name),
          "piped"
        )
      })
    )

    it.effect("makes no workers before there is a task", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4 })
        yield* letOthersRun
        assert.strictEqual((yield* Executor.stats(executor)).workers, 0)
      })
    )

    it.effect("makes a worker only when a task has none to run on", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4 })
        const door = yield* gate
        yield* executor.submit(Tasks.pass(door.address, "one"))
        yield* door.untilArrived(1)
        yield* untilStats(executor, { workers: 1 })
        yield* executor.submit(Tasks.pass(door.address, "two"))
        yield* door.untilArrived(2)
        yield* untilStats(executor, { workers: 2 })
      })
    )

    it.effect("uses a worker again for the next task", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 4 })
        for (let n = 0; n < 5; n++) yield* Executor.run(executor, Tasks.double(n))
        assert.strictEqual((yield* Executor.stats(executor)).workers, 1)
      })
    )

    it.effect("never has more than maxWorkers workers, nor runs more tasks at a time", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 3 })
        const door = yield* gate
        for (let n = 1; n <= 8; n++) yield* executor.submit(Tasks.pass(door.address, `task ${n}`))
        for (let begun = 3; begun <= 8; begun++) {
          yield* door.untilArrived(begun)
          yield* letOthersRun
          assert.strictEqual(door.arrivals.length, begun)
          assert.isAtMost((yield* Executor.stats(executor)).workers, 3)
          assert.isAtMost((yield* Executor.stats(executor)).running, 3)
          yield* door.admit(1)
        }
        yield* door.open
        yield* Executor.awaitIdle(executor)
        assert.strictEqual(door.most, 3)
      })
    )

    it.effect("builds the layer of a task module once for a worker", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const first = yield* Executor.run(executor, Building.number())
        assert.strictEqual(yield* Executor.run(executor, Building.number()), first)
      })
    )
  })
}
