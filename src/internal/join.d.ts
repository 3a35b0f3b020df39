import * as Effect from "effect/Effect"
import type { TaskCancelledError } from "../Errors.ts"
import type { FutureImpl } from "./FutureImpl.ts"
/** Waits for the future to be done, without looking at how it ended. */
export declare const awaitDone: (future: FutureImpl<unknown, unknown>) => Effect.Effect<void>
/** The value, or the failure as a joiner sees it. */
export declare const join: <A, E>(future: FutureImpl<A, E>) => Effect.Effect<A, E | TaskCancelledError>
