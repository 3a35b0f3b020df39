import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

/** Makes something that lives in a scope, and what closes the scope. */
export const openScope = async <A, E>(
  make: Effect.Effect<A, E, Scope.Scope>
): Promise<readonly [A, () => Promise<void>]> => {
  const scope = Scope.makeUnsafe()
  const value = await Effect.runPromise(Scope.provide(make, scope))
  return [value, () => Effect.runPromise(Scope.close(scope, Exit.void))]
}
