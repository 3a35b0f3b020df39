import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Task from "../../src/Task.ts"
import { enter } from "./Gate.ts"

/** The error that tasks of the table fail with. */
export class Refused extends Data.TaggedError("Refused")<{ readonly reason: string }> {}

/**
 * Tasks for executors of every kind: what they know of the test they know from their arguments. Those that give streams have a file of
 * their own, as each worker that imports streams takes a quarter longer to start.
 */
export const Tasks = Task.module(
  import.meta.url,
  {
    add: (a: number, b: number) => a + b,
    echo: (value: unknown) => value,
    nothing: () => {},
    later: async (value: string) => {
      await Promise.resolve()
      return value
    },
    double: (n: number) => Effect.succeed(n * 2),
    refuse: (reason: string): Effect.Effect<string, Refused> => Effect.fail(new Refused({ reason })),
    throws: (message: string): string => {
      throw new RangeError(message)
    },
    rejects: async (message: string): Promise<string> => {
      throw new RangeError(message)
    },
    bytes: (length: number) => new Uint8Array(length).fill(7),
    sum: (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0),
    sleep: (millis: number) => Effect.sleep(millis),
    never: () => Effect.never,
    interruptsItself: () => Effect.interrupt,

    reportPlainly: (n: number) => {
      for (let i = 1; i <= n; i++) Task.report({ done: i })
      return "reported"
    },
    reportLater: async (n: number) => {
      for (let i = 1; i <= n; i++) {
        Task.report({ done: i })
        await Promise.resolve()
      }
      return "reported"
    },
    reportInEffect: Effect.fnUntraced(function* (n: number) {
      for (let i = 1; i <= n; i++) yield* Task.report({ done: i })
      return "reported"
    }),
    reportThenPass: (gate: string, name: string) => Effect.andThen(Task.report(name), () => enter(gate, name)),
    reportThenRefuse: (reason: string): Effect.Effect<string, Refused> =>
      Effect.gen(function* () {
        yield* Task.report(reason)
        return yield* Effect.fail(new Refused({ reason }))
      }),

    /** Waits at a gate, and gives its name. */
    pass: (gate: string, name: string) => Effect.as(enter(gate, name), name),
    passThenRefuse: (gate: string, reason: string): Effect.Effect<string, Refused> =>
      Effect.andThen(enter(gate, reason), Effect.fail(new Refused({ reason }))),
    passThenThrow: (gate: string, message: string): Effect.Effect<string> =>
      Effect.andThen(
        enter(gate, message),
        Effect.sync(() => {
          throw new RangeError(message)
        })
      ),
    /** Waits at a gate, and passes another one in a finalizer. */
    passThenClean: (gate: string, cleaning: string, name: string) =>
      enter(gate, name).pipe(Effect.ensuring(enter(cleaning, name)), Effect.as(name)),
    /** Waits at a gate, and cannot be interrupted there. */
    passStubbornly: (gate: string, name: string) => Effect.uninterruptible(Effect.as(enter(gate, name), name))
  },
  { id: "behaviour" }
)

class Built extends Context.Service<Built, number>()("test/behaviour/Built") {}

let builds = 0

/** A module whose layer counts how often it was built where the task runs. */
export const Building = Task.module(
  import.meta.url,
  { number: () => Effect.service(Built) },
  {
    id: "behaviour.building",
    layer: Layer.effect(
      Built,
      Effect.sync(() => ++builds)
    )
  }
)
