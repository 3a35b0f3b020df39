import { assert } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"

/** The defect of the effect. The test fails if it ends in any other way. */
export const defectOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<unknown, never, R> =>
  Effect.map(Effect.exit(effect), (exit) => {
    if (Exit.isSuccess(exit)) return assert.fail(`it succeeded with ${String(exit.value)}`)
    const [reason, ...others] = exit.cause.reasons
    if (reason?._tag !== "Die" || others.length > 0) return assert.fail(`not one defect: ${Cause.pretty(exit.cause)}`)
    return reason.defect
  })
