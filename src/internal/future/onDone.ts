import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import { CurrentTask } from "./blocking.ts"
import type { FutureImpl } from "./FutureImpl.ts"

/**
 * Calls back when the future is done, in the context of `fiber`. An error in the callback is logged there, and affects nothing else. If the
 * callback returns an Effect, its fiber belongs to the executor of the future.
 */
export const registerCallback = (
  future: FutureImpl<unknown, unknown>,
  callback: () => unknown,
  fiber: Fiber.Fiber<unknown, unknown>
): void => {
  const engine = future.engine
  const context =
    engine === undefined ? fiber.context : Context.add(fiber.context, CurrentTask, engine.callbackSurrounding)
  const guarded = Effect.suspend(() => {
    const result = callback()
    if (Effect.isEffect(result)) return Effect.interruptible(result as Effect.Effect<unknown, unknown>)
    return Predicate.isPromiseLike(result) ? Effect.interruptible(Effect.promise(() => result)) : Effect.void
  }).pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.logError(`A callback of ${future.toString()} failed`, cause)
    )
  )
  const call = () => {
    // A shutdown may stop the Effect that the callback returns, but not the call.
    const running = Effect.runForkWith(context)(guarded, { uninterruptible: true })
    if (engine === undefined || running.pollUnsafe() !== undefined) return
    engine.follow(running)
  }
  if (future.isDone) call()
  else future.observe(call)
}
