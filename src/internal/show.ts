import type { StackFrame } from "../Errors.ts"

/** Shows a value in an error message: in one line, with its type, and without ever throwing. */
export const show = (value: unknown): string => {
  try {
    return render(value)
  } catch {
    // A Proxy may have traps that throw.
    return `[${typeof value}]`
  }
}

/** Shows a value as part of a sentence, which has a full stop of its own. */
export const clause = (value: unknown): string => show(value).replace(/\.$/, "")

const render = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value.length > 1000 ? `${value.slice(0, 1000)}...` : value)
  if (typeof value === "bigint") return `${value}n`
  if (typeof value === "function") return `[Function ${value.name || "(anonymous)"}]`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (typeof value !== "object" || value === null) return String(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  // For other objects, the kind says more than the contents.
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) {
    return Object.prototype.toString.call(value) === "[object Object]"
      ? `[object ${value.constructor?.name ?? "Object"}]`
      : Object.prototype.toString.call(value)
  }
  try {
    let parts = 0
    const text = JSON.stringify(value, (_, part: unknown) => {
      // An array with holes may claim to have billions of items.
      if (++parts > 1000) throw new RangeError("It has too many parts to be shown")
      return part
    })
    return text.length > 200 ? `${text.slice(0, 200)}...` : text
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** A frame as a line of a stack trace. */
export const showFrame = ({ column, functionName, line, url }: StackFrame): string =>
  `at ${functionName} (${url}:${line}:${column})`

/** The message of an error, or of what was thrown in its place. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
