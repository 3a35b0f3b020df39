import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { InvalidOptionsError } from "../../../Errors.ts"
import { hasProperty } from "../../hasProperty.ts"
import { oneOf } from "../../options.ts"
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

const isNonEmpty = (u: unknown): boolean => typeof u === "object" && u !== null && Object.keys(u).length > 0

const hasFunction = (u: unknown, name: string): boolean => hasProperty(u, name) && typeof u[name] === "function"

/** The operations by their names, without their types. Throws an `InvalidOptionsError`. */
export const checkSubject = <O, S, Args extends Record<string, ReadonlyArray<unknown>>, R>({
  make,
  model,
  operations
}: Options<O, S, Args, R>): Subject<R> => {
  const check = (option: string, value: unknown, isRight: boolean, expected: string) => {
    if (!isRight) throw new InvalidOptionsError({ option, value, expected })
  }
  check("make", make, Effect.isEffect(make), "an Effect that makes the object")
  check("operations", operations, isNonEmpty(operations), "at least one operation")
  check("model", model, hasFunction(model, "make"), "a function make, and the operations")
  const names = Object.keys(operations)
  for (const name of names) {
    check("model.operations", model.operations, hasFunction(model.operations, name), `a function ${name}`)
    const operation = operations[name]!
    check(`operations.${name}`, operation, hasFunction(operation, "run"), "a function run")
    const { args, interruption } = operation
    const areDrawn = args === undefined || (Array.isArray(args) && args.every(Arbitrary.isArbitrary))
    check(`operations.${name}.args`, args, areDrawn, "an array with an Arbitrary for each argument")
    if (interruption !== undefined) oneOf(`operations.${name}.interruption`, interruption, ["nothing", "either"])
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
