import type * as Fiber from "effect/Fiber"
import type { FutureImpl } from "./FutureImpl.ts"
/**
 * Calls back when the future is done, in the context of `fiber`. What goes wrong in the callback is logged
 * there and hurts nobody. The fiber of a callback that is an Effect belongs to the executor of the future.
 */
export declare const registerCallback: (
  future: FutureImpl<unknown, unknown>,
  callback: () => unknown,
  fiber: Fiber.Fiber<unknown, unknown>
) => void
