import * as Effect from "effect/Effect"
import type { Connection } from "effect/sql/SqlConnection"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import { clearTimeout, performance, setTimeout } from "../../timers.ts"
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"
import { messageOf } from "../../show.ts"

// How many statements stay prepared. The library has about thirty. The rest is for the application.
const mostPrepared = 200
// How long another process may lock the database. The library does so for some milliseconds, but an application's transaction may take
// longer.
const patienceMillis = 30_000

/** A database of `node:sqlite`, in the form that Effect's SQL modules use. */
export class SqliteConnection implements Connection {
  private readonly database: DatabaseSync
  private readonly prepared = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.database = database
  }

  get isTransaction(): boolean {
    return this.database.isTransaction
  }

  execute: Connection["execute"] = (sql, params, transformRows) => {
    const rows = this.run(() => this.rowsOf(this.prepare(sql), params))
    return transformRows === undefined ? rows : Effect.map(rows, (all) => transformRows(all as ReadonlyArray<object>))
  }

  executeRaw: Connection["executeRaw"] = (sql, params) => this.run(() => this.prepare(sql).run(...inputs(params)))

  executeValues: Connection["executeValues"] = (sql, params) => this.executeValuesUnprepared(sql, params)

  // A separate statement, because whether rows are objects or arrays is a property of the statement.
  executeValuesUnprepared: Connection["executeValuesUnprepared"] = (sql, params) =>
    this.run(() => {
      const statement = this.database.prepare(sql)
      statement.setReturnArrays(true)
      // `setReturnArrays` makes arrays of the rows.
      return this.rowsOf(statement, params) as unknown as ReadonlyArray<ReadonlyArray<unknown>>
    })

  executeUnprepared: Connection["executeUnprepared"] = (sql, params, transformRows) => {
    const rows = this.run(() => this.rowsOf(this.database.prepare(sql), params))
    return transformRows === undefined ? rows : Effect.map(rows, (all) => transformRows(all as ReadonlyArray<object>))
  }

  executeStream: Connection["executeStream"] = (sql, params, transformRows) =>
    Stream.unwrap(Effect.map(this.execute(sql, params, transformRows), (rows) => Stream.fromIterable(rows)))

  private rowsOf(statement: StatementSync, params: ReadonlyArray<unknown>): ReadonlyArray<object> {
    if (statement.columns().length > 0) return statement.all(...inputs(params))
    statement.run(...inputs(params))
    return []
  }

  private prepare(sql: string): StatementSync {
    const known = this.prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.database.prepare(sql)
    const [oldest] = this.prepared.keys()
    if (this.prepared.size >= mostPrepared && oldest !== undefined) this.prepared.delete(oldest)
    this.prepared.set(sql, statement)
    return statement
  }

  private run<A>(statement: () => A): Effect.Effect<A, SqlError> {
    const free = whenFree(statement, () => !this.isTransaction)
    return Effect.mapError(free, (cause) =>
      sqlError(cause, `SQLite refused a statement: ${messageOf(cause)}`, "execute")
    )
  }
}

/**
 * Waits for other processes with timers, because the `busy_timeout` of SQLite would block the event loop. Fails with what SQLite has thrown.
 */
export const whenFree = <A>(statement: () => A, mayWait: () => boolean): Effect.Effect<A, unknown> => {
  const patience = performance.now() + patienceMillis
  const attempt = (pause: number): Effect.Effect<A, unknown> =>
    Effect.suspend(() => {
      try {
        return Effect.succeed(statement())
      } catch (cause) {
        if (!isBusy(cause) || !mayWait() || performance.now() > patience) return Effect.fail(cause)
        return Effect.andThen(pauseFor(pause), attempt(Math.min(pause * 2, 50)))
      }
    })
  return attempt(1)
}

// Real time, because the lock of another process does not follow the clock of a test.
const pauseFor = (millis: number): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const timer = setTimeout(() => resume(Effect.void), millis * (0.5 + Math.random()))
    return Effect.sync(() => clearTimeout(timer))
  })

const inputs = (params: ReadonlyArray<unknown>): Array<SQLInputValue> =>
  // Booleans are numbers in SQLite. It refuses other values with an error of its own.
  params.map((param) => (typeof param === "boolean" ? Number(param) : (param as SQLInputValue)))

/** The first byte of an error's code is the kind of the error. */
const busyCode = 5

const codeOf = (cause: unknown): number | undefined =>
  typeof cause === "object" && cause !== null && "errcode" in cause && typeof cause.errcode === "number"
    ? cause.errcode
    : undefined

const isBusy = (cause: unknown): boolean => ((codeOf(cause) ?? 0) & 0xff) === busyCode

const sqlError = (cause: unknown, message: string, operation: string): SqlError => {
  const code = codeOf(cause)
  // The name under which Effect looks for the code.
  if (code !== undefined && typeof cause === "object" && cause !== null) Object.assign(cause, { errno: code })
  return new SqlError({ reason: classifySqliteError(cause, { message, operation }) })
}
