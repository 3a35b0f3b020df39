import { field, list, malformed, numberOf, pair, stringOf } from "./wireShape.ts"

interface Builtin {
  /** The fields of its record. */
  readonly write: (value: never) => object
  /** Makes it from its record. */
  readonly read: (record: unknown) => unknown
}

/** The instances of built-in classes that structured clone would change, by their kind. */
export const builtins = {
  Buffer: {
    write: (buffer: Uint8Array) => ({ bytes: bytesOf(buffer) }),
    read: (record: unknown) => readBuffer(field(record, "bytes"))
  },
  /** Structured clone sets `lastIndex` to 0. */
  RegExp: {
    write: ({ flags, lastIndex, source }: RegExp) => ({ source, flags, lastIndex }),
    read: (record: unknown) => {
      const regExp = new RegExp(stringOf(field(record, "source")), stringOf(field(record, "flags")))
      regExp.lastIndex = numberOf(field(record, "lastIndex"))
      return regExp
    }
  },
  URL: {
    write: ({ href }: URL) => ({ text: href }),
    read: (record: unknown) => new URL(stringOf(field(record, "text")))
  },
  URLSearchParams: {
    write: (params: URLSearchParams) => ({ text: params.toString() }),
    read: (record: unknown) => new URLSearchParams(stringOf(field(record, "text")))
  },
  Headers: {
    write: (headers: Headers) => ({ entries: Array.from(headers) }),
    read: (record: unknown) => new Headers(Array.from(list(pair(stringOf, stringOf))(field(record, "entries"))))
  }
} satisfies Readonly<Record<string, Builtin>>

export type BuiltinKind = keyof typeof builtins

const bytesOf = (buffer: Uint8Array): Uint8Array => {
  const whole = buffer.buffer.byteLength
  // Small buffers are parts of a pool, which structured clone would send whole.
  const isPooled = buffer.byteLength < whole && whole === globalThis.Buffer.poolSize
  return isPooled ? Uint8Array.from(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

const readBuffer = (bytes: unknown): Uint8Array => {
  if (!ArrayBuffer.isView(bytes)) return malformed("bytes")
  const { Buffer } = globalThis as { readonly Buffer?: typeof globalThis.Buffer }
  const { buffer, byteLength, byteOffset } = bytes
  return Buffer === undefined
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
}

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
