import { Serializer } from "node:v8"
import * as Effect from "effect/Effect"
import { UnsupportedRuntimeError } from "../../Errors.ts"

const others = [
  ["Bun", process.versions["bun"]],
  ["Deno", process.versions["deno"]]
] as const

const other = others.find(([, version]) => version !== undefined)

/** The runtime's name and version, for messages. */
export const runtime: string = (other ?? ["Node.js", process.versions.node]).join(" ")

/** Dies if the runtime cannot serialize. Called first by operations that exchange values with processes. */
export const refuseWithoutSerializer = (operation: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    try {
      void new Serializer()
      return Effect.void
    } catch {
      const instead = "Use ThreadExecutor there, or run this program with Node.js."
      return Effect.die(new UnsupportedRuntimeError({ operation, runtime, missing: "v8.Serializer", instead }))
    }
  })

/** The warnings that were logged. All executors of a kind have the same one, so it is logged once. */
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
