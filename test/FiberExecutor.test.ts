import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import { Executor, FiberExecutor, Future, InvalidOptionsError } from "effect-futures"
import * as os from "node:os"
import { behaviour } from "./behaviour/behaviour.ts"
import { localGate, socketGate } from "./behaviour/Gate.ts"
import { assertInvalid, badCounts, badTimeouts, begin, inOwnScope, pass } from "./behaviour/support.ts"
import { Tasks } from "./behaviour/tasks.ts"
import { defectOf } from "./support/defectOf.ts"

behaviour("FiberExecutor", { make: FiberExecutor.make, gate: localGate, elapse: TestClock.adjust })

// Tasks of other threads and processes come to their gates by a socket. That the table can do with it is shown here.
behaviour("FiberExecutor, with gates elsewhere", {
  make: FiberExecutor.make,
  gate: socketGate,
  elapse: TestClock.adjust
})

describe("FiberExecutor", () => {
  describe("make", () => {
    it.effect("has min(32, cores + 4) workers by default", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        assert.strictEqual(executor.maxWorkers, Math.min(32, os.availableParallelism() + 4))
      })
    )

    it.effect(`is named "fibers-" and a number by default`, () =>
      Effect.gen(function* () {
        assert.match((yield* FiberExecutor.make()).name, /^fibers-\d+$/)
        assert.match((yield* FiberExecutor.make({})).name, /^fibers-\d+$/)
      })
    )

    it.effect("has no timeout, no queueTimeout and room for any number of tasks by default", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const door = yield* localGate
        const futures = yield* Effect.forEach(Array.from({ length: 5000 }), () => executor.submit(pass(door, "it")))
        yield* TestClock.adjust("1000 weeks")
        assert.strictEqual((yield* Executor.stats(executor)).pending, 4999)
        yield* door.open
        yield* Future.all(futures)
      })
    )

    it.effect("takes undefined for every option as if it were not there", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({
          name: undefined,
          maxWorkers: undefined,
          timeout: undefined,
          queueTimeout: undefined,
          capacity: undefined,
          overflow: undefined,
          idleTimeToLive: undefined
        })
        assert.match(executor.name, /^fibers-\d+$/)
      })
    )

    const allowedCount = "a whole number of at least 1"
    const allowedCapacity = "a whole number of at least 0, or Infinity"
    const bad: ReadonlyArray<readonly [option: string, value: unknown, shown: string, allowed: string]> = [
      ...badCounts.map(([value, shown]) => ["maxWorkers", value, shown, allowedCount] as const),
      ...["timeout", "queueTimeout", "idleTimeToLive"].flatMap((option) =>
        badTimeouts.map(([value, shown]) => [option, value, shown, "more than zero"] as const)
      ),
      ["capacity", -1, "-1", allowedCapacity],
      ["capacity", 1.5, "1.5", allowedCapacity],
      ["capacity", Number.NaN, "NaN", allowedCapacity],
      ["capacity", "3", '"3"', allowedCapacity],
      ["overflow", "drop", '"drop"', '"suspend" or "fail"'],
      ["overflow", 1, "1", '"suspend" or "fail"'],
      ["name", "", '""', "non-empty"],
      ["name", 5, "5", "non-empty"]
    ]
    for (const [option, value, shown, allowed] of bad) {
      it.effect(`dies with InvalidOptionsError for ${option}: ${shown}`, () =>
        Effect.gen(function* () {
          const error = yield* defectOf(FiberExecutor.make({ [option]: value }))
          assertInvalid(error, { option, value, shown, allowed })
        })
      )
    }

    for (const option of ["name", "maxWorkers", "capacity", "overflow"]) {
      it.effect(`dies with InvalidOptionsError for ${option}: null`, () =>
        Effect.gen(function* () {
          const error = yield* defectOf(FiberExecutor.make({ [option]: null }))
          assertInvalid(error, { option, value: null, shown: "null", allowed: "expected" })
        })
      )
    }

    for (const options of [null, 5, "x", []]) {
      it.effect(`dies with InvalidOptionsError for ${JSON.stringify(options)} in place of the options of submit`, () =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make()
          const error = yield* defectOf(executor.submit(Effect.void, options as never))
          assert.instanceOf(error, InvalidOptionsError)
        })
      )
    }

    it.effect("shows its name, its workers and its tasks when printed", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ name: "printed", maxWorkers: 1 })
        yield* executor.submit(Effect.never)
        yield* executor.submit(Effect.never)
        for (const printed of [String(executor), JSON.stringify(executor)]) {
          assert.include(printed, "printed")
          assert.include(printed, "1 pending, 1 running")
        }
      })
    )
  })

  describe("layer", () => {
    it.effect("provides one executor as both services", () =>
      Effect.gen(function* () {
        const [fibers, any] = yield* Effect.all([
          Effect.service(FiberExecutor.FiberExecutor),
          Effect.service(Executor.Executor)
        ]).pipe(Effect.provide(FiberExecutor.layer({ name: "app", maxWorkers: 2 })))
        assert.strictEqual(fibers, any)
        assert.deepStrictEqual([any.name, any.maxWorkers], ["app", 2])
      })
    )

    it.effect("lets a program leave the choice of the executor open", () =>
      Effect.gen(function* () {
        const program = Effect.gen(function* () {
          const executor = yield* Executor.Executor
          return yield* Executor.run(executor, Tasks.add(1, 2))
        })
        assert.strictEqual(yield* program.pipe(Effect.provide(FiberExecutor.layer())), 3)
      })
    )

    it.effect("ends the executor when its scope closes", () =>
      Effect.gen(function* () {
        const { close, made: context } = yield* inOwnScope(Layer.build(FiberExecutor.layer({ maxWorkers: 1 })))
        const executor = Context.get(context, FiberExecutor.FiberExecutor)
        const future = yield* executor.submit(Effect.never)
        yield* close
        assert.strictEqual(future.state, "cancelled")
        assert.strictEqual((yield* Effect.flip(executor.submit(Effect.void)))._tag, "ExecutorShutdownError")
      })
    )

    it.effect("dies with InvalidOptionsError for an option that is not allowed", () =>
      Effect.gen(function* () {
        const error = yield* defectOf(Layer.build(FiberExecutor.layer({ maxWorkers: 0 })))
        assert.instanceOf(error, InvalidOptionsError)
        assertInvalid(error, { option: "maxWorkers", value: 0, shown: "0", allowed: "at least 1" })
      })
    )
  })

  describe("the end of the scope", () => {
    it.effect("waits for finalizers that cannot be interrupted, however long", () =>
      Effect.gen(function* () {
        const { close, made: executor } = yield* inOwnScope(FiberExecutor.make())
        const log: Array<string> = []
        yield* executor.submit(
          Effect.ensuring(
            Effect.never,
            Effect.andThen(
              Effect.sleep("1 hour"),
              Effect.sync(() => log.push("cleaned up"))
            )
          )
        )
        yield* TestClock.adjust("1 second")
        const closing = yield* begin(
          Effect.andThen(
            close,
            Effect.sync(() => log.push("closed"))
          )
        )
        yield* TestClock.adjust("59 minutes")
        assert.deepStrictEqual(log, [])
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(closing)
        assert.deepStrictEqual(log, ["cleaned up", "closed"])
      })
    )

    it.effect("is the same for a scope that fails", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const executor = yield* Scope.provide(FiberExecutor.make(), scope)
        const future = yield* executor.submit(Effect.never)
        yield* Scope.close(scope, Exit.die("a bad end"))
        assert.strictEqual(future.state, "cancelled")
      })
    )
  })
})
