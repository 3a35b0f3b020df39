type SuppressedErrorClass = new (error: unknown, suppressed: unknown, message: string) => Error
const { SuppressedError } = globalThis as { readonly SuppressedError?: SuppressedErrorClass }

type Make = (message: string, name: string) => Error

/** Makes an error of each standard class, by the name of the class. */
export const standardErrors: ReadonlyMap<string, Make> = new Map<string, Make>([
  ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError].map((Type): [string, Make] => [
    Type.name,
    (message) => new Type(message)
  ]),
  ["AggregateError", (message) => new AggregateError([], message)],
  [
    "SuppressedError",
    (message) =>
      // Not every runtime has it.
      SuppressedError === undefined ? new Error(message) : new SuppressedError(undefined, undefined, message)
  ],
  ["DOMException", (message, name) => new DOMException(message, name)]
])
