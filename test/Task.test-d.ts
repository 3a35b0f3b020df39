import { Context, Data, Effect, Layer, Schema } from "effect"
import type { Cause, Exit, Scope } from "effect"
import { describe, expectTypeOf, it } from "vitest"
import type { Future } from "../src/Future.ts"
import * as Task from "../src/Task.ts"

class NotANumber extends Data.TaggedError("NotANumber")<{ readonly text: string }> {}
class Refused extends Data.TaggedError("Refused")<{}> {}
class Connection extends Context.Service<Connection, { readonly id: number }>()("Connection") {}
class Port extends Context.Service<Port, number>()("Port") {}

declare const parse: (text: string) => Effect.Effect<number, NotANumber>
declare const query: (sql: string) => Effect.Effect<ReadonlyArray<string>, NotANumber, Connection>

/** A task that needs nothing, which every executor takes. */
declare const submit: <A, E>(task: Task.Task<A, E>) => Effect.Effect<Future<A, E>>

const url = import.meta.url

describe("a task's types", () => {
  it("are the value, of a function that returns one", () => {
    const tasks = Task.module(url, {
      number: (n: number) => n * 2,
      boolean: (n: number): boolean => n > 1,
      nothing: () => {},
      unknown: (): unknown => 1,
      any: (text: string) => JSON.parse(text)
    })
    expectTypeOf(tasks.number).toEqualTypeOf<(n: number) => Task.Task<number>>()
    expectTypeOf(tasks.boolean).toEqualTypeOf<(n: number) => Task.Task<boolean>>()
    expectTypeOf(tasks.nothing).toEqualTypeOf<() => Task.Task<void>>()
    expectTypeOf(tasks.unknown).toEqualTypeOf<() => Task.Task<unknown>>()
    expectTypeOf(tasks.any).toEqualTypeOf<(text: string) => Task.Task<any>>()
  })

  it("are what a promise resolves to", () => {
    const tasks = Task.module(url, {
      promise: async (n: number) => n * 2,
      thenable: (): PromiseLike<string> => Promise.resolve(""),
      nothing: async () => {}
    })
    expectTypeOf(tasks.promise).toEqualTypeOf<(n: number) => Task.Task<number>>()
    expectTypeOf(tasks.thenable).toEqualTypeOf<() => Task.Task<string>>()
    expectTypeOf(tasks.nothing).toEqualTypeOf<() => Task.Task<void>>()
  })

  it("are those of an effect", () => {
    const words = Task.module(url, { count: (text: string): number => text.length })
    const tasks = Task.module(url, {
      effect: parse,
      services: query,
      task: (text: string) => words.count(text),
      generated: Effect.fn("generated")(function* (text: string, times?: number) {
        const n = yield* parse(text)
        const connection = yield* Connection
        return [n, connection.id, times] as const
      }),
      exit: (): Exit.Exit<number, NotANumber> => Effect.runSyncExit(parse("")),
      error: () => new NotANumber({ text: "" })
    })
    expectTypeOf(tasks.effect).toEqualTypeOf<(text: string) => Task.Task<number, NotANumber>>()
    expectTypeOf(tasks.services).toEqualTypeOf<
      (sql: string) => Task.Task<ReadonlyArray<string>, NotANumber, Connection>
    >()
    expectTypeOf(tasks.task).toEqualTypeOf<(text: string) => Task.Task<number>>()
    expectTypeOf(tasks.generated).toEqualTypeOf<
      (text: string, times?: number) => Task.Task<readonly [number, number, number | undefined], NotANumber, Connection>
    >()
    expectTypeOf(tasks.exit).toEqualTypeOf<() => Task.Task<number, NotANumber>>()
    expectTypeOf(tasks.error).toEqualTypeOf<() => Task.Task<never, NotANumber>>()
  })

  it("have no success if the function never returns", () => {
    const tasks = Task.module(url, {
      thrown: (): never => {
        throw new Error("no")
      },
      rejected: () => Promise.reject<never>(new Error("no"))
    })
    expectTypeOf(tasks.thrown).toEqualTypeOf<() => Task.Task<never>>()
    expectTypeOf(tasks.rejected).toEqualTypeOf<() => Task.Task<never>>()
  })

  it("take each member of a union for what it is", () => {
    const tasks = Task.module(url, {
      effectOrValue: (text: string): Effect.Effect<number, NotANumber> | string => (text === "" ? text : parse(text)),
      promiseOrValue: (n: number): Promise<number> | string => (n > 1 ? Promise.resolve(n) : ""),
      effects: (): Effect.Effect<1, "a", Connection> | Effect.Effect<2, "b", Port> => Effect.never
    })
    expectTypeOf(tasks.effectOrValue).toEqualTypeOf<(text: string) => Task.Task<number | string, NotANumber>>()
    expectTypeOf(tasks.promiseOrValue).toEqualTypeOf<(n: number) => Task.Task<number | string>>()
    expectTypeOf(tasks.effects).toEqualTypeOf<() => Task.Task<1 | 2, "a" | "b", Connection | Port>>()
  })

  it("do not look into what a promise or an effect gives", () => {
    const tasks = Task.module(url, { promisedEffect: async () => parse("") })
    expectTypeOf(tasks.promisedEffect).toEqualTypeOf<() => Task.Task<Effect.Effect<number, NotANumber>>>()
  })
})

