import * as Effect from "effect/Effect"
import type { ExecutorShutdownError, QueueFullError, TaskCancelledError, TaskTimeoutError } from "../../Errors.ts"
import type { TtlOptions } from "../../Executor.ts"
import { engineOf } from "./ExecutorImpl.ts"
import { aFunction, limitMillis, optionsOrNone } from "../options.ts"
import { checkMaker, withSubmitted } from "./run.ts"
import { isTask } from "../task/TaskFunction.ts"

/** The type of a call of a decorated function. `B` is the result of `onTimeout`, or `never` without that. */
export type TtlResult<A, E, X, R, B> = [B] extends [never]
  ? Effect.Effect<A, E | X | TtlError, R>
  : Effect.Effect<
      A | Effect.Success<Extract<B, AnyEffect>>,
      E | Exclude<X, TaskTimeoutError> | TtlError | Exclude<B, AnyEffect> | Effect.Error<Extract<B, AnyEffect>>,
      R | Effect.Services<Extract<B, AnyEffect>>
    >

type AnyEffect = Effect.Effect<unknown, unknown, unknown>
type TtlError = TaskCancelledError | ExecutorShutdownError | QueueFullError

export const ttlOn = (executor: unknown, f: unknown, options: unknown) => {
  const engine = engineOf(executor)
  const make = checkMaker(f)
  const { timeout, onTimeout } = optionsOrNone(options) as TtlOptions<unknown>
  limitMillis("timeout", timeout)
  if (onTimeout !== undefined) aFunction("onTimeout", onTimeout)
  return (...args: ReadonlyArray<unknown>) =>
    Effect.suspend(() => {
      const effect: Effect.Effect<unknown, unknown> = make(...args)
      const name = isTask(effect) || make.name === "" ? undefined : make.name
      return withSubmitted(engine, effect, { name, timeout }, (future) =>
        Effect.catch(future, (error: unknown) => {
          // The timeout must be that of this call, because the function may fail with the timeout of something that it has called.
          const own = future.timeoutError
          if (onTimeout === undefined || own === undefined || error !== own) return Effect.fail(error)
          const instead = onTimeout(own)
          // The context of the caller provides the services of the effect.
          return Effect.isEffect(instead) ? (instead as Effect.Effect<unknown, unknown>) : Effect.fail(instead)
        })
      )
    })
}
