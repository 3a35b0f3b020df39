import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { StorageError } from "../../../Errors.ts"

export const tasksTable = "effect_futures_tasks"

/** Makes sure that the tables are as this version needs them. */
export const migrated = (executor: string): Effect.Effect<void, StorageError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
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

/**
 * Makes the tables, or brings them up to date. A migration that has been released is never changed: the next one alters what
 * it made.
 */
const migrate: Effect.Effect<void, Migrator.MigrationError | SqlError, SqlClient.SqlClient> = Effect.suspend(() =>
  Effect.asVoid(
    Migrator.make({})({
      table: "effect_futures_migrations",
      loader: Migrator.fromRecord({ "0001_tables": tables, "0002_reports": reports, "0003_streams": streams })
    })
  )
)

const tables = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const sequence = sql.literal(
    sql.onDialectOrElse({
      pg: () => "BIGSERIAL PRIMARY KEY",
      // Numbers are never reused, even after the last row was deleted: code that still has a number must not find another task.
      orElse: () => "INTEGER PRIMARY KEY AUTOINCREMENT"
    })
  )
  // All times are milliseconds since 1970 by the clock of the database.
  yield* sql`CREATE TABLE effect_futures_tasks (
    seq ${sequence},
    executor TEXT NOT NULL,
    queue TEXT NOT NULL,
    key TEXT NOT NULL,
    task TEXT NOT NULL,
    label TEXT NOT NULL,
    args TEXT NOT NULL,
    trace TEXT,
    priority DOUBLE PRECISION NOT NULL,
    state TEXT NOT NULL,
    visible_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    is_held INTEGER NOT NULL,
    timeout BIGINT,
    retries TEXT,
    max_attempts INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    claims INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until BIGINT,
    is_cancelled INTEGER NOT NULL DEFAULT 0,
    is_suspect INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    tag TEXT,
    last_failure TEXT,
    owner TEXT NOT NULL,
    retain BIGINT NOT NULL,
    retain_failed BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    begun_at BIGINT,
    settled_at BIGINT,
    expires_at BIGINT
  )`
  yield* sql`CREATE UNIQUE INDEX effect_futures_tasks_key ON effect_futures_tasks (executor, key)`
  yield* sql`CREATE INDEX effect_futures_tasks_pending ON effect_futures_tasks (executor, queue, priority DESC, seq)
    WHERE state = 'pending'`
  yield* sql`CREATE INDEX effect_futures_tasks_suspect ON effect_futures_tasks (executor, queue, priority DESC, seq)
    WHERE state = 'pending' AND is_suspect = 1`
  yield* sql`CREATE INDEX effect_futures_tasks_scheduled ON effect_futures_tasks (executor, visible_at)
    WHERE state = 'scheduled'`
  yield* sql`CREATE INDEX effect_futures_tasks_running ON effect_futures_tasks (executor, lease_until)
    WHERE state = 'running'`
  yield* sql`CREATE INDEX effect_futures_tasks_settled ON effect_futures_tasks (executor, expires_at)
    WHERE expires_at IS NOT NULL`
  yield* sql`CREATE TABLE effect_futures_workers (
    id TEXT PRIMARY KEY,
    executor TEXT NOT NULL,
    name TEXT NOT NULL,
    queues TEXT NOT NULL,
    tasks TEXT NOT NULL,
    places INTEGER NOT NULL,
    lease_until BIGINT NOT NULL
  )`
})

const reports = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  yield* sql`ALTER TABLE effect_futures_tasks ADD COLUMN report TEXT`
})

const streams = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  // Elements that its reader has room for, those that it has demanded so far, and until when it is known to be there.
  yield* sql`ALTER TABLE effect_futures_tasks ADD COLUMN buffer INTEGER`
  yield* sql`ALTER TABLE effect_futures_tasks ADD COLUMN demanded BIGINT`
  yield* sql`ALTER TABLE effect_futures_tasks ADD COLUMN reader_until BIGINT`
  yield* sql`CREATE INDEX effect_futures_tasks_readers ON effect_futures_tasks (executor, reader_until)
    WHERE reader_until IS NOT NULL AND state IN ('scheduled', 'pending', 'running')`
  yield* sql`CREATE TABLE effect_futures_elements (
    seq BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    digest INTEGER NOT NULL,
    elements TEXT NOT NULL,
    PRIMARY KEY (seq, starts_at)
  )`
})
