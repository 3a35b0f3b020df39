import { Effect } from "effect"
import type { Executor } from "effect-futures"
import type { Kind, MakeOptions } from "./Kind.ts"

/** An executor, a gate for its tasks, and one that is open, at which their finalizers are counted. */
export const makeCleaning = <X extends Executor.Failure>({ gate, make }: Kind<X>, options?: MakeOptions) =>
  Effect.gen(function* () {
    const executor = yield* make(options)
    const door = yield* gate
    const cleaning = yield* gate
    yield* cleaning.open
    return { executor, door, cleaning }
  })
