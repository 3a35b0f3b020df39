import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { InvalidOptionsError } from "../Errors.ts"
import type { EffectExecutor, GroupOptions } from "../Executor.ts"
/** An engine that passes its tasks on to another one, in the scope of the context. */
export declare const makeGroup: <X>(
  executor: unknown,
  options?: GroupOptions
) => Effect.Effect<EffectExecutor<X>, InvalidOptionsError, Scope.Scope>
