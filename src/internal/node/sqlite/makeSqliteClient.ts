import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import { nonEmptyString, oneOf } from "../../options.ts"
import { messageOf } from "../../show.ts"
import { SqliteConnection, whenFree } from "./SqliteConnection.ts"

interface SqliteOptions {
  /** `":memory:"` for a database without a file. */
  readonly filename: string
  readonly synchronous: "normal" | "full"
}

/**
 * Effect's `SqlClient` over `node:sqlite`: one connection, used by statements and transactions in turn.
 *
 * `node:sqlite` is loaded only here, because programs with another database may not have it.
 */
export const makeSqliteClient = ({
  filename,
  synchronous
}: SqliteOptions): Effect.Effect<SqlClient.SqlClient, SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    // An empty name would stand for a database that is gone when it is closed.
    nonEmptyString("filename", filename)
    oneOf("synchronous", synchronous, ["normal", "full"])
    const database = yield* Effect.acquireRelease(
      open(filename, synchronous),
      (database) => Effect.sync(() => database.close()),
      { interruptible: true }
    )
    const connection = new SqliteConnection(database)
    const semaphore = yield* Semaphore.make(1)
    const client = yield* SqlClient.make({
      ...SqlClient.makeSqliteAcquirers({
        connection: Effect.succeed(connection),
        semaphore,
        isTransaction: (each) => each.isTransaction
      }),
      compiler: Statement.makeCompilerSqlite(),
      driver: "node-sqlite",
      // A writing transaction takes the lock at its beginning. Turning from reading to writing could only fail.
      beginTransaction: "BEGIN IMMEDIATE",
      releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
      spanAttributes: [["db.system.name", "sqlite"]]
    })
    return client
  }).pipe(Effect.provide(Reactivity.layer))

const open = (filename: string, synchronous: "normal" | "full") =>
  Effect.tryPromise({ try: () => import("node:sqlite"), catch: (cause) => cause }).pipe(
    Effect.flatMap(({ DatabaseSync }) =>
      // Another process may be switching the same file to WAL.
      whenFree(
        () => {
          const database = new DatabaseSync(filename)
          try {
            database.exec(`PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`)
          } catch (error) {
            database.close()
            throw error
          }
          return database
        },
        () => true
      )
    ),
    Effect.mapError((cause) => {
      const place = `SQLite cannot open ${JSON.stringify(filename)} (${messageOf(cause)})`
      const message = `${place}: its folder must exist, this user must be able to write to both, and the file must be a database`
      return new SqlError({ reason: new ConnectionError({ message, operation: "open", cause }) })
    })
  )
