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
