import * as Equal from "effect/Equal"
import { isDeepStrictEqual } from "node:util"

const prototypeOf = (value: unknown): unknown => (typeof value === "object" ? Object.getPrototypeOf(value) : undefined)

/** Whether a value is of the same class as another, and equal to it in all that there is to compare. */
export const isSame = (value: unknown, other: unknown): boolean => {
  if (Object.is(value, other)) return true
  if (Object.prototype.toString.call(value) !== Object.prototype.toString.call(other)) return false
  if (prototypeOf(value) !== prototypeOf(other)) return false
  if (value instanceof RegExp && value.lastIndex !== (other as RegExp).lastIndex) return false
  return Equal.equals(value, other) || isDeepStrictEqual(value, other)
}
