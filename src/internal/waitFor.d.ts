import * as Effect from "effect/Effect"
import type { FutureImpl } from "./FutureImpl.ts"
/**
 * Waits until enough of the futures are done. `enough` is asked at once, of all, and then of each that ends.
 *
 * Interrupting it takes back what it registered.
 */
export declare const waitFor: (
  futures: ReadonlyArray<FutureImpl<unknown, unknown>>,
  enough: (ended: FutureImpl<unknown, unknown> | undefined) => boolean
) => Effect.Effect<void>
