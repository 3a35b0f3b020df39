import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Stream } from "effect"
import { type Executor, Future } from "effect-futures"
import type { Kind } from "./Kind.ts"
import { assertTag, begin } from "./support.ts"
import { Tasks } from "./tasks.ts"

const upTo = (n: number) => Array.from({ length: n }, (_, i) => ({ done: i + 1 }))

const all = (future: Future.Future<unknown, unknown>) => Stream.runCollect(Future.reports(future))

/** Reports of tasks, for executors of any kind. */
export const reportBehaviour = <X extends Executor.Failure>({ gate, make }: Kind<X>): void => {
  describe("Task.report", () => {
    const kinds = [
      ["a plain function", Tasks.reportPlainly],
      ["an async function", Tasks.reportLater],
      ["an effect", Tasks.reportInEffect]
    ] as const
    for (const [name, task] of kinds) {
      it.effect(`is heard in order, all before the result, from ${name}`, () =>
        Effect.gen(function* () {
          const executor = yield* make()
          const future = yield* executor.submit(task(100))
          const reader = yield* begin(all(future))
          assert.strictEqual(yield* future, "reported")
          assert.deepStrictEqual(yield* Fiber.join(reader), upTo(100))
        })
      )

      it.effect(`is heard by who comes after the end of ${name}`, () =>
        Effect.gen(function* () {
          const executor = yield* make()
          const future = yield* executor.submit(task(3))
          yield* future
          assert.deepStrictEqual(yield* all(future), upTo(3))
          assert.deepStrictEqual(yield* all(future), upTo(3))
        })
      )
    }

    it.effect("is heard while the task goes on", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const door = yield* gate
        const future = yield* executor.submit(Tasks.reportThenPass(door.address, "first"))
        const heard = yield* Future.reports(future).pipe(Stream.take(1), Stream.runCollect)
        assert.deepStrictEqual(heard, ["first"])
        assert.strictEqual(future.state, "running")
        yield* door.open
      })
    )

    it.effect("keeps the last of what nobody has read", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const future = yield* executor.submit(Tasks.reportPlainly(20_000))
        yield* future
        const heard = yield* all(future)
        assert.isAtMost(heard.length, 1024)
        assert.deepStrictEqual(heard.at(-1), { done: 20_000 })
        assert.deepStrictEqual(heard, upTo(20_000).slice(-heard.length))
      })
    )

    it.effect("comes before the failure of the task", () =>
      Effect.gen(function* () {
        const executor = yield* make()
        const future = yield* executor.submit(Tasks.reportThenRefuse("no"))
        assertTag(yield* Effect.flip(future), "Refused")
        assert.deepStrictEqual(yield* all(future), ["no"])
      })
    )

    it.effect("ends with a task that is cancelled, and with one that never began", () =>
      Effect.gen(function* () {
        const executor = yield* make({ maxWorkers: 1 })
        const door = yield* gate
        const running = yield* executor.submit(Tasks.reportThenPass(door.address, "runs"))
        yield* door.untilArrived(1)
        const pending = yield* executor.submit(Tasks.reportPlainly(1))
        const readers = yield* begin(Effect.all([all(running), all(pending)], { concurrency: 2 }))
        yield* Future.cancel(pending)
        yield* Future.cancel(running)
        assert.deepStrictEqual(yield* Fiber.join(readers), [["runs"], []])
      })
    )

    it.effect("does nothing outside of a task", () =>
      Effect.gen(function* () {
        yield* Tasks.reportInEffect(2)
        yield* Tasks.reportPlainly(2)
        const settled = yield* Future.make<number>()
        yield* Future.done(settled, Exit.succeed(1))
        assert.deepStrictEqual(yield* all(settled), [])
      })
    )
  })
}
