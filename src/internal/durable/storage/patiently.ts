import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { SqlError } from "effect/sql/SqlError"
import { inRealTime } from "./inRealTime.ts"

const pauses = Schedule.min([Schedule.exponential("50 millis", 2), Schedule.spaced("1 second")])

/**
 * Tries again as long as the database cannot be reached. If the database refuses for good (a missing table, a missing right), that is still
 * an error.
 */
export const patiently = <A, R>(effect: Effect.Effect<A, SqlError, R>): Effect.Effect<A, SqlError, R> =>
  inRealTime(Effect.retry(effect, { schedule: pauses, while: isPassing }))

/**
 * Kinds of errors of SQLite: too little memory, an error of the file system (a quota is one), a full disk, a race for the locks. Effect
 * recognizes a lock and a file that cannot be opened.
 */
const passingInSqlite = new Set([7, 10, 13, 15])

const isPassing = (error: SqlError): boolean => {
  if (error.isRetryable) return true
  const { cause } = error.reason
  if (typeof cause !== "object" || cause === null) return false
  if ("errcode" in cause && typeof cause.errcode === "number") return passingInSqlite.has(cause.errcode & 0xff)
  // Postgres reports its start and its shutdown by errors that Effect does not recognize.
  const code = "code" in cause ? String(cause.code) : ""
  return /^(57P0[0-9]|08...|53...|ECONN.*|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN)$/.test(code)
}