describe("the functions of a module", () => {
  const tasks = Task.module(url, {
    none: (): number => 1,
    optional: (text: string, width?: number) => text.padEnd(width ?? 0),
    defaulted: (text: string, width = 10) => text.padEnd(width),
    rest: (text: string, ...more: Array<number>) => text + more.join(),
    readonlyRest: (...more: ReadonlyArray<number>) => more.join(),
    method(text: string) {
      return text
    },
    generic: <A>(a: A) => a
  })

  it("have the parameters of those they were made of", () => {
    expectTypeOf(tasks.none).toEqualTypeOf<() => Task.Task<number>>()
    expectTypeOf(tasks.optional).toEqualTypeOf<(text: string, width?: number) => Task.Task<string>>()
    expectTypeOf(tasks.defaulted).toEqualTypeOf<(text: string, width?: number) => Task.Task<string>>()
    expectTypeOf(tasks.rest).toEqualTypeOf<(text: string, ...more: Array<number>) => Task.Task<string>>()
    expectTypeOf(tasks.readonlyRest).toEqualTypeOf<(...more: ReadonlyArray<number>) => Task.Task<string>>()
    expectTypeOf(tasks.method).toEqualTypeOf<(text: string) => Task.Task<string>>()
  })

  it("lose their type parameters", () => {
    expectTypeOf(tasks.generic).toEqualTypeOf<(a: unknown) => Task.Task<unknown>>()
  })

  it("check their arguments", () => {
    // @ts-expect-error: too few
    tasks.optional()
    // @ts-expect-error: one of another type
    tasks.optional("a", "b")
  })

  it("are those of the record, and cannot be replaced", () => {
    // @ts-expect-error: there is no such function
    tasks.missing()
    // @ts-expect-error: readonly
    tasks.method = tasks.optional
  })

  it("have to be functions with typed parameters", () => {
    Task.module(url, {
      // @ts-expect-error: a parameter needs a type
      untyped: (bytes) => bytes
    })
    // @ts-expect-error: a value
    Task.module(url, { one: 1 })
    // @ts-expect-error: an effect is not a function that returns it
    Task.module(url, { one: Effect.succeed(1) })
  })

  it("are found by a URL that is a string", () => {
    // @ts-expect-error: an object
    Task.module(new URL(url), { one: () => 1 })
  })
})

