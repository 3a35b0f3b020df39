import { Context, Data, Effect, Layer, Schema, type Scope, Stream } from "effect"
import { Executor, type ExecutorShutdownError, type FiberExecutor, type TaskCancelledError } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { describe, expectTypeOf, it } from "vitest"
import * as Task from "../src/Task.ts"

const url = import.meta.url

class Failed extends Data.TaggedError("Failed")<{ readonly id: number }> {}
class LayerFailed extends Data.TaggedError("LayerFailed") {}
class Database extends Context.Service<Database, { readonly rows: Stream.Stream<number, Failed> }>()("Database") {}
class Other extends Context.Service<Other, number>()("Other") {}
class Point extends Schema.Class<Point>("Point")({ x: Schema.Number }) {}
class NoPoint extends Schema.TaggedError<NoPoint>()("NoPoint", {}) {}

declare const fibers: FiberExecutor.FiberExecutor
declare const durable: DurableExecutor.DurableExecutor
declare const any: Executor.Executor<Executor.Failure>

type End = TaskCancelledError | ExecutorShutdownError

describe("a function that returns a stream", () => {
  const tasks = Task.module(url, {
    numbers: (n: number) => Stream.range(1, n),
    failing: (): Stream.Stream<string, Failed> => Stream.fail(new Failed({ id: 1 })),
    either: (yes: boolean): Stream.Stream<number> | Stream.Stream<string, Failed> =>
      yes ? Stream.make(1) : Stream.make("a"),
    throws: (): never => {
      throw new Error()
    },
    anything: (): any => 1
  })

  it("gives tasks that are streams, and no effects", () => {
    expectTypeOf(tasks.numbers).toEqualTypeOf<(n: number) => Task.StreamTask<number>>()
    expectTypeOf(tasks.failing).toEqualTypeOf<() => Task.StreamTask<string, Failed>>()
    expectTypeOf(tasks.either).toEqualTypeOf<(yes: boolean) => Task.StreamTask<number | string, Failed>>()
    expectTypeOf(tasks.numbers(1)).toExtend<Stream.Stream<number>>()
    // @ts-expect-error it is no effect
    void Effect.runPromise(tasks.numbers(1))
    // @ts-expect-error and so no task that can be submitted
    any.submit(tasks.numbers(1))
    // @ts-expect-error nor taken for the options of a task that comes later
    Executor.submit(any, tasks.numbers(1))
    // @ts-expect-error nor for those of one that is joined
    Executor.run(any, tasks.numbers(1))
    // @ts-expect-error wherever it would run
    Executor.run(fibers, tasks.numbers(1))
  })

  it("leaves other functions what they were", () => {
    expectTypeOf(tasks.throws).toEqualTypeOf<() => Task.Task<never>>()
    expectTypeOf(tasks.anything).returns.toExtend<Task.Task<unknown>>()
  })

  it("has the services and the errors of the module's layer", () => {
    const layered = Task.module(
      url,
      {
        rows: (): Stream.Stream<number, Failed, Database | Other> =>
          Stream.unwrap(Effect.map(Effect.service(Database), (database) => database.rows))
      },
      { layer: Layer.effect(Database, Effect.fail(new LayerFailed())) }
    )
    expectTypeOf(layered.rows).toEqualTypeOf<() => Task.StreamTask<number, Failed | LayerFailed, Other>>()
  })

  it("has elements that can cross", () => {
    // @ts-expect-error a function cannot cross
    Task.module(url, { functions: () => Stream.make(() => 1) })
    // @ts-expect-error nor can a symbol
    Task.module(url, { symbols: (): Stream.Stream<symbol> => Stream.empty })
    // @ts-expect-error nor can an effect
    Task.module(url, { effects: () => Stream.make(Effect.void) })
    // @ts-expect-error nor can a promise
    Task.module(url, { promises: () => Stream.make(Promise.resolve(1)) })
    Task.module(url, { all: (): Stream.Stream<unknown> => Stream.empty })
  })

  it("may have Schemas, of its elements", () => {
    const points = Task.module(url, {
      line: Task.fn({ args: [Schema.Number], success: Point, error: NoPoint }, (n) =>
        n > 0 ? Stream.make(new Point({ x: n })) : Stream.fail(new NoPoint())
      ),
      none: Task.fn({ args: [], success: Point }, () => Stream.empty)
    })
    expectTypeOf(points.line).toEqualTypeOf<(n: number) => Task.StreamTask<Point, NoPoint>>()
    expectTypeOf(points.none).toEqualTypeOf<() => Task.StreamTask<Point>>()
    // @ts-expect-error the elements are no points
    Task.fn({ args: [], success: Point }, () => Stream.make("a"))
    // @ts-expect-error it fails with what no Schema is for
    Task.fn({ args: [], success: Point }, (): Stream.Stream<Point, Failed> => Stream.empty)
  })
})

describe("stream", () => {
  const tasks = Task.module(url, {
    numbers: (n: number): Stream.Stream<number, Failed> => Stream.range(1, n),
    needy: (): Stream.Stream<number, never, Other> => Stream.unwrap(Effect.map(Effect.service(Other), Stream.make)),
    add: (a: number, b: number) => a + b
  })

  it("fails with what the stream, and what the executor fails with", () => {
    expectTypeOf(Executor.stream(any, tasks.numbers(1))).toEqualTypeOf<
      Stream.Stream<number, Failed | Executor.Failure | End>
    >()
    expectTypeOf(tasks.numbers(1).pipe(Executor.stream(any, { buffer: 1 }))).toEqualTypeOf<
      Stream.Stream<number, Failed | Executor.Failure | End>
    >()
  })

  it("takes a stream that can travel on a DurableExecutor too, which has no future of it", () => {
    expectTypeOf(Executor.stream(durable, tasks.numbers(1))).toEqualTypeOf<
      Stream.Stream<number, Failed | Executor.Failure | End>
    >()
    expectTypeOf(tasks.numbers(1).pipe(Executor.stream(durable, { buffer: 100 }))).toEqualTypeOf<
      Stream.Stream<number, Failed | Executor.Failure | End>
    >()
    // @ts-expect-error a plain stream cannot travel
    Executor.stream(durable, Stream.make(1))
    // @ts-expect-error a stream is read, and not waited for
    void durable.submit(tasks.numbers(1))
    // @ts-expect-error nor has it a future that others could have
    void DurableExecutor.attach(durable, tasks.numbers, "numbers")
  })

  it("takes no stream that cannot travel where that has to", () => {
    // @ts-expect-error a plain stream cannot travel
    Executor.stream(any, Stream.make(1))
    // @ts-expect-error what comes after the task cannot either
    Executor.stream(any, Stream.take(tasks.numbers(1), 1))
    // @ts-expect-error a task that gives one value is no stream
    Executor.stream(any, tasks.add(1, 2))
    // @ts-expect-error nor can what needs services that are only here
    Executor.stream(any, tasks.needy())
  })

  it("takes any stream where it runs here, and leaves what that needs, but for a scope", () => {
    const scoped = Stream.fromEffect(
      Effect.as(
        Effect.addFinalizer(() => Effect.void),
        1
      )
    )
    expectTypeOf(scoped).toExtend<Stream.Stream<number, never, Scope.Scope>>()
    const read = Executor.stream(fibers, scoped)
    expectTypeOf<Stream.Services<typeof read>>().toEqualTypeOf<never>()
    const needy = Executor.stream(fibers, tasks.needy())
    expectTypeOf<Stream.Services<typeof needy>>().toEqualTypeOf<Other>()
  })
})
