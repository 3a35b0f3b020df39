import * as Duration from "effect/Duration"
import type { RateLimiter } from "effect/persistence/RateLimiter"
import { InvalidOptionsError } from "../../../Errors.ts"
import type { Rate } from "../../../Executor.ts"
import { finiteDuration, nonEmptyString, oneOf, positiveInteger } from "../../options.ts"

/** A rate with its defaults filled in. */
export interface CheckedRate {
  readonly algorithm: "token-bucket" | "fixed-window"
  readonly limit: number
  /** How many may begin at once. In a fixed window, all of them. */
  readonly burst: number
  /** Milliseconds for a token. */
  readonly interval: number
  /** The limiter that counts. Without one, this program counts. */
  readonly limiter: RateLimiter | undefined
  /** The name of the rate there. */
  readonly name: string
}

/** Throws an `InvalidOptionsError` for what is not allowed. */
export const checkRates = (
  rate: Rate | ReadonlyArray<Rate> | undefined,
  of: { readonly name: string }
): ReadonlyArray<CheckedRate> => {
  if (rate === undefined) return []
  if (!Array.isArray(rate)) return [checkRate("rate", rate as Rate, of.name)]
  return rate.map((each: Rate, index) => checkRate(`rate[${index}]`, each, `${of.name}/${index}`))
}

const algorithms = ["token-bucket", "fixed-window"] as const

// The default burst makes up for so many milliseconds: timers may be late, and the event loop busy.
const lateness = 50

const checkRate = (option: string, rate: Rate, defaultName: string): CheckedRate => {
  if (typeof rate !== "object" || rate === null) {
    const expected = `an object such as { limit: 10, every: "1 second" }, or several in an array`
    throw new InvalidOptionsError({ option, value: rate, expected })
  }
  const limit = positiveInteger(`${option}.limit`, rate.limit)
  const interval = Duration.toMillis(finiteDuration(`${option}.every`, rate.every)) / limit
  const algorithm = oneOf(`${option}.algorithm`, rate.algorithm ?? "token-bucket", algorithms)
  if (algorithm === "fixed-window" && rate.burst !== undefined) {
    const expected = `none with a fixed window, in which the whole limit may begin at once`
    throw new InvalidOptionsError({ option: `${option}.burst`, value: rate.burst, expected })
  }
  const usual = algorithm === "fixed-window" ? limit : Math.max(1, Math.floor(lateness / interval))
  const burst = positiveInteger(`${option}.burst`, rate.burst ?? usual)
  const { limiter } = rate
  if (limiter !== undefined && typeof limiter.consume !== "function") {
    throw new InvalidOptionsError({ option: `${option}.limiter`, value: limiter, expected: "a RateLimiter of Effect" })
  }
  const name = rate.name === undefined ? defaultName : nonEmptyString(`${option}.name`, rate.name)
  return { algorithm, limit, burst, interval, limiter, name }
}
