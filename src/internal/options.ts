import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { InvalidOptionsError } from "../Errors.ts"

// Checks of options from users. Each returns the value in the form that the rest of the library uses, or throws an `InvalidOptionsError`,
// which becomes a defect of the calling effect.

/** Checks the object that holds options. The caller has a default for `undefined`. */
export const optionsObject = <A extends object>(options: A): A => {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return options
  throw new InvalidOptionsError({ option: "options", value: options, expected: "an object" })
}

/** The options that were given, or none at all. */
export const optionsOrNone = (options: unknown): object =>
  options === undefined ? {} : optionsObject(options as object)

export const positiveInteger = (option: string, value: unknown): number => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value
  throw new InvalidOptionsError({ option, value, expected: "a whole number of at least 1" })
}

export const wholeNumber = (option: string, value: unknown): number => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value
  throw new InvalidOptionsError({ option, value, expected: "a whole number of at least 0" })
}

export const integer = (option: string, value: unknown): number => {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value
  throw new InvalidOptionsError({ option, value, expected: "a whole number" })
}

/** `Infinity` is allowed too. */
export const wholeNumberOrInfinity = (option: string, value: unknown): number => {
  if (value === Infinity || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)) return value
  throw new InvalidOptionsError({ option, value, expected: "a whole number of at least 0, or Infinity" })
}

export const positiveIntegerOrInfinity = (option: string, value: unknown): number => {
  if (value === Infinity || (typeof value === "number" && Number.isSafeInteger(value) && value >= 1)) return value
  throw new InvalidOptionsError({ option, value, expected: "a whole number of at least 1, or Infinity" })
}

export const finiteNumber = (option: string, value: unknown): number => {
  if (typeof value === "number" && Number.isFinite(value)) return value
  throw new InvalidOptionsError({ option, value, expected: "a finite number" })
}

export const notNegative = (option: string, value: unknown): number => {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value
  throw new InvalidOptionsError({ option, value, expected: "a finite number of at least 0" })
}

export const nonEmptyString = (option: string, value: unknown): string => {
  if (typeof value === "string" && value !== "") return value
  throw new InvalidOptionsError({ option, value, expected: "a non-empty string" })
}

export const boolean = (option: string, value: unknown): boolean => {
  if (typeof value === "boolean") return value
  throw new InvalidOptionsError({ option, value, expected: "true or false" })
}

/** `expected` says which function it has to be. */
export const aFunction = <F>(option: string, value: F, expected = "a function"): F & Function => {
  if (typeof value === "function") return value
  throw new InvalidOptionsError({ option, value, expected })
}

export const oneOf = <const A extends string>(option: string, value: unknown, allowed: ReadonlyArray<A>): A => {
  const found = allowed.find((_) => _ === value)
  if (found !== undefined) return found
  throw new InvalidOptionsError({ option, value, expected: anyOf(allowed) })
}

const anyOf = (allowed: ReadonlyArray<string>): string => {
  const shown = allowed.map((_) => JSON.stringify(_))
  const last = shown.pop()
  return shown.length === 0 ? `${last}` : `${shown.join(", ")} or ${last}`
}

const positive = `a duration of more than zero, such as "5 seconds", or Infinity for none`
const zeroOrMore = `a duration of zero or more, such as "5 seconds"`

/** A limit in milliseconds. `undefined` means none, which is `Infinity`. Zero is not allowed, because nothing ends in no time. */
export const limitMillis = (option: string, value: unknown): number => {
  if (value === undefined) return Infinity
  const millis = toMillis(value)
  if (millis > 0) return millis
  throw new InvalidOptionsError({ option, value, expected: positive })
}

/** How long to wait, in milliseconds. `undefined` means for ever, and zero not at all. */
export const waitMillis = (option: string, value: unknown): number => {
  if (value === undefined) return Infinity
  const millis = toMillis(value)
  if (millis >= 0) return millis
  throw new InvalidOptionsError({ option, value, expected: zeroOrMore })
}

/** A duration that is greater than zero and finite. */
export const finiteDuration = (option: string, value: unknown): Duration.Duration => {
  const duration = parse(value)
  if (duration !== undefined && Duration.isPositive(duration) && Number.isFinite(Duration.toMillis(duration))) {
    return duration
  }
  throw new InvalidOptionsError({ option, value, expected: `a finite duration of more than zero, such as "5 seconds"` })
}

/** `NaN` for values that are not durations. */
const toMillis = (value: unknown): number => {
  const duration = parse(value)
  return duration === undefined ? NaN : Duration.toMillis(duration)
}

const parse = (value: unknown): Duration.Duration | undefined =>
  isDurationInput(value) ? Option.getOrUndefined(Duration.fromInput(value)) : undefined

// `Duration.fromInput` takes NaN, and an object without a unit, for zero.
const isDurationInput = (value: unknown): value is Duration.Input => {
  switch (typeof value) {
    case "number":
      return !Number.isNaN(value)
    case "bigint":
    case "string":
      return true
    case "object":
      return value !== null && (Duration.isDuration(value) || isParts(value))
    default:
      return false
  }
}

const isParts = (value: object): boolean => {
  const parts = Object.values(value).filter((part) => part !== undefined)
  return parts.length > 0 && parts.every((part) => typeof part === "number" && !Number.isNaN(part))
}
