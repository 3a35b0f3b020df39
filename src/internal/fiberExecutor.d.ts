import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { InvalidOptionsError } from "../Errors.ts"
import type { FiberExecutor, Options } from "../FiberExecutor.ts"
/** `FiberExecutor.make`. */
export declare const makeFiberExecutor: (
  options?: Options
) => Effect.Effect<FiberExecutor, InvalidOptionsError, Scope.Scope>
