import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { dumpOf } from "../../executor/events/dump.ts"
import { enginesOf } from "../../executor/ExecutorImpl.ts"
import { optionsObject } from "../../options.ts"
import { listenForSignal } from "./listenForSignal.ts"
import type { Executors } from "./record.ts"

/** `Trace.dumpOnSignal`. */
export const dumpOnSignal = (
  executors: Executors,
  options: { readonly signal?: NodeJS.Signals | undefined } = {}
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { signal = "SIGUSR2" } = optionsObject(options)
    const engines = enginesOf(executors)
    const context = yield* Effect.context<never>()
    const print = Effect.forEach(engines, (engine) => Effect.flatMap(dumpOf(engine), Console.error), { discard: true })
    const onSignal = () => void Effect.runForkWith(context)(print)
    yield* listenForSignal(signal, onSignal)
  })
