import * as Effect from "effect/Effect"
import { CurrentReporter } from "./CurrentReporter.ts"

/** Reports when it runs, to the task that it runs in. */
export const reportEffect = (value: unknown): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    fiber.getRef(CurrentReporter)?.report(value)
    return Effect.void
  })

/** Has nothing left to do. */
export const reported: Effect.Effect<void> = Effect.void
