import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { dumpOf } from "../../executor/dump.ts"
import { enginesOf, type Executors } from "./record.ts"

/** `Trace.dumpOnSignal`. */
export const dumpOnSignal = (
  executors: Executors,
  options: { readonly signal?: NodeJS.Signals | undefined } = {}
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { signal = "SIGUSR2" } = options
    const engines = enginesOf(executors)
    const context = yield* Effect.context<never>()
    const print = Effect.forEach(engines, (engine) => Effect.flatMap(dumpOf(engine), Console.error), { discard: true })
    const onSignal = () => void Effect.runForkWith(context)(print)
    yield* Effect.acquireRelease(
      Effect.sync(() => process.on(signal, onSignal)),
      () => Effect.sync(() => process.off(signal, onSignal))
    )
  })
