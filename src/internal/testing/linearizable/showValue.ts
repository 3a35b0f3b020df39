import * as Formatter from "effect/Formatter"

// Two values of so many characters fit into a line of a history.
const mostLength = 60

/** An argument or a result as a reader wants it: with its contents, in one line, cut if it is long. */
export const showValue = (value: unknown): string => {
  const text = Formatter.format(value).replaceAll(/\s*\n\s*/g, " ")
  return text.length > mostLength ? `${text.slice(0, mostLength - 1)}…` : text
}
