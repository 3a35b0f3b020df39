import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Task } from "effect-futures"
import { enter } from "../../behaviour/Gate.ts"

export class Refused extends Data.TaggedError("Refused")<{ readonly reason: string }> {}

const counts = new Map<string, number>()

/** How often a task of that name has begun in this process. */
export const begun = (name: string): number => counts.get(name) ?? 0

const count = (name: string): number => {
  counts.set(name, begun(name) + 1)
  return begun(name)
}

export const Jobs = Task.module(
  import.meta.url,
  {
    add: (a: number, b: number) => a + b,
    echo: (value: unknown) => value,
    refuse: (reason: string) => Effect.fail(new Refused({ reason })),
    failWith: (error: { readonly _tag: string }) => Effect.fail(error),
    throws: (message: string): number => {
      throw new RangeError(message)
    },
    never: () => Effect.never,
    /** Keeps its thread busy, and then waits for as long. */
    block: (millis: number) =>
      Effect.suspend(() => {
        const end = performance.now() + millis
        while (performance.now() < end);
        return Effect.sleep(millis)
      }),
    /** Fails until it has begun so often. */
    flaky: (name: string, times: number) =>
      Effect.suspend(() =>
        count(name) < times ? Effect.fail(new Refused({ reason: name })) : Effect.succeed(begun(name))
      ),
    counted: (name: string) => Effect.sync(() => count(name)),
    pass: (gate: string, name: string) =>
      Effect.andThen(
        Effect.sync(() => count(name)),
        Effect.as(enter(gate, name), name)
      ),
    /** Has a result of so many bytes. */
    passForZeros: (gate: string, name: string, bytes: number) =>
      Effect.andThen(
        Effect.sync(() => count(name)),
        Effect.as(enter(gate, name), "0".repeat(bytes))
      ),
    passUnstoppably: (gate: string, name: string) => Effect.uninterruptible(Effect.as(enter(gate, name), name)),
    reportAndPass: (gate: string, name: string) => Effect.andThen(Task.report({ at: name }), () => enter(gate, name)),
    reportCallback: () => {
      Task.report({ later: [() => 1] })
      return 1
    },
    reporting: (times: number) => {
      for (let n = 1; n <= times; n++) Task.report(n)
      return times
    },
    streaming: (times: number) => Stream.range(1, times),
    /** The numbers up to `n`, which fails after as many as it has begun times. */
    flakyNumbers: (name: string, n: number): Stream.Stream<number, Refused> =>
      Stream.suspend(() => {
        const times = count(name)
        const numbers = Stream.range(1, n)
        return times >= 3
          ? numbers
          : Stream.concat(Stream.take(numbers, 5 * times), Stream.fail(new Refused({ reason: name })))
      }),
    endless: () => Stream.iterate(1, (n) => n + 1).pipe(Stream.rechunk(1)),
    zerosThenMore: (bytes: number) => Stream.make("first", "0".repeat(bytes), "last"),
    zeros: (bytes: number) => "0".repeat(bytes)
  },
  { id: "jobs" }
)

class Point extends Schema.Class<Point>("Point")({ x: Schema.Number }) {}

class NoPoint extends Schema.TaggedError<NoPoint>()("NoPoint", { at: Schema.Number }) {}

/** Functions with Schemas, one of which takes longer than it may. */
export const Points = Task.module(
  import.meta.url,
  {
    line: Task.fn({ args: [Schema.Number], success: Point, error: NoPoint }, (n) =>
      Stream.concat(
        Stream.map(Stream.range(1, n), (x) => new Point({ x })),
        Stream.fail(new NoPoint({ at: n + 1 }))
      )
    ),
    never: Task.fn({ args: [], success: Point, error: NoPoint }, () => Effect.never)
  },
  { id: "points" }
)

/** A function in two versions of a program, of which only one has the Schema that fits. */
export const Before = Task.module(
  import.meta.url,
  { greet: Task.fn({ args: [Schema.String], success: Schema.String }, (name) => `Hello, ${name}`) },
  { id: "greetings" }
)

export const After = Task.module(
  import.meta.url,
  {
    greet: Task.fn(
      { args: [Schema.Struct({ name: Schema.String })], success: Schema.String },
      ({ name }) => `Hello, ${name}`
    )
  },
  { id: "greetings" }
)

/** A module that no machine has. */
export const Unknown = Task.module(import.meta.url, { run: () => 1 }, { id: "unknown" })

export const Nameless = Task.module(import.meta.url, { run: () => 1 })
