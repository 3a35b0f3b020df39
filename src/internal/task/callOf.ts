import * as Effect from "effect/Effect"
import { CurrentReporter } from "./CurrentReporter.ts"
import { reportingTo } from "./reporting.ts"
import { isEffect, isPromiseLike, type TaskFunction } from "./TaskFunction.ts"

/** The call of a function as an effect. The caller provides the services of the module's layer. */
export const callOf = (fn: TaskFunction, args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown> =>
  Effect.withFiber((fiber) => {
    try {
      // A plain function has no context, so its reports are recognized by the call.
      const returned = reportingTo(fiber.getRef(CurrentReporter), () => fn.invoke(args))
      if (isEffect(returned)) return returned
      return isPromiseLike(returned) ? Effect.promise(() => returned) : Effect.succeed(returned)
    } catch (defect) {
      return Effect.die(defect)
    }
  })
