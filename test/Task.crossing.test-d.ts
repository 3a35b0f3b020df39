import type {
  BigDecimal,
  Brand,
  Cause,
  Chunk,
  DateTime,
  Duration,
  Effect,
  Exit,
  HashMap,
  Option,
  Redacted,
  Result,
  Stream
} from "effect"
import type * as Worker from "node:worker_threads"
import { Data, Schema } from "effect"
import { describe, expectTypeOf, it } from "vitest"
import * as Task from "../src/Task.ts"

const url = import.meta.url

class Failed extends Data.TaggedError("Failed")<{ readonly id: number }> {}

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }
type Nested = ReadonlyArray<Nested | (() => void)>

/** The advice in the type of a function that is refused. */
type AdviceFor<F extends Function> = Task.Crossable<{ readonly f: F }>["f"]

describe("a parameter whose type holds arrays of itself", () => {
  it("is looked at without end neither where it can cross nor where it cannot", () => {
    Task.module(url, { parse: (json: Json, rest: ReadonlyArray<Json>) => [json, rest] })
    Task.module(url, { nest: (nested: Nested) => nested.length })
  })
})

describe("a parameter that can never cross", () => {
  it("is a type error where the module is made", () => {
    // @ts-expect-error a function cannot cross
    Task.module(url, { each: (n: number, callback: (n: number) => void) => callback(n) })
    // @ts-expect-error an optional one cannot either
    Task.module(url, { each: (n: number, callback?: (n: number) => void) => callback?.(n) })
    // @ts-expect-error nor can many of them
    Task.module(url, { each: (callbacks: ReadonlyArray<() => void>) => callbacks.length })
    // @ts-expect-error nor can the rest
    Task.module(url, { each: (...callbacks: Array<() => void>) => callbacks.length })
    // @ts-expect-error a class is a function too
    Task.module(url, { make: (type: new () => object) => typeof type })
    // @ts-expect-error a symbol would be another one
    Task.module(url, { name: (key: symbol) => key.description })
    // @ts-expect-error a promise has to be awaited first
    Task.module(url, { later: async (value: Promise<number>) => (await value) + 1 })
    // @ts-expect-error an effect has to be run first
    Task.module(url, { run: (effect: Effect.Effect<number>) => effect })
  })

  it("is told what to do instead", () => {
    expectTypeOf<
      AdviceFor<(n: number, f: () => void) => void>
    >().toEqualTypeOf<"A function cannot cross to a worker: pass data, and put the function into the file of the task">()
    expectTypeOf<
      AdviceFor<(key: symbol) => void>
    >().toEqualTypeOf<"A symbol cannot cross to a worker, where it would be a different symbol: pass a string">()
    expectTypeOf<
      AdviceFor<(value: Promise<number>) => void>
    >().toEqualTypeOf<"A promise cannot cross to a worker: await it, and pass its value">()
  })
})

describe("a parameter that may cross", () => {
  it("compiles, with the very types that it had", () => {
    const tasks = Task.module(url, {
      any: (value: any) => String(value),
      unknown: (value: unknown) => String(value),
      generic: <A>(value: A): A => value,
      either: (value: string | (() => string)) => typeof value,
      maybe: (value: number | Promise<number> | undefined) => typeof value,
      nothing: (value: undefined, other: null) => [value, other],
      rest: (...values: ReadonlyArray<number>) => values.length,
      object: (value: object, other: {}) => [value, other],
      never: (value: never) => value
    })
    expectTypeOf(tasks.any).toEqualTypeOf<(value: any) => Task.Task<string>>()
    expectTypeOf(tasks.generic).toEqualTypeOf<(value: unknown) => Task.Task<unknown>>()
    expectTypeOf(tasks.either).parameters.toEqualTypeOf<[value: string | (() => string)]>()
    expectTypeOf(tasks.rest).toEqualTypeOf<(...values: ReadonlyArray<number>) => Task.Task<number>>()
  })

  it("may be a data type of Effect, of JavaScript or of Node.js", () => {
    Task.module(url, {
      effect: (
        ..._: [
          Option.Option<number>,
          Result.Result<number, string>,
          Exit.Exit<number, Failed>,
          Cause.Cause<Failed>,
          Duration.Duration,
          DateTime.Zoned,
          BigDecimal.BigDecimal,
          Chunk.Chunk<number>,
          HashMap.HashMap<string, number>,
          Redacted.Redacted
        ]
      ) => 1,
      errors: (_: Failed, __: globalThis.Error, ___: AggregateError) => 1,
      builtin: (_: Map<string, Date>, __: Set<RegExp>, ___: URL, ____: Headers, _____: bigint) => 1,
      bytes: (_: Buffer, __: Uint8Array, ___: ArrayBuffer, ____: SharedArrayBuffer) => 1,
      branded: (_: string & Brand.Brand<"Id">) => 1,
      iterable: (_: Iterable<number>) => 1,
      movable: (_: ReadableStream, __: Worker.MessagePort) => 1
    })
  })

  it("may be anything for a function with Schemas, and for a Stream", () => {
    class Point extends Schema.Class<Point>("Point")({ x: Schema.Number }) {}
    const tasks = Task.module(url, {
      move: Task.fn({ args: [Point], success: Point }, (point) => point),
      stream: (n: number): Stream.Stream<number> => n as never
    })
    expectTypeOf(tasks.move).toEqualTypeOf<(point: Point) => Task.Task<Point>>()
    expectTypeOf(tasks.stream).toEqualTypeOf<(n: number) => Task.StreamTask<number>>()
  })

  it("may be an instance of a class where those cross as plain data", () => {
    class User {
      readonly name = "Ada"
    }
    Task.module(url, { greet: (user: User) => user.name }, { instances: "plain" })
    // @ts-expect-error there are two ways
    Task.module(url, { greet: (user: User) => user.name }, { instances: "all" })
  })
})
