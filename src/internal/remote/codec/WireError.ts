import * as Errors from "../../../Errors.ts"
import { effectTypes } from "./effectTypesOf.ts"
import { errorTypeOf } from "./kindOf.ts"
import { denseArray, field, isRecord, malformed, stringOf } from "./wireShape.ts"

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

const standard: ReadonlyArray<readonly [string, new (message: string) => Error]> = [
  ["TypeError", TypeError],
  ["RangeError", RangeError],
  ["SyntaxError", SyntaxError],
  ["ReferenceError", ReferenceError],
  ["URIError", URIError],
  ["EvalError", EvalError]
]

type OwnClass = new (...args: ReadonlyArray<never>) => Error
export const ownClasses = new Map<string, OwnClass>(Object.entries(Errors))

type SuppressedErrorClass = new (error: unknown, suppressed: unknown, message: string) => Error
const { SuppressedError } = globalThis as { readonly SuppressedError?: SuppressedErrorClass }

/** Writes an error without the values in it. The caller adds these, because they may refer back to the error. */
export const writeErrorShell = (error: Error): WireError => {
  const tag = readText(error, "_tag")
  const own = tag === undefined ? undefined : ownClasses.get(tag)
  const name = readText(error, "name") ?? "Error"
  const type = typeOf(error)
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

const typeOf = (error: Error): string => {
  // The error may be of another realm, as `vm` and Jest have them.
  if (!(error instanceof Error)) return errorTypeOf(error) ?? "Error"
  if (error instanceof AggregateError) return "AggregateError"
  if (SuppressedError !== undefined && error instanceof SuppressedError) return "SuppressedError"
  if (typeof DOMException === "function" && error instanceof DOMException) return "DOMException"
  return standard.find(([, type]) => error instanceof type)?.[0] ?? "Error"
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
  const stack = field(wire, "stack")
  const error = make(wire, name, message)
  hide(error, "message", message)
  if (error.name !== name) hide(error, "name", name)
  const lines = stack === undefined ? `${name}: ${message}` : stringOf(stack)
  hide(error, "stack", origin === undefined ? lines : `${lines}\n    at ${origin}`)
  return error
}

const make = (wire: unknown, name: string, message: string): Error => {
  const own = field(wire, "own")
  if (own !== undefined || field(wire, "isEffect") === true) {
    return effectTypes().makeError(own === undefined ? undefined : stringOf(own))
  }
  const type = stringOf(field(wire, "type"))
  if (type === "AggregateError") return new AggregateError([], message)
  if (type === "SuppressedError" && SuppressedError !== undefined) {
    return new SuppressedError(undefined, undefined, message)
  }
  if (type === "DOMException" && typeof DOMException === "function") return new DOMException(message, name)
  const found = standard.find(([known]) => known === type)
  return found === undefined ? new Error(message) : new found[1](message)
}

/** Adds the values in the error, which have been read. */
export const fillError = (error: Error, wire: unknown, parts: unknown, fields: unknown): void => {
  if (!isRecord(parts) || !isRecord(fields)) return malformed("an error")
  for (const key of denseArray(field(wire, "held"))) hide(error, stringOf(key), parts[stringOf(key)])
  for (const key of Object.keys(fields)) {
    Object.defineProperty(error, key, { value: fields[key], configurable: true, enumerable: true, writable: true })
  }
}

const hide = (error: Error, key: string, value: unknown): void => {
  Object.defineProperty(error, key, { value, configurable: true, enumerable: false, writable: true })
}
