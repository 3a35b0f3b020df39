// A file whose import waits at a gate, if there is one, and says so there.
import * as Effect from "effect/Effect"
import * as Task from "../../../src/Task.ts"
import { enter } from "../../behaviour/Gate.ts"

const gate = process.env["IMPORT_GATE"]
if (gate !== undefined) await Effect.runPromise(enter(gate, "import"))

export const Gated = Task.module(import.meta.url, {
  name: (name: string) => name,
  later: async (name: string) => name,
  effect: (name: string) => Effect.succeed(name),
  never: () => Effect.never
})
