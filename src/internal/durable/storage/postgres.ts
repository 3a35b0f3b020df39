import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { SqlClient } from "effect/sql/SqlClient"
import { ConnectionError, SqlError } from "effect/sql/SqlError"

/** The part of `@effect/sql-pg/PgClient` that is used here. Only users of Postgres have that package. */
interface PgClientModule {
  readonly layer: (config: {
    readonly url: Redacted.Redacted
    readonly maxConnections: number
    readonly applicationName: string
    readonly maxMessageSize: number
  }) => Layer.Layer<SqlClient, SqlError>
}

/** Effect's client of Postgres, at a URL. */
export const layerPostgres = (options: {
  readonly url: string
  readonly maxConnections: number
}): Layer.Layer<SqlClient, SqlError> =>
  Layer.unwrap(
    Effect.map(load, (PgClient) =>
      PgClient.layer({
        url: Redacted.make(options.url),
        maxConnections: options.maxConnections,
        applicationName: "effect-futures",
        // As large as Postgres lets a value be. The executors have a limit of their own.
        maxMessageSize: 2 ** 30
      })
    )
  )

// A variable hides the name from bundlers and from the compiler.
const specifier: string = "@effect/sql-pg/PgClient"

const load: Effect.Effect<PgClientModule, SqlError> = Effect.tryPromise({
  try: () => import(specifier) as Promise<PgClientModule>,
  catch: (cause) => {
    const message = `Postgres needs the package @effect/sql-pg, which cannot be loaded: npm install @effect/sql-pg`
    return new SqlError({ reason: new ConnectionError({ message, operation: "load", cause }) })
  }
})
