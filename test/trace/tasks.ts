import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import { Task } from "effect-futures"

/** Lets the first attempts of `Tasks.flaky` fail. */
export const failing = Latch.makeUnsafe()
const tried = new Set<string>()

export const Tasks = Task.module(
  import.meta.url,
  {
    double: (n: number) => 2 * n,
    spin: (): number => {
      for (;;) {}
    },
    /** Computes for so long, and gives what comes out of it. */
    compute: (millis: number): number => {
      let sum = 0
      for (const end = performance.now() + millis; performance.now() < end;) for (let n = 0; n < 1000; n++) sum += n % 2
      return sum % 500
    },
    /** Fails at its first attempt, when that may end. */
    flaky: (name: string) =>
      Effect.suspend(() => {
        if (tried.has(name)) return Effect.succeed(name)
        tried.add(name)
        return Effect.andThen(failing.await, Effect.fail("not yet"))
      }),
    die: (): number => process.exit(7),
    /** Throws an error outside of the task whose message is of another type. */
    throwLater: (message: string) =>
      Effect.callback<never>(() => {
        setTimeout(() => {
          throw Object.assign(new Error(), { message: message === "number" ? 42 : {} })
        })
      }),
    /** Has something to clean up. */
    cleanUp: (n: number) =>
      Effect.scoped(
        Effect.as(
          Effect.addFinalizer(() => Effect.yieldNow),
          n
        )
      )
  },
  { id: "test.trace" }
)
