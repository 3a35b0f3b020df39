import { Effect } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { DurableExecutor } from "effect-futures/durable"
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
