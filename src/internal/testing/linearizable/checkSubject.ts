import type * as Arbitrary from "effect/Arbitrary"
import type * as Effect from "effect/Effect"
import { InvalidOptionsError } from "../../../Errors.ts"
import type { Subject } from "./checkScenarios.ts"
import type { Interruption } from "./Scenario.ts"

interface Operation<O, Args extends ReadonlyArray<unknown>, R> {
  readonly run: (object: O, ...args: Args) => Effect.Effect<unknown, unknown, R>
  readonly args?: { readonly [I in keyof Args]: Arbitrary.Arbitrary<Args[I]> } | undefined
  readonly interruption?: Interruption | undefined
}

interface Options<O, S, Args extends Record<string, ReadonlyArray<unknown>>, R> {
  readonly make: Effect.Effect<O, unknown, R>
  readonly operations: { readonly [K in keyof Args]: Operation<O, Args[K], R> }
  readonly model: {
    readonly make: () => S
    readonly operations: { readonly [K in keyof Args]: (state: S, ...args: Args[K]) => unknown }
  }
}

/** The operations by their names, without their types. Throws if the model has different ones. */
export const checkSubject = <O, S, Args extends Record<string, ReadonlyArray<unknown>>, R>({
  make,
  model,
  operations
}: Options<O, S, Args, R>): Subject<R> => {
  const names = Object.keys(operations)
  if (names.length === 0) {
    throw new InvalidOptionsError({ option: "operations", value: operations, expected: "at least one operation" })
  }
  for (const name of names) {
    if (typeof model.operations[name] === "function") continue
    throw new InvalidOptionsError({
      option: "model.operations",
      value: model.operations,
      expected: `a function ${name}`
    })
  }
  return {
    make,
    kinds: names.map((name) => {
      const { args = [], interruption } = operations[name]!
      return { name, args: Array.from(args), interruption }
    }),
    // The arguments were drawn for the operation of this name, the object was made by make, and the state by the model.
    run: (object, { args, name }) => operations[name]!.run(object as O, ...(args as Args[string])),
    model: {
      make: model.make,
      apply: (state, { args, name }) => model.operations[name]!(state as S, ...(args as Args[string]))
    }
  }
}
