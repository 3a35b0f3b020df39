// A message from a worker can be trusted only if the worker can. So each part is checked before it is used, in time proportional to its
// real size, whatever length it claims to have.

export const malformed = (what: string): never => {
  throw new TypeError(`a message is not ${what}, as it should be`)
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isRecord(value) ? value : malformed("an object")

export const field = (value: unknown, key: string): unknown => recordOf(value)[key]

/** An array without holes. One with holes may claim to have billions of items in a few bytes. */
export const denseArray = (value: unknown): ReadonlyArray<unknown> => {
  if (!Array.isArray(value)) return malformed("an array")
  for (let i = 0; i < value.length; i++)
    if (value[i] === undefined && !(i in value)) malformed("an array without holes")
  return value
}

export const stringOf = (value: unknown): string => (typeof value === "string" ? value : malformed("a string"))

export const numberOf = (value: unknown): number => (typeof value === "number" ? value : malformed("a number"))

export const booleanOf = (value: unknown): boolean => (typeof value === "boolean" ? value : malformed("a boolean"))

// Readers of larger values are made of readers of their parts.

type Read<A> = (value: unknown) => A

/** The type that a reader gives. */
export type ReadBy<R extends Read<unknown>> = ReturnType<R>

/** Reads an object with these fields, and ignores others. */
export const record = <Fields extends Readonly<Record<string, Read<unknown>>>>(fields: Fields) => {
  const readers = Object.entries(fields)
  return (value: unknown) => {
    const read: Record<string, unknown> = {}
    for (const [key, readField] of readers) read[key] = readField(field(value, key))
    // There is a value for each of the fields.
    return read as { readonly [K in keyof Fields]: ReadBy<Fields[K]> }
  }
}

export const list =
  <A>(read: Read<A>) =>
  (value: unknown): ReadonlyArray<A> =>
    denseArray(value).map(read)

export const pair =
  <A, B>(readFirst: Read<A>, readSecond: Read<B>) =>
  (value: unknown): [A, B] => {
    const [first, second] = denseArray(value)
    return [readFirst(first), readSecond(second)]
  }

export const optional =
  <A>(read: Read<A>) =>
  (value: unknown): A | undefined =>
    value === undefined ? undefined : read(value)

export const oneOf =
  <const A>(all: ReadonlyArray<A>) =>
  (value: unknown): A =>
    all.find((each) => each === value) ?? malformed(`one of ${all.join(", ")}`)
