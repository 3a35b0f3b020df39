import { assert } from "@effect/vitest"
import { Arbitrary, Effect, Schema, type Scope } from "effect"
import { Interleave, type InterleaveFailure } from "effect-futures/testing"

export const small = Arbitrary.schema(Schema.Literals([1, 2]))

/** The failure, and the lines of its history. */
export const violationOf = <E>(checking: Effect.Effect<unknown, InterleaveFailure | E, Scope.Scope>) =>
  Effect.gen(function* () {
    const failure = yield* Effect.scoped(Effect.flip(checking))
    const [reason] = (failure as InterleaveFailure).cause.reasons
    assert.strictEqual(reason?._tag, "Die")
    const { calls, history } = (
      reason as { readonly defect: { readonly calls: number; readonly history: ReadonlyArray<string> } }
    ).defect
    assert.isArray(history, String((failure as InterleaveFailure).message))
    return { failure: failure as InterleaveFailure, history, calls }
  })

export const queueModel = {
  make: () => ({ items: [] as Array<number> }),
  operations: {
    offer: (state: { readonly items: Array<number> }, item: number) => state.items.push(item) > 0,
    take: (state: { readonly items: Array<number> }) => state.items.shift() ?? Interleave.blocked,
    size: (state: { readonly items: Array<number> }) => state.items.length
  }
}

/** A few scenarios, each in a few hundred schedules: the proofs are in test/soak. */
export const some = { scenarios: 6, maxSchedules: 200 } as const
