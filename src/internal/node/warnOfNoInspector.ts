import * as Effect from "effect/Effect"

/** The warnings that were logged. One is the same for all executors of a kind, so it is logged once. */
const said = new Set<string>()

/** Makes what an executor calls if its stuck workers cannot be cut. `instead` says what is done, such as "its thread is replaced". */
export const warnOfNoInspector = (executor: string, instead: string): Effect.Effect<(reason: unknown) => void> =>
  Effect.map(Effect.context<never>(), (context) => (reason) => {
    if (said.has(instead)) return
    said.add(instead)
    const why = reason instanceof Error ? reason.message : String(reason)
    const warning = `the code of a stuck task cannot be cut here (${why}), so ${instead}`
    Effect.runForkWith(context)(Effect.logWarning(`Executor "${executor}": ${warning}`))
  })
