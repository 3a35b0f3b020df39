/** Renders a value for an error message: one line, with its type visible, and never throwing. */
export const show = (value: unknown): string => {
  try {
    return render(value)
  } catch {
    // The value may have traps that throw.
    return `[${typeof value}]`
  }
}

const render = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value.length > 1000 ? `${value.slice(0, 1000)}...` : value)
  if (typeof value === "bigint") return `${value}n`
  if (typeof value === "function") return `[Function ${value.name || "(anonymous)"}]`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (typeof value !== "object" || value === null) return String(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  // The kind of other objects says more than what is in them.
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) {
    return Object.prototype.toString.call(value) === "[object Object]"
      ? `[object ${value.constructor?.name ?? "Object"}]`
      : Object.prototype.toString.call(value)
  }
  try {
    let parts = 0
    const text = JSON.stringify(value, (_, part: unknown) => {
      // An array with holes may claim to have billions.
      if (++parts > 1000) throw new RangeError("It has too many parts to be shown")
      return part
    })
    return text.length > 200 ? `${text.slice(0, 200)}...` : text
  } catch {
    return Object.prototype.toString.call(value)
  }
}
