import { show } from "../../show.ts"

/**
 * The name of a key in a store of rates: a text that differs where keys differ, because the store counts by it. Most keys are strings and
 * stand as they are. A string that could be the text of another key is quoted.
 */
export const storeNameOf = (key: unknown): string => {
  if (typeof key === "string") return looksLikeAnother.test(key) ? JSON.stringify(key) : key
  const text = show(key)
  if (typeof key !== "object" || key === null) return text
  try {
    const json = JSON.stringify(key, faithful)
    // `show` cuts long texts, and knows of an instance only its class.
    return text.startsWith("[object ") && !isPlain(key) ? text + json : json
  } catch {
    return text
  }
}

const looksLikeAnother = /^["[{\d-]|^(true|false|null|undefined|NaN|Infinity|Symbol\(.*)$/s

/** Replaces what JSON does not know by objects that say what it is, and puts properties into one order. */
const faithful = (_: string, value: unknown): unknown => {
  if (typeof value === "bigint" || typeof value === "symbol") return { [typeof value]: String(value) }
  if (value === undefined) return { undefined: true }
  if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) }
  if (value instanceof Map) return { Map: Array.from(value) }
  if (value instanceof Set) return { Set: Array.from(value) }
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

const isPlain = (value: unknown): value is object => {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