describe("a layer", () => {
  const needing = Layer.effect(
    Connection,
    Effect.map(Port, (id) => ({ id }))
  )
  const failing: Layer.Layer<Connection, Refused> = Layer.effect(Connection, Effect.fail(new Refused()))

  it("takes what it provides from what the tasks need", () => {
    const tasks = Task.module(url, { query, parse }, { layer: Layer.succeed(Connection, { id: 1 }) })
    expectTypeOf(tasks.query).toEqualTypeOf<(sql: string) => Task.Task<ReadonlyArray<string>, NotANumber>>()
    expectTypeOf(tasks.parse).toEqualTypeOf<(text: string) => Task.Task<number, NotANumber>>()
  })

  it("adds its errors to those of every task", () => {
    const tasks = Task.module(url, { query, count: (text: string) => text.length }, { layer: failing })
    expectTypeOf(tasks.query).toEqualTypeOf<(sql: string) => Task.Task<ReadonlyArray<string>, NotANumber | Refused>>()
    expectTypeOf(tasks.count).toEqualTypeOf<(text: string) => Task.Task<number, Refused>>()
  })

  it("adds its needs to those of every task", () => {
    const tasks = Task.module(url, { query, parse }, { layer: needing })
    expectTypeOf(tasks.query).toEqualTypeOf<(sql: string) => Task.Task<ReadonlyArray<string>, NotANumber, Port>>()
    expectTypeOf(tasks.parse).toEqualTypeOf<(text: string) => Task.Task<number, NotANumber, Port>>()
  })

  it("leaves what it does not provide", () => {
    const tasks = Task.module(url, { all: () => Effect.all([Connection, Port, Effect.scope]) }, { layer: failing })
    expectTypeOf(tasks.all).toEqualTypeOf<
      () => Task.Task<[{ readonly id: number }, number, Scope.Scope], Refused, Port | Scope.Scope>
    >()
  })

  it("may be left out", () => {
    const tasks = Task.module(url, { query }, { layer: undefined })
    expectTypeOf(tasks).toEqualTypeOf(Task.module(url, { query }))
  })

  it("has to be one", () => {
    // @ts-expect-error: a service
    Task.module(url, { query }, { layer: Connection })
  })
})

describe("a task", () => {
  const task: Task.Task<number, NotANumber> = Task.module(url, { parse }).parse("1")

  it("is an effect", () => {
    expectTypeOf(task).toExtend<Effect.Effect<number, NotANumber>>()
    expectTypeOf(
      Effect.gen(function* () {
        return yield* task
      })
    ).toEqualTypeOf<Effect.Effect<number, NotANumber>>()
    expectTypeOf(Effect.all([task, Effect.void])).toEqualTypeOf<Effect.Effect<[number, void], NotANumber>>()
  })

  it("is not what a plain effect is", () => {
    expectTypeOf<Effect.Effect<number>>().not.toExtend<Task.Task<number>>()
    // @ts-expect-error: only a task can travel
    submit(Effect.succeed(1))
  })

  it("becomes a plain effect when something is added", () => {
    const mapped = task.pipe(Effect.map(String))
    expectTypeOf(mapped).toEqualTypeOf<Effect.Effect<string, NotANumber>>()
    const caught = task.pipe(Effect.catchTag("NotANumber", () => Effect.succeed("none")))
    expectTypeOf(caught).toEqualTypeOf<Effect.Effect<number | string>>()
    // @ts-expect-error: a worker could not know what was added
    submit(mapped)
  })

  it("goes to any executor if it needs nothing", () => {
    expectTypeOf(submit(task)).toEqualTypeOf<Effect.Effect<Future<number, NotANumber>>>()
    // @ts-expect-error: needs a Connection
    submit(Task.module(url, { query }).query(""))
    const layer = Layer.succeed(Connection, { id: 1 })
    const provided = Task.module(url, { query }, { layer }).query("")
    expectTypeOf(submit(provided)).toEqualTypeOf<Effect.Effect<Future<ReadonlyArray<string>, NotANumber>>>()
  })

  it("goes where one with more successes, errors or needs may go", () => {
    expectTypeOf<Task.Task<1>>().toExtend<Task.Task<number, string, Port>>()
    expectTypeOf<Task.Task<number>>().not.toExtend<Task.Task<1>>()
    expectTypeOf<Task.Task<1, string>>().not.toExtend<Task.Task<1>>()
    expectTypeOf<Task.Task<1, never, Port>>().not.toExtend<Task.Task<1>>()
  })

  it("shows what it is a call of", () => {
    expectTypeOf(task.url).toEqualTypeOf<string>()
    expectTypeOf(task.name).toEqualTypeOf<string>()
    expectTypeOf(task.args).toEqualTypeOf<ReadonlyArray<unknown>>()
    // @ts-expect-error: readonly
    task.name = "other"
  })

  it("is what isTask says", () => {
    const either = task as Cause.Cause<number> | typeof task
    if (Task.isTask(either)) expectTypeOf(either).toEqualTypeOf<typeof task>()
  })
})

