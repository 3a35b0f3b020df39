import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { Tasks } from "../behaviour/tasks.ts"

describe("row 4: an async task dispatch library", () => {
  const queuing = Effect.gen(function* () {
    const machine = DurableExecutor.worker({ name: "row 4", modules: [Tasks] }).pipe(
      Layer.provide(FiberExecutor.layer())
    )
    const durable = DurableExecutor.layer({ name: "row 4" }).pipe(
      Layer.provideMerge(machine),
      Layer.provide(DurableExecutor.layerMemory)
    )
    return Context.get(yield* Layer.build(durable), Executor.Executor)
  })

  for (const [name, make] of [
    ["in this thread", FiberExecutor.make()],
    ["thread pool", ThreadExecutor.make({ maxWorkers: 2 })],
    ["process", ProcessExecutor.make({ maxWorkers: 1 })],
    ["queuing, which other machines take work from", queuing]
  ] as const) {
    it.live(`row 4: the executor "${name}" gives a future, whose value a coroutine yields`, () =>
      Effect.gen(function* () {
        const executor = (yield* make) as Executor.Executor<Executor.Failure>
        const future = yield* executor.submit(Tasks.add(19, 23))
        assert.strictEqual(yield* future, 42)
      })
    )

    it.live(`row 4: the executor "${name}" throws the exception back in where the future is yielded`, () =>
      Effect.gen(function* () {
        const executor = (yield* make) as Executor.Executor<Executor.Failure>
        const caught = yield* Effect.gen(function* () {
          return yield* yield* executor.submit(Tasks.refuse("no"))
        }).pipe(Effect.catchTag("Refused", ({ reason }) => Effect.succeed(reason)))
        assert.strictEqual(caught, "no")
      })
    )

    it.live(`row 4: the executor "${name}" calls back those who are not in a coroutine`, () =>
      Effect.gen(function* () {
        const executor = (yield* make) as Executor.Executor<Executor.Failure>
        const future = yield* executor.submit(Tasks.double(4))
        const heard: Array<unknown> = []
        yield* Future.onDone(future, (done) => Effect.sync(() => heard.push(done.state)))
        yield* Executor.shutdown(executor)
        assert.deepStrictEqual(heard, ["finished"])
      })
    )
  }
})
