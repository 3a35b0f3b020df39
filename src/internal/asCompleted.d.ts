import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Stream from "effect/Stream"
import type { FutureImpl } from "./FutureImpl.ts"
type AnyFuture = FutureImpl<unknown, unknown>
/** The futures in the order in which they end; the timeout is counted from the start of the stream. */
export declare const asCompleted: (
  given: Iterable<unknown>,
  options:
    | {
        readonly timeout?: Duration.Input | undefined
      }
    | undefined
) => Stream.Stream<AnyFuture, Cause.TimeoutError>
export {}
