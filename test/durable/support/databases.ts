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

/** Runs the tests on SQLite and, if this machine has one, on Postgres: each test file has its own file and server. */
export const onDatabases = (tests: (database: Database) => void): void => {
  describe("on SQLite", () => {
    let folder: string
    beforeAll(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "durable-"))
    })
    afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
    const place = () => path.join(folder, "tasks.db")
    tests({ place, layer: () => layerOf(place()), server: undefined })
  })

  describe.skipIf(isWithoutPostgres())("on Postgres", () => {
    let server: PostgresServer
    beforeAll(async () => {
      server = await PostgresServer.make()
    }, 60_000)
    afterAll(() => server.remove())
    tests({ place: () => server.url, layer: () => layerOf(server.url), server: () => server })
  })
}
