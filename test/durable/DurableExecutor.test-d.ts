import { type Context, Data, Effect, type Layer, Schema, type Scope } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import {
  Executor,
  type ExecutorShutdownError,
  type NoSuchTaskError,
  type QueueFullError,
  type StorageError,
  Task
} from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { describe, expectTypeOf, it } from "vitest"

class Refused extends Data.TaggedError("Refused") {}

const Images = Task.module(
  import.meta.url,
  {
    thumbnail: (path: string, width: number) => `${path} at ${width}`,
    publish: (path: string) => (path === "" ? Effect.fail(new Refused()) : Effect.succeed(1)),
    measure: Task.fn({ args: [Schema.String], success: Schema.Date }, () => new Date())
  },
  { id: "images" }
)

declare const durable: DurableExecutor.DurableExecutor

describe("a DurableExecutor", () => {
  it("is made over a SqlClient, and is an executor", () => {
    const made = DurableExecutor.make({ name: "app" })
    expectTypeOf(made).toEqualTypeOf<
      Effect.Effect<DurableExecutor.DurableExecutor, StorageError, Scope.Scope | SqlClient>
    >()
    expectTypeOf(durable).toExtend<Executor.Any>()
    // @ts-expect-error what it is known by has to be said
    void DurableExecutor.make({})
  })

  it("gives futures that know what their tasks give and fail with", () => {
    type Failures = ExecutorShutdownError | QueueFullError
    const options = { key: "it", priority: "high", delay: "5 minutes", timeout: "1 minute" } as const
    expectTypeOf(durable.submit(Images.thumbnail("cat.png", 320), options)).toEqualTypeOf<
      Effect.Effect<DurableExecutor.DurableFuture<string, Executor.Failure>, Failures>
    >()
    expectTypeOf(durable.submit(Images.publish("cat.png"))).toEqualTypeOf<
      Effect.Effect<DurableExecutor.DurableFuture<number, Refused | Executor.Failure>, Failures>
    >()
    expectTypeOf(durable.submit(Images.measure("cat.png"))).toEqualTypeOf<
      Effect.Effect<DurableExecutor.DurableFuture<Date, Executor.Failure>, Failures>
    >()
    expectTypeOf<DurableExecutor.DurableFuture<string>["key"]>().toEqualTypeOf<string>()
  })

  it("takes tasks, and nothing that cannot travel", () => {
    // @ts-expect-error an effect has no name on other machines
    void durable.submit(Effect.succeed(1))
    // @ts-expect-error there is no such priority
    void durable.submit(Images.publish("cat.png"), { priority: "urgent" })
    // @ts-expect-error an effect has no name on other machines
    void Executor.run(durable, Effect.succeed(1))
  })

  it("attaches by the function, which says what the future gives", () => {
    expectTypeOf(DurableExecutor.attach(durable, Images.publish, "it")).toEqualTypeOf<
      Effect.Effect<
        DurableExecutor.DurableFuture<number, Refused | Executor.Failure>,
        NoSuchTaskError | StorageError | ExecutorShutdownError
      >
    >()
    // @ts-expect-error it is the function that says so, and not a call of it
    void DurableExecutor.attach(durable, Images.publish("cat.png"), "it")
  })

  it("has machines that need its database, and an executor as their host", () => {
    const machine = DurableExecutor.worker({ name: "app", modules: [Images] })
    type Host = Context.Service.Identifier<typeof Executor.Executor>
    expectTypeOf(machine).toEqualTypeOf<Layer.Layer<never, StorageError, SqlClient | Host>>()
    // @ts-expect-error a machine without functions does nothing
    void DurableExecutor.worker({ name: "app" })
  })
})
