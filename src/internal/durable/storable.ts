import { InvalidOptionsError } from "../../Errors.ts"
import { nonEmptyString } from "../options.ts"

// Postgres refuses NUL in a text, and no database keeps half of a surrogate pair: such a name would come back as another one.

const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed()

/** Checks the name of something in the database. Throws an `InvalidOptionsError`. */
export const storedName = (option: string, value: unknown): string => {
  const name = nonEmptyString(option, value)
  if (isStorable(name)) return name
  const expected = "a text that a database can keep: without NUL, and without half of a surrogate pair"
  throw new InvalidOptionsError({ option, value, expected })
}

/** A text that is only shown, in a form that the database can keep. */
export const shownText = (text: string): string =>
  isStorable(text) ? text : text.replaceAll("\0", "\ufffd").toWellFormed()

/** For databases, for ever means some thousand years: later times are no dates, and longer ones overflow. */
const longest = 1e14

/** A duration in whole milliseconds, as the database counts. */
export const storedMillis = (millis: number): number => Math.min(Math.ceil(millis), longest)
