import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { microsEach, stopwatch } from "../stopwatch.ts"
import type { Contender } from "./Contender.ts"
import { keepFiber } from "./keepFiber.ts"
import { timeoutMillis, work } from "./workload.ts"

const sequential = (size: number, limit: <A, E>(task: Effect.Effect<A, E>) => Effect.Effect<A, unknown>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const elapsed = stopwatch()
      for (let i = 0; i < size; i++) {
        yield* Fiber.join(yield* Effect.forkChild(limit(Effect.promise(() => work(i)))))
      }
      return microsEach(size, elapsed())
    })
  )

/** No limit at all: what forking and joining a fiber costs by itself. */
export const contender: Contender = {
  module: import.meta.url,
  name: "fork and join",
  isReference: true,
  keep: keepFiber,
  probes: {
    sequential: (size) => sequential(size, (task) => task),
    sequentialTimed: (size) => sequential(size, Effect.timeout(timeoutMillis))
  }
}
