import * as Effect from "effect/Effect"
import {
  type ExecutorShutdownError,
  type QueueFullError,
  type TaskCancelledError,
  type TaskTimeoutError
} from "../Errors.ts"
/** What a call of a decorated function is: `B` is what `onTimeout` gives, and `never` where there is none. */
export type TtlResult<A, E, X, R, B> = [B] extends [never]
  ? Effect.Effect<A, E | X | TtlError, R>
  : Effect.Effect<
      A | Effect.Success<Extract<B, AnyEffect>>,
      E | Exclude<X, TaskTimeoutError> | TtlError | Exclude<B, AnyEffect> | Effect.Error<Extract<B, AnyEffect>>,
      R | Effect.Services<Extract<B, AnyEffect>>
    >
type AnyEffect = Effect.Effect<unknown, unknown, unknown>
type TtlError = TaskCancelledError | ExecutorShutdownError | QueueFullError
export declare const ttlOn: (
  executor: unknown,
  f: unknown,
  options: unknown
) => (...args: ReadonlyArray<unknown>) => Effect.Effect<unknown, unknown, never>
export {}
