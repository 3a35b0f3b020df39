import * as Effect from "effect/Effect"
import { CurrentReporter } from "./CurrentReporter.ts"

/** An effect that reports, when it runs, to the task that it runs in. */
export const reportEffect = (value: unknown): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    fiber.getRef(CurrentReporter)?.report(value)
    return Effect.void
  })

/** The result of `Task.report` in plain code, which has reported already. */
export const reported: Effect.Effect<void> = Effect.void
