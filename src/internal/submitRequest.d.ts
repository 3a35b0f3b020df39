import * as Effect from "effect/Effect"
import type { SubmitOptions } from "../Executor.ts"
/** The options of one submission, checked, with the executor's defaults filled in. */
export interface SubmitRequest {
  readonly name: string | undefined
  /** Milliseconds, 0 for none. */
  readonly timeout: number
  readonly priority: number
}
/** Throws an `InvalidOptionsError` for what is not allowed. */
export declare const submitRequest: (
  effect: Effect.Effect<unknown, unknown>,
  options: SubmitOptions | undefined,
  defaultTimeout: number
) => SubmitRequest
