import * as Effect from "effect/Effect"
import { CurrentReporter } from "./CurrentReporter.ts"
import { reportingTo } from "./reporting.ts"
import { isPromiseLike, type TaskFunction } from "./TaskFunction.ts"

/** The call of a function as an effect. The services of the module's layer are left to the caller. */
export const callOf = (fn: TaskFunction, args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown> =>
  Effect.withFiber((fiber) => {
    try {
      // Reports of a plain function are known by the call alone.
      const returned = reportingTo(fiber.getRef(CurrentReporter), () => fn.invoke(args))
      if (Effect.isEffect(returned)) return returned
      return isPromiseLike(returned) ? Effect.promise(() => returned) : Effect.succeed(returned)
    } catch (defect) {
      return Effect.die(defect)
    }
  })
