import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import type { Call } from "./Scenario.ts"

/** The result of a model's operation where the real one would wait. */
export const blocked: unique symbol = Symbol("effect-futures/Interleave/blocked")

/** The result of a model's operation where the real one fails with this error. */
export class ModelFailure {
  readonly error: unknown
  constructor(error: unknown) {
    this.error = error
  }
}

/** Does what an operation does when it runs alone: changes the state, and returns the result. */
export interface Model {
  readonly make: () => unknown
  readonly apply: (state: unknown, call: Call) => unknown
}

/** Whether the model's result is that of the real operation. `undefined` agrees with any success. */
export const agrees = (expected: unknown, exit: Exit.Exit<unknown, unknown>): boolean => {
  if (expected instanceof ModelFailure) {
    const reason = exit._tag === "Failure" && exit.cause.reasons.length === 1 ? exit.cause.reasons[0] : undefined
    return reason?._tag === "Fail" && Equal.equals(reason.error, expected.error)
  }
  return Exit.isSuccess(exit) && (expected === undefined || Equal.equals(exit.value, expected))
}

/** The state as text, equal for equal states. `undefined` if some content has no such text. */
export const keyOf = (state: unknown): string | undefined => {
  let isTold = true
  const text = JSON.stringify(state, (_, value: unknown) => {
    if (value instanceof Map) return { map: Array.from(value) }
    if (value instanceof Set) return { set: Array.from(value) }
    if (value === undefined) return { undefined: true }
    if (typeof value === "bigint") return { bigint: String(value) }
    if (typeof value === "object" && value !== null && !isPlain(value)) isTold = false
    if (typeof value === "function" || typeof value === "symbol") isTold = false
    return value
  })
  return isTold ? text : undefined
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null
}
