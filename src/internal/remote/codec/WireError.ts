import * as Errors from "../../../Errors.ts"
import { effectTypes } from "./effectTypesOf.ts"
import { errorTypeOf } from "./kindOf.ts"
import { standardErrors } from "./builtins.ts"
import { field, list, optional, recordOf, stringOf } from "./wireShape.ts"

/** The form of an error that crosses, and of the values in it. */
export interface WireError {
  readonly kind: "Error"
  /** The standard class of the error, or the one that it extends. */
  readonly type: string
  /** The tag of the error if its class is from this library. */
  readonly own: string | undefined
  /** Whether the error is an effect too, as the tagged errors of Effect are. */
  readonly isEffect: boolean
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** The names of properties that standard errors do not show: a cause, the errors of an AggregateError. */
  readonly held: ReadonlyArray<string>
  readonly parts: Record<string, unknown>
  readonly fields: Record<string, unknown>
}

type OwnClass = new (...args: ReadonlyArray<never>) => Error
export const ownClasses = new Map<string, OwnClass>(Object.entries(Errors))

/** Writes an error without the values in it. The caller adds these, because they may refer back to the error. */
export const writeErrorShell = (error: Error): WireError => {
  const tag = readText(error, "_tag")
  const own = tag === undefined ? undefined : ownClasses.get(tag)
  const name = readText(error, "name") ?? "Error"
  const type = errorTypeOf(error) ?? "Error"
  return {
    kind: "Error",
    type,
    own: own !== undefined && error instanceof own ? tag : undefined,
    isEffect: "~effect/Effect" in error,
    name,
    message: readText(error, "message") ?? "",
    stack: readText(error, "stack"),
    held: ["cause" in error ? ["cause"] : [], heldBy[type] ?? []].flat(),
    parts: {},
    fields: {}
  }
}

const heldBy: Readonly<Record<string, ReadonlyArray<string>>> = {
  AggregateError: ["errors"],
  SuppressedError: ["error", "suppressed"]
}

/** Reads a property of a value whose getters may do anything. */
const readText = (value: object, key: string): string | undefined => {
  try {
    const text: unknown = Reflect.get(value, key)
    return typeof text === "string" ? text : undefined
  } catch {
    return undefined
  }
}

/** The error, without the values in it. `origin` says where it comes from. Throws if the value is not a `WireError`. */
export const readErrorShell = (wire: unknown, origin: string | undefined): Error => {
  const name = stringOf(field(wire, "name"))
  const message = stringOf(field(wire, "message"))
  const error = make(wire, name, message)
  define(error, "message", message, false)
  if (error.name !== name) define(error, "name", name, false)
  const lines = optional(stringOf)(field(wire, "stack")) ?? `${name}: ${message}`
  define(error, "stack", origin === undefined ? lines : `${lines}\n    at ${origin}`, false)
  return error
}

const make = (wire: unknown, name: string, message: string): Error => {
  const own = field(wire, "own")
  if (own !== undefined || field(wire, "isEffect") === true) {
    return effectTypes().makeError(optional(stringOf)(own))
  }
  const makeStandard = standardErrors.get(stringOf(field(wire, "type")))
  return makeStandard === undefined ? new Error(message) : makeStandard(message, name)
}

/** Adds the values in the error, which have been read. */
export const fillError = (error: Error, wire: unknown, parts: unknown, fields: unknown): void => {
  const held = recordOf(parts)
  for (const key of list(stringOf)(field(wire, "held"))) define(error, key, held[key], false)
  for (const [key, value] of Object.entries(recordOf(fields))) define(error, key, value)
}

/** Gives an object a property, even one whose name has a meaning in an assignment. */
export const define = (to: object, key: string, value: unknown, enumerable = true): void => {
  Object.defineProperty(to, key, { value, configurable: true, enumerable, writable: true })
}
