import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Errors from "../../../Errors.ts"

/** An error, written down. What it holds (cause, fields) is written down already. */
export interface WireError {
  readonly kind: "Error"
  /** The standard class that it is or extends. */
  readonly type: string
  /** The tag of the class of ours that it is. */
  readonly own: string | undefined
  /** Whether it is an effect too, as the tagged errors of Effect are. */
  readonly isEffect: boolean
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly hasCause: boolean
  cause: unknown
  /** Those of an AggregateError. */
  errors: unknown
  fields: Record<string, unknown>
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
const ownClasses = new Map<string, OwnClass>(Object.entries(Errors))

/** All of an error but what it holds: that is for the caller to fill in, as it may lead back to the error. */
export const writeErrorShell = (error: Error): WireError => {
  const tag = readText(error, "_tag")
  const own = tag === undefined ? undefined : ownClasses.get(tag)
  const name = readText(error, "name") ?? "Error"
  return {
    kind: "Error",
    type: typeOf(error),
    own: own !== undefined && error instanceof own ? tag : undefined,
    isEffect: Effect.isEffect(error),
    name,
    message: readText(error, "message") ?? "",
    stack: readText(error, "stack"),
    hasCause: "cause" in error,
    cause: undefined,
    errors: undefined,
    fields: {}
  }
}

const typeOf = (error: Error): string => {
  if (error instanceof AggregateError) return "AggregateError"
  if (typeof DOMException === "function" && error instanceof DOMException) return "DOMException"
  return standard.find(([, type]) => error instanceof type)?.[0] ?? "Error"
}

/** A property of something that may do anything when it is read. */
const readText = (value: object, key: string): string | undefined => {
  try {
    const text: unknown = Reflect.get(value, key)
    return typeof text === "string" ? text : undefined
  } catch {
    return undefined
  }
}

/** An error that can be yielded, as the one could that it stands for. */
class YieldableError extends Data.Error {}

/** The error, without what it holds. `origin` says where it comes from. */
export const readErrorShell = (wire: WireError, origin: string): Error => {
  const error = make(wire)
  hide(error, "message", wire.message)
  if (error.name !== wire.name) hide(error, "name", wire.name)
  hide(error, "stack", `${wire.stack ?? `${wire.name}: ${wire.message}`}\n    at ${origin}`)
  return error
}

const make = ({ isEffect, message, name, own, type }: WireError): Error => {
  const ownClass = own === undefined ? undefined : ownClasses.get(own)
  // Not by its constructor, which wants fields that are not read yet, and would write the message anew.
  if (ownClass !== undefined) return Object.setPrototypeOf(new YieldableError(), ownClass.prototype)
  if (isEffect) return new YieldableError()
  if (type === "AggregateError") return new AggregateError([], message)
  if (type === "DOMException" && typeof DOMException === "function") return new DOMException(message, name)
  const found = standard.find(([known]) => known === type)
  return found === undefined ? new Error(message) : new found[1](message)
}

/** Puts in what the error holds, read already. */
export const fillError = (
  error: Error,
  wire: WireError,
  held: { readonly cause: unknown; readonly errors: unknown; readonly fields: Record<string, unknown> }
): void => {
  if (wire.hasCause) hide(error, "cause", held.cause)
  if (wire.type === "AggregateError") hide(error, "errors", held.errors)
  for (const [key, value] of Object.entries(held.fields)) {
    Object.defineProperty(error, key, { value, configurable: true, enumerable: true, writable: true })
  }
}

const hide = (error: Error, key: string, value: unknown): void => {
  Object.defineProperty(error, key, { value, configurable: true, enumerable: false, writable: true })
}
