import * as Effect from "effect/Effect"
import type { FutureImpl } from "./FutureImpl.ts"
/** Stops the future and waits until it is gone; whether it ended cancelled. */
export declare const cancel: (future: FutureImpl<unknown, unknown>) => Effect.Effect<boolean>
/** Stops all of them at once, then waits until all are gone. */
export declare const cancelAll: (futures: ReadonlyArray<FutureImpl<unknown, unknown>>) => Effect.Effect<void>
