import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { StorageError } from "../../../Errors.ts"
import { migrate } from "./migrations.ts"

/** Makes sure that the tables are as this version needs them. */
export const migrated = (executor: string): Effect.Effect<void, StorageError, SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const dialect = sql.onDialectOrElse({ pg: () => "", sqlite: () => "", orElse: () => "another database" })
    if (dialect !== "") {
      const cause = new TypeError("the database is neither Postgres nor SQLite")
      return yield* new StorageError({ executor, operation: "create its tables", cause })
    }
    const made = Effect.catchTag(migrate, "MigrationError", (error) => Effect.fail(error))
    yield* Effect.catchTags(
      Effect.retry(made, { times: 3, while: (error) => error._tag === "SqlError" && error.isRetryable }),
      {
        MigrationError: (cause) =>
          new StorageError({ executor, operation: "create its tables", cause: cause.cause ?? cause }),
        SqlError: (cause) => new StorageError({ executor, operation: "create its tables", cause })
      }
    )
  })
