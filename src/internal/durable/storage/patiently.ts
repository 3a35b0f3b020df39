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

const isPassing = (error: SqlError): boolean => {
  if (error.isRetryable) return true
  // Postgres reports its start and its shutdown by errors that Effect does not recognize.
  const { cause } = error.reason
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
  return /^(57P0[0-9]|08...|53...|ECONN.*|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN)$/.test(code)
}
