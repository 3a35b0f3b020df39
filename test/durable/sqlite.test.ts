import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { InvalidOptionsError } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { defectOf } from "../support/defectOf.ts"
import { durableBehaviour, sqlClient } from "./behaviour.ts"

const file = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "durable-"))),
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => path.join(folder, "tasks.db")
)

durableBehaviour(
  "DurableExecutor on SQLite",
  Effect.flatMap(file, (filename) => sqlClient(DurableExecutor.layerSqlite({ filename })))
)

describe("a file name that is none", () => {
  it.effect.each(["", null, 5])("dies with InvalidOptionsError: %s", (filename) =>
    Effect.gen(function* () {
      const built = Effect.scoped(Layer.build(DurableExecutor.layerSqlite({ filename: filename as never })))
      assert.instanceOf(yield* defectOf(built), InvalidOptionsError)
    })
  )
})
