// Notes in a file when it is imported, and when its layer is built.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import { threadId } from "node:worker_threads"
import * as Task from "../../../src/Task.ts"

const note = (what: string) => {
  const file = process.env["NOTES"]
  if (file !== undefined) fs.appendFileSync(file, `${what} ${process.pid}/${threadId}\n`)
}

note("imported")

class Built extends Context.Service<Built, string>()("test/starting/Built") {}

/** Tasks with a layer, which tell where they run. */
export const Noting = Task.module(
  import.meta.url,
  {
    here: () => Effect.as(Effect.service(Built), `${process.pid}/${threadId}`),
    exit: (): Effect.Effect<string, never, Built> => Effect.sync(() => process.exit(5))
  },
  {
    layer: Layer.effect(
      Built,
      Effect.sync(() => {
        note("built")
        return "built"
      })
    )
  }
)