describe("a function with Schemas", () => {
  class Point extends Schema.Class<Point>("Point")({ x: Schema.Number, y: Schema.Number }) {}
  class Bad extends Schema.TaggedError<Bad>()("Bad", { text: Schema.String }) {}
  class Worse extends Schema.TaggedError<Worse>()("Worse", {}) {}

  it("has parameters of the types of args", () => {
    Task.fn({ args: [Point, Schema.Number], success: Schema.Number }, (point, scale) => {
      expectTypeOf(point).toEqualTypeOf<Point>()
      expectTypeOf(scale).toEqualTypeOf<number>()
      return point.x * scale
    })
  })

  it("makes tasks of the types of the Schemas", () => {
    const tasks = Task.module(url, {
      value: Task.fn({ args: [Point, Schema.Number], success: Schema.Number }, (point, scale) => point.x * scale),
      promise: Task.fn({ args: [], success: Schema.String }, async () => "a"),
      effect: Task.fn({ args: [Schema.String], success: Schema.Number, error: Bad }, (text) =>
        text === "" ? Effect.fail(new Bad({ text })) : Effect.succeed(1)
      ),
      union: Task.fn({ args: [Schema.String], success: Schema.Number, error: Schema.Union([Bad, Worse]) }, (text) =>
        text === "" ? Effect.fail(new Bad({ text })) : 1
      ),
      nothing: Task.fn({ args: [Schema.String, Schema.optional(Schema.Number)], success: Schema.Void }, () => {}),
      never: Task.fn({ args: [], success: Schema.String }, () => {
        throw new Error("no")
      }),
      plain: (n: number) => n
    })
    expectTypeOf(tasks.value).toEqualTypeOf<(point: Point, scale: number) => Task.Task<number>>()
    expectTypeOf(tasks.promise).toEqualTypeOf<() => Task.Task<string>>()
    expectTypeOf(tasks.effect).toEqualTypeOf<(text: string) => Task.Task<number, Bad>>()
    expectTypeOf(tasks.union).toEqualTypeOf<(text: string) => Task.Task<number, Bad | Worse>>()
    expectTypeOf(tasks.nothing).toEqualTypeOf<(a: string, b?: number | undefined) => Task.Task<void>>()
    expectTypeOf(tasks.never).toEqualTypeOf<() => Task.Task<string>>()
    expectTypeOf(tasks.plain).toEqualTypeOf<(n: number) => Task.Task<number>>()
  })

  it("makes tasks of the types of the Schemas, though the function's own are others that fit", () => {
    const tasks = Task.module(url, {
      narrow: Task.fn({ args: [Schema.String], success: Schema.Union([Schema.String, Schema.Number]) }, (s) => s),
      wide: Task.fn({ args: [Schema.String], success: Schema.String }, (s: string | number) => String(s)),
      fewer: Task.fn({ args: [Schema.String], success: Schema.String }, () => "a"),
      untyped: Task.fn(
        { args: [Schema.String], success: Schema.Number },
        Effect.fnUntraced(function* (s) {
          return Number(s)
        })
      )
    })
    expectTypeOf(tasks.narrow).toEqualTypeOf<(s: string) => Task.Task<string | number>>()
    expectTypeOf(tasks.wide).toEqualTypeOf<(s: string) => Task.Task<string>>()
    expectTypeOf(tasks.fewer).toEqualTypeOf<(s: string) => Task.Task<string>>()
    expectTypeOf(tasks.untyped).toEqualTypeOf<(s: string) => Task.Task<number>>()
  })

  it("has services, and those of the module's layer", () => {
    const parity = Task.fn(
      { args: [Schema.NumberFromString], success: Schema.Literals(["odd", "even"]) },
      Effect.fnUntraced(function* (n: number) {
        const port = yield* Port
        const { id } = yield* Connection
        return (n + port + id) % 2 === 0 ? "even" : "odd"
      })
    )
    const failing: Layer.Layer<Connection, Refused> = Layer.effect(Connection, Effect.fail(new Refused()))
    const tasks = Task.module(url, { parity }, { layer: failing })
    expectTypeOf(tasks.parity).toEqualTypeOf<(n: number) => Task.Task<"odd" | "even", Refused, Port>>()
  })

  it("must succeed with what the Schema says", () => {
    // @ts-expect-error: a value
    Task.fn({ args: [], success: Schema.Number }, () => "a")
    // @ts-expect-error: a promise
    Task.fn({ args: [], success: Schema.Number }, async () => "a")
    // @ts-expect-error: an effect
    Task.fn({ args: [], success: Schema.Number }, () => Effect.succeed("a"))
  })

  it("must fail with what the Schema says", () => {
    // @ts-expect-error: another error
    Task.fn({ args: [], success: Schema.Number, error: Bad }, () => Effect.fail(new Worse()))
    // @ts-expect-error: an error without a Schema
    Task.fn({ args: [], success: Schema.Number }, () => Effect.fail(new Bad({ text: "" })))
    // @ts-expect-error: another error, although anything will do for a success
    Task.fn({ args: [], success: Schema.Unknown, error: Bad }, () => Effect.fail(new Worse()))
  })

  it("must take what the Schemas say", () => {
    // @ts-expect-error: a parameter of another type
    Task.fn({ args: [Schema.Number], success: Schema.Number }, (text: string) => text.length)
    // @ts-expect-error: a parameter without a Schema
    Task.fn({ args: [], success: Schema.Number }, (n: number) => n)
  })

  it("must have Schemas that need no services", () => {
    const decoding = Schema.Number as unknown as Schema.Codec<number, string, Port>
    const encoding = Schema.Number as unknown as Schema.Codec<number, string, never, Port>
    // @ts-expect-error: an argument cannot be decoded
    Task.fn({ args: [decoding], success: Schema.Number }, () => 1)
    // @ts-expect-error: a success cannot be encoded
    Task.fn({ args: [], success: encoding }, () => 1)
    // @ts-expect-error: an error cannot be decoded
    Task.fn({ args: [], success: Schema.Number, error: decoding }, () => 1)
    // @ts-expect-error: no Schema at all
    Task.fn({ args: ["a"], success: Schema.Number }, () => 1)
  })

  it("is of no use outside of a module", () => {
    const alone = Task.fn({ args: [Schema.String], success: Schema.Number }, (text) => text.length)
    expectTypeOf(alone).toEqualTypeOf<Task.Fn<[text: string], number>>()
    // @ts-expect-error: cannot be called
    alone("a")
    // @ts-expect-error: is not a task
    submit(alone)
    expectTypeOf(Task.module(url, { alone }).alone).toEqualTypeOf<(text: string) => Task.Task<number>>()
  })
})
