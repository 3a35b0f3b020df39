import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Layer, Scope } from "effect"
import { Executor, FiberExecutor, Future, Task } from "effect-futures"

class Connection extends Context.Service<Connection, { readonly number: number }>()("test/Connection") {}

/** A module whose layer counts how often it was built and released. */
const counted = () => {
  const counts = { built: 0, released: 0 }
  const layer = Layer.effect(
    Connection,
    Effect.acquireRelease(
      Effect.sync(() => ({ number: ++counts.built })),
      () => Effect.sync(() => counts.released++)
    )
  )
  const tasks = Task.module(
    import.meta.url,
    {
      number: () => Effect.map(Connection, (connection) => connection.number),
      hold: (gate: Deferred.Deferred<void>) => Effect.andThen(Connection, Deferred.await(gate))
    },
    { layer }
  )
  return { counts, tasks }
}

describe("the layer of a task module on a fiber executor", () => {
  it.effect("is built once for tasks that run one after the other", () =>
    Effect.gen(function* () {
      const { counts, tasks } = counted()
      const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
      const numbers = yield* Effect.forEach([1, 2, 3], () => Executor.run(executor, tasks.number()))
      assert.deepStrictEqual(numbers, [1, 1, 1])
      assert.deepStrictEqual(counts, { built: 1, released: 0 })
    })
  )

  it.effect("is released when the executor ends", () =>
    Effect.gen(function* () {
      const { counts, tasks } = counted()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make()
          yield* Executor.run(executor, tasks.number())
        })
      )
      assert.deepStrictEqual(counts, { built: 1, released: 1 })
    })
  )

  it.effect("is released after the tasks that a closing scope interrupts", () =>
    Effect.gen(function* () {
      const { counts, tasks } = counted()
      const scope = yield* Scope.make()
      const executor = yield* Scope.provide(FiberExecutor.make(), scope)
      const future = yield* executor.submit(tasks.hold(Deferred.makeUnsafe()))
      let releasedBefore = -1
      yield* Future.onDone(future, () => {
        releasedBefore = counts.released
      })
      yield* Effect.yieldNow
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(future.state, "cancelled")
      assert.strictEqual(releasedBefore, 0)
      assert.deepStrictEqual(counts, { built: 1, released: 1 })
    })
  )

  it.effect("is kept as long as one of two executors that have used it", () =>
    Effect.gen(function* () {
      const { counts, tasks } = counted()
      const longer = yield* FiberExecutor.make()
      yield* Executor.run(longer, tasks.number())
      const shorter = yield* FiberExecutor.make()
      yield* Executor.run(shorter, tasks.number())
      yield* Executor.shutdown(shorter)
      assert.deepStrictEqual(counts, { built: 1, released: 0 })
      yield* Executor.shutdown(longer)
      assert.deepStrictEqual(counts, { built: 1, released: 1 })
    })
  )

  it.effect("is built again by an executor made after the end of the first", () =>
    Effect.gen(function* () {
      const { counts, tasks } = counted()
      const once = Effect.scoped(
        Effect.flatMap(FiberExecutor.make(), (executor) => Executor.run(executor, tasks.number()))
      )
      yield* once
      const second = yield* once
      assert.strictEqual(second, 2)
      assert.deepStrictEqual(counts, { built: 2, released: 2 })
    })
  )
})
