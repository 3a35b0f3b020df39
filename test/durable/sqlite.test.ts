import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { FiberExecutor, Future, InvalidOptionsError } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { localGate } from "../behaviour/Gate.ts"
import { begin, isWaiting } from "../behaviour/support.ts"
import { defectOf } from "../support/defectOf.ts"
import { durableBehaviour, sqlClient } from "./behaviour.ts"
import { begun, Jobs } from "./support/tasks.ts"

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

describe("a full disk", () => {
  it.live("is waited out by those who submit and by machines, and nothing runs twice", () =>
    Effect.gen(function* () {
      const sql = yield* sqlClient(DurableExecutor.layerSqlite({ filename: yield* file }))
      const database = Layer.succeed(SqlClient.SqlClient, sql)
      const door = yield* localGate
      const large = "0".repeat(100_000)
      yield* Layer.build(
        DurableExecutor.worker({ name: "full", modules: [Jobs] }).pipe(
          Layer.provide(FiberExecutor.layer()),
          Layer.provide(database)
        )
      )
      const durable = yield* Effect.provide(DurableExecutor.make({ name: "full" }), database)
      const running = yield* durable.submit(Jobs.passForZeros(door.address, "on a full disk", 100_000))
      yield* door.untilArrived(1)

      const [used] = yield* sql<{ readonly page_count: number }>`PRAGMA page_count`
      const limitPages = (count: number) => sql.unsafe(`PRAGMA max_page_count = ${count}`)
      yield* limitPages(used!.page_count)
      yield* door.open
      const submitting = yield* begin(durable.submit(Jobs.echo(large)))
      yield* Effect.sleep("200 millis")
      assert.isTrue(isWaiting(submitting))
      assert.isFalse(Future.isDone(running))
      yield* limitPages(1_000_000)

      assert.strictEqual(yield* running, large)
      assert.strictEqual(yield* yield* Fiber.join(submitting), large)
      assert.strictEqual(begun("on a full disk"), 1)
    }).pipe(Effect.scoped)
  )
})

describe("a database in a file", () => {
  it.live("is waited for while another program has it locked, and the event loop goes on", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const other = new DatabaseSync(filename)
      other.exec("CREATE TABLE mine (name TEXT); BEGIN EXCLUSIVE")
      const opening = yield* begin(sqlClient(DurableExecutor.layerSqlite({ filename })))
      yield* Effect.sleep("50 millis")
      assert.isTrue(isWaiting(opening))
      other.exec("COMMIT")
      other.close()
      const sql = yield* Fiber.join(opening)
      assert.deepStrictEqual(yield* sql`SELECT * FROM mine`, [])
    }).pipe(Effect.scoped)
  )

  it.live("that cannot be used is an error with the words of SQLite", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const other = new DatabaseSync(filename)
      other.exec("CREATE TABLE effect_futures_tasks (name TEXT)")
      other.close()
      const make = Effect.provide(DurableExecutor.make({ name: "it" }), DurableExecutor.layerSqlite({ filename }))
      assert.match((yield* Effect.flip(make)).message, /create its tables: .*table effect_futures_tasks already exists/)
      fs.writeFileSync(filename, "no database".repeat(200))
      assert.match((yield* Effect.flip(make)).message, /cannot open .* \(file is not a database\)/)
    }).pipe(Effect.scoped)
  )
})
