import * as Formatter from "effect/Formatter"

// The length of a value, of which two fit on a line of a history.
const mostLength = 60

/** An argument or a result for readers: its contents on one line, shortened if it is long. */
export const showValue = (value: unknown): string => {
  const text = Formatter.format(value).replaceAll(/\s*\n\s*/g, " ")
  return text.length > mostLength ? `${text.slice(0, mostLength - 1)}…` : text
}
