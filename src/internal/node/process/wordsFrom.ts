import type { Refusal } from "../../remote/Call.ts"
import { field, stringOf } from "../../remote/codec/wireShape.ts"

// Words of a worker process about an error. They go into messages and logs here.

const longest = 100_000

/** An error that a worker process has sent, or any other value in a form that can be shown. */
export const errorFrom = (value: unknown): unknown => {
  if (typeof value === "string") return value.slice(0, longest)
  if (!(value instanceof Error)) return value
  for (const key of ["name", "message", "stack"] as const) {
    const text: unknown = value[key]
    const isShort = typeof text === "string" && text.length <= longest
    if (!isShort) {
      const cut = typeof text === "string" ? text.slice(0, longest) : "Error"
      Object.defineProperty(value, key, { value: cut, configurable: true, writable: true })
    }
  }
  return value
}

const pathFrom = (path: unknown): string | undefined => (path === undefined ? path : stringOf(path).slice(0, 1000))

/** Reads which part of a call a worker process could not read or write. Throws for anything else. */
export const refusalFrom = (value: unknown): Refusal => ({
  what: stringOf(field(value, "what")).slice(0, 1000),
  path: pathFrom(field(value, "path")),
  reason: errorFrom(field(value, "reason"))
})
