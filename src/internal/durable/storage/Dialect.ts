import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"

type ColumnType = "integer" | "bigint" | "double precision" | "text"

/** The differences between Postgres and SQLite. */
export class Dialect {
  readonly isPostgres: boolean
  /** Milliseconds since 1970. Every time is the database's: the clocks of two machines may differ by an hour. */
  readonly now: Fragment
  readonly skipLocked: Fragment
  /** A condition that always holds. With it, the statement's commit does not wait for the disk. */
  readonly unflushed: Fragment
  private readonly sql: SqlClient

  constructor(sql: SqlClient) {
    this.sql = sql
    this.isPostgres = sql.onDialectOrElse({ pg: () => true, orElse: () => false })
    this.now = sql.literal(
      this.isPostgres
        ? "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT"
        : "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    )
    this.unflushed = sql.literal(
      this.isPostgres ? "(SELECT set_config('synchronous_commit', 'off', true)) = 'off'" : "1 = 1"
    )
    this.skipLocked = sql.literal(this.isPostgres ? "FOR UPDATE SKIP LOCKED" : "")
  }

  /**
   * A table `v` of the rows, for the FROM of a statement. All rows are one parameter, so the statement has the same text for any number of
   * them, and stays prepared.
   */
  rows<Row extends object>(rows: ReadonlyArray<Row>, columns: Record<string & keyof Row, ColumnType>): Fragment {
    const { sql } = this
    const json = JSON.stringify(rows)
    const entries = Object.entries(columns)
    if (this.isPostgres) {
      const typed = entries.map(([name, type]) => `"${name}" ${type}`).join(", ")
      return sql`json_to_recordset(${json}::json) AS v(${sql.literal(typed)})`
    }
    const picked = entries.map(([name]) => `value ->> '${name}' AS "${name}"`).join(", ")
    return sql`(SELECT ${sql.literal(picked)} FROM json_each(${json})) AS v`
  }

  /** A list of texts or numbers for `IN`, as one parameter too. */
  list(items: ReadonlyArray<string> | ReadonlyArray<number>, type: "text" | "bigint"): Fragment {
    const { sql } = this
    const json = JSON.stringify(items)
    return this.isPostgres
      ? sql`(SELECT value::${sql.literal(type)} FROM json_array_elements_text(${json}::json))`
      : sql`(SELECT value FROM json_each(${json}))`
  }
}
