import { type BuiltinKind, builtins, standardErrors } from "./builtins.ts"

/**
 * How an object crosses.
 *
 * - `"bare"`: an object without a prototype
 * - `"leaf"`: structured clone copies it whole, and nothing in it has to be looked at
 * - `"view"`, `"buffer"`: as `"leaf"`, unless its memory is shared, or was moved away
 * - `"shared"`: only to where memory is shared
 * - `"instance"`: of a class that the program or a package defines
 * - `"host"`: of a class of the runtime, without data that could be copied
 */
export type Kind =
  | "array"
  | "object"
  | "bare"
  | "map"
  | "set"
  | "leaf"
  | "view"
  | "buffer"
  | "shared"
  | BuiltinKind
  | "error"
  | EffectKind
  | "instance"
  | "host"

/**
 * The type ids of the data types of Effect that arrive as what they were. They are written down here because a worker whose tasks are plain
 * functions does not load Effect. A test compares them with Effect's own.
 */
export const effectKinds = {
  Option: "~effect/Option",
  Result: "~effect/Result",
  Exit: "~effect/Exit",
  Cause: "~effect/Cause",
  Reason: "~effect/Cause/Reason",
  Duration: "~effect/Duration",
  DateTime: "~effect/DateTime",
  TimeZone: "~effect/DateTime/TimeZone",
  BigDecimal: "~effect/BigDecimal",
  Chunk: "~effect/Chunk",
  HashMap: "~effect/HashMap",
  HashSet: "~effect/HashSet",
  Redacted: "~effect/Redacted"
} as const

export type EffectKind = keyof typeof effectKinds

const effectIds = Object.entries(effectKinds) as ReadonlyArray<[EffectKind, string]>

// The names of classes, because touching a class such as `Headers` loads all of `fetch`.
const builtinKinds = new Map<string, Kind>([
  ["Array", "array"],
  ["Object", "object"],
  ["Map", "map"],
  ["Set", "set"],
  ...["Date", "Boolean", "Number", "String", "BigInt"].map((name) => [name, "leaf"] as const),
  ...["Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "BigInt64", "BigUint64"].map(
    (name) => [`${name}Array`, "view"] as const
  ),
  ...["Float16Array", "Float32Array", "Float64Array", "DataView"].map((name) => [name, "view"] as const),
  ["ArrayBuffer", "buffer"],
  ["SharedArrayBuffer", "shared"],
  ["Module", "shared"],
  // Their kinds have the names of the classes.
  ...Object.keys(builtins).map((name) => [name, name as BuiltinKind] as const)
])

/** The kinds of known prototypes. */
const known = new WeakMap<object, Kind>()

/** The kind of an object, by its prototype and by Effect's type ids. It must not be a Proxy, because no code of it may run. */
export const kindOf = (value: object): Kind => {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return "object"
  if (prototype === null) return "bare"
  let kind = known.get(prototype)
  if (kind === undefined) {
    kind = classify(prototype)
    known.set(prototype, kind)
  }
  // Some values of Effect have the name of their type themselves, and not from their prototype.
  return kind === "instance" ? (effectKindOf(value) ?? kind) : kind
}

const classify = (prototype: object): Kind => {
  const builtin = builtinOf(prototype)
  if (builtin !== undefined) {
    const kind = builtinKinds.get(builtin)
    if (kind !== undefined) return kind
  }
  if (errorTypeOf(prototype) !== undefined) return "error"
  return effectKindOf(prototype) ?? (extendsBuiltin(prototype) ? "host" : "instance")
}

const effectKindOf = (value: object): EffectKind | undefined => effectIds.find(([, typeId]) => typeId in value)?.[0]

/** The name of the standard error class that a value, or a prototype, belongs to or extends, even if that class is of another realm. */
export const errorTypeOf = (value: object): string | undefined => {
  for (let each: object | null = value; each !== null; each = Object.getPrototypeOf(each)) {
    const name = builtinOf(each)
    if (name !== undefined && standardErrors.has(name)) return name
  }
  // Some libraries put another class in the place of `Error`.
  return value instanceof Error || value === Error.prototype ? "Error" : undefined
}

/** The name of the built-in class with this prototype, even of another realm, as in `vm` and Jest. */
const builtinOf = (prototype: object): string | undefined => {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value
  if (typeof constructor !== "function" || constructor.prototype !== prototype) return undefined
  const { name } = constructor
  const isOwnRealm = !lazyGlobals.has(name) && Reflect.get(globalThis, name) === constructor
  if (isOwnRealm || isNative(constructor)) return name
  // The global is read only if it probably is that class.
  return lazyGlobals.has(name) && Reflect.get(globalThis, name) === constructor ? name : undefined
}

const lazyGlobals: ReadonlySet<string> = new Set(["Headers", "Request", "Response", "FormData", "Blob", "File"])

const isNative = (constructor: Function): boolean =>
  // A bound function looks the same, but has no prototype.
  Function.prototype.toString.call(constructor).endsWith("{ [native code] }")

/** Whether the prototype is, or extends, a built-in one. Then the data is not in properties. */
const extendsBuiltin = (prototype: object): boolean => {
  for (let each: object | null = prototype; each !== null; each = Object.getPrototypeOf(each)) {
    const tag: unknown = Object.getOwnPropertyDescriptor(each, Symbol.toStringTag)?.value
    if (typeof tag === "string" && (hostTags.has(tag) || tag.includes("Iterator"))) return true
    const name = builtinOf(each)
    if (name !== undefined && name !== "Object") return true
  }
  return false
}

const hostTags: ReadonlySet<string> = new Set(["Generator", "AsyncGenerator", "Module"])

/** The kind of the built-in class that an instance's class extends. */
export const baseKindOf = (value: object): Kind | undefined => {
  for (let each: object | null = value; each !== null; each = Object.getPrototypeOf(each)) {
    const kind = builtinKinds.get(builtinOf(each) ?? "")
    if (kind !== undefined) return kind === "object" ? undefined : kind
  }
  return undefined
}

/** Whether a plain object is a part of JavaScript, such as `Math`. It has methods alone, which are not enumerable. */
export const isNamespace = (value: object): boolean => {
  const tag = Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)
  return tag?.writable === false && tag.enumerable === false && Object.keys(value).length === 0
}

interface Builtins {
  getBuiltinModule?(name: string): { readonly types?: { readonly isProxy?: (value: unknown) => boolean } } | undefined
}

/** Whether an object is a Proxy, where the runtime can tell: Node.js, Bun and Deno can, and browsers cannot. */
export const isProxy: (value: unknown) => boolean =
  (globalThis as { readonly process?: Builtins }).process?.getBuiltinModule?.("node:util")?.types?.isProxy ??
  (() => false)
