import { afterAll, beforeAll, describe } from "@effect/vitest"
import type { Layer } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { layerOf } from "./layerOf.ts"
import { isWithoutPostgres, PostgresServer } from "./PostgresServer.ts"

/** A kind of database that several processes can have in common. */
export interface Database {
  /** Where it is: the name of a file, or a URL. */
  readonly place: () => string
  readonly layer: () => Layer.Layer<SqlClient, unknown>
  /** None for a file, which does not go down. */
  readonly server: (() => PostgresServer) | undefined
}

/** Runs the tests on SQLite: each call has a file of its own. */
export const onSqlite = (tests: (database: Database) => void): void => {
  describe("on SQLite", () => {
    let folder: string
    beforeAll(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "durable-"))
    })
    afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
    const place = () => path.join(folder, "tasks.db")
    tests({ place, layer: () => layerOf(place()), server: undefined })
  })
}

/** Runs the tests on Postgres, if this machine has one: each call has a server of its own. */
export const onPostgres = (tests: (database: Database) => void): void => {
  describe.skipIf(isWithoutPostgres())("on Postgres", () => {
    let server: PostgresServer
    beforeAll(async () => {
      server = await PostgresServer.make()
    }, 60_000)
    afterAll(() => server.remove())
    tests({ place: () => server.url, layer: () => layerOf(server.url), server: () => server })
  })
}

/** Runs the tests on SQLite and, if this machine has one, on Postgres. */
export const onDatabases = (tests: (database: Database) => void): void => {
  onSqlite(tests)
  onPostgres(tests)
}

/** Runs the tests on Postgres, or on SQLite if this machine has none. */
export const onOneDatabase = (tests: (database: Database) => void): void =>
  isWithoutPostgres() ? onSqlite(tests) : onPostgres(tests)
