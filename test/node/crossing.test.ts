import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { Executor, FiberExecutor, TaskEncodingError } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { inspect } from "node:util"
import { afterAll, beforeAll } from "vitest"
import { Echo, type Failed } from "./crossing/echo.ts"
import { isSame } from "./crossing/isSame.ts"
import { crossing, refused, unclonable } from "./crossing/values.ts"

const kinds = [
  ["thread", ThreadExecutor.make({ maxWorkers: 1 })],
  ["process", ProcessExecutor.make({ maxWorkers: 1 })],
  ["fiber executor that isolates tasks", FiberExecutor.make({ isolate: true })]
] as const

describe.each(kinds)("to and from a %s", (_, make) => {
  const scope = Scope.makeUnsafe()
  let executor: Executor.Executor<unknown>
  beforeAll(async () => {
    executor = await Effect.runPromise(Scope.provide(make, scope))
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  describe.each(Object.entries(crossing))("%s arrives as what it was", (name, value) => {
    it.effect("as an argument", () =>
      Effect.gen(function* () {
        assert.isTrue(yield* Executor.run(executor, Echo.isSame(name, value())))
      })
    )

    it.effect("as a result", () =>
      Effect.gen(function* () {
        const { value: arrived } = yield* Executor.run(executor, Echo.echo(value()))
        assert.isTrue(isSame(arrived, value()), inspect(arrived))
      })
    )

    it.effect("as a field of an error", () =>
      Effect.gen(function* () {
        const error = (yield* Effect.flip(Executor.run(executor, Echo.fail(value())))) as Failed
        assert.strictEqual(error._tag, "Failed")
        assert.isTrue(isSame(error.value, value()), inspect(error.value))
      })
    )
  })

  describe.each(Object.entries(unclonable))("%s is refused with its path by structured clone", (name, value) => {
    it.effect("in an argument", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Executor.run(executor, Echo.isSame("", { list: [1, value()] })))
        assert.instanceOf(error, TaskEncodingError)
        assert.match(error.path ?? "", /^argument 2\.list\[1\](\.added)?$/)
      })
    )

    it.effect("in a result, even beside what had to be written down", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Executor.run(executor, Echo.giveUnclonable(name)))
        assert.instanceOf(error, TaskEncodingError)
        assert.strictEqual(error.what, "result")
      })
    )
  })

  describe.each(Object.entries(refused))("%s is refused, with its path and what to do", (name, [value, why]) => {
    const refusal = (error: unknown) => {
      assert.instanceOf(error, TaskEncodingError)
      assert.match(error.message, why)
      // Deep down, and to what is in the object, the way goes on.
      return [error.what, error.path?.replace(/\.value\.value.*|\.(bad|added|_tag)$/, "")]
    }

    it.effect("as an argument", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Executor.run(executor, Echo.isSame("", { list: [1, value()] })))
        assert.deepStrictEqual(refusal(error), ["argument 2", "argument 2.list[1]"])
      })
    )

    it.effect("as a result", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Executor.run(executor, Echo.giveRefused(name)))
        assert.deepStrictEqual(refusal(error), ["result", "result.list[1]"])
      })
    )

    it.effect("as the error itself", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Executor.run(executor, Echo.failWithRefused(name)))
        assert.deepStrictEqual(refusal(error), ["error", "error"])
      })
    )

    it.effect("as a field of an error", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Executor.run(executor, Echo.failRefused(name)))
        assert.strictEqual(((error as TaskEncodingError).reason as { cause?: Failed }).cause?._tag, "Failed")
        assert.deepStrictEqual(refusal(error), ["error", "error.value.list[1]"])
      })
    )
  })
})
