import * as Predicate from "effect/Predicate"
import type { SqlClient } from "effect/sql/SqlClient"
import { InvalidOptionsError } from "../../../Errors.ts"

// The default of @effect/sql-pg, in bytes.
const usualMessage = 16 * 1024 * 1024
// A row may have an outcome, a failure and a report, each of that size.
const payloads = 3
const rest = 1024 * 1024

/**
 * Throws an `InvalidOptionsError` if the client of Postgres would not read a row with such payloads. It would close its connection instead,
 * each time, and no machine would get another task.
 */
export const checkPayloadSize = (sql: SqlClient, maxPayloadBytes: number): void => {
  if (!Predicate.hasProperty(sql, "config") || !Predicate.isObject(sql.config)) return
  if (!sql.onDialectOrElse({ pg: () => true, orElse: () => false })) return
  const { maxMessageSize = usualMessage } = sql.config as { readonly maxMessageSize?: unknown }
  if (typeof maxMessageSize !== "number" || payloads * maxPayloadBytes + rest <= maxMessageSize) return
  const most = Math.max(1, Math.floor((maxMessageSize - rest) / payloads))
  const expected = `at most ${most}, or a PgClient whose maxMessageSize is at least ${payloads * maxPayloadBytes + rest}`
  throw new InvalidOptionsError({ option: "maxPayloadBytes", value: maxPayloadBytes, expected })
}
