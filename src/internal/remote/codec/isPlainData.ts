import { isNamespace, isProxy, kindOf } from "./kindOf.ts"

/** Structured clone manages about 1,500 levels on the stack of a main thread, and a record has up to three of them. */
export const maxDepth = 400

// A tree is walked faster without a record of the objects seen, and most values are small trees. With more objects than this, some may be
// shared.
const manyObjects = 100_000

let rest = 0
let seen: Set<object> | undefined
let isShared = true

/**
 * Whether structured clone copies the value completely, so that it arrives as what it was without any record. `false` only means that a
 * closer look is needed. Runs no code of the value.
 */
export const arePlainData = (values: ReadonlyArray<unknown>, sharesMemory: boolean): boolean => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    const isSimple =
      typeof value === "object" ? value === null : typeof value !== "function" && typeof value !== "symbol"
    if (!isSimple && !isPlainData(value, sharesMemory)) return false
  }
  return true
}

export const isPlainData = (value: unknown, sharesMemory: boolean): boolean => {
  if (typeof value !== "object") return typeof value !== "function" && typeof value !== "symbol"
  if (value === null) return true
  isShared = sharesMemory
  rest = manyObjects
  seen = undefined
  try {
    if (isPlain(value, 0)) return true
    if (rest > 0) return false
    seen = new Set()
    rest = Infinity
    return isPlain(value, 0)
  } catch {
    // The stack may be full, or the prototype a Proxy.
    return false
  } finally {
    seen = undefined
  }
}

const isPlain = (value: object, depth: number): boolean => {
  if (--rest < 0 || isProxy(value)) return false
  if (seen !== undefined) {
    if (seen.has(value)) return true
    seen.add(value)
  }
  if (depth > maxDepth) {
    // The value may contain a cycle.
    if (seen === undefined) rest = 0
    return false
  }
  const isOwnArray = Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype
  if (isOwnArray) return isPlainArray(value, depth + 1)
  switch (kindOf(value)) {
    case "object":
      return hasPlainFields(value, depth + 1)
    case "array":
      return Array.isArray(value) && isPlainArray(value, depth + 1)
    case "leaf":
      return isTrueLeaf(value) && !hasAddedProperty(value)
    case "RegExp":
      // Structured clone sets `lastIndex` to 0.
      return isTrueLeaf(value) && (value as RegExp).lastIndex === 0 && !hasAddedProperty(value)
    case "view":
      return hasOwnMemory((value as ArrayBufferView).buffer, isShared) && !isOutOfBounds(value as ArrayBufferView)
    case "buffer":
      return hasOwnMemory(value as ArrayBuffer, isShared) && !hasAddedProperty(value)
    case "shared":
      return isShared
    case "map":
      return isPlainMap(value as Map<unknown, unknown>, depth + 1) && !hasAddedProperty(value)
    case "set":
      return isPlainSet(value as Set<unknown>, depth + 1) && !hasAddedProperty(value)
    default:
      return false
  }
}

/** Whether memory can be copied, or shared if it is shared memory. The class may be that of another realm, so it does not decide. */
export const hasOwnMemory = (buffer: ArrayBufferLike, sharesMemory: boolean): boolean =>
  "growable" in buffer ? sharesMemory : !(buffer as ArrayBuffer).detached

/** Whether an object really is what its prototype says, and not made by `Object.create` of that prototype. */
export const isTrueLeaf = (value: object): boolean => Object.prototype.toString.call(value) !== "[object Object]"

/** Whether it has properties of its own, besides what it contains. Not for arrays, whose elements are properties too. */
const hasAddedProperty = (value: object): boolean => addedPropertyOf(value) !== undefined

/** The name of the first of those properties. */
export const addedPropertyOf = (value: object): string | undefined => {
  const keys = Object.keys(value)
  // The characters of a boxed string come first.
  return keys.length === 0 ? undefined : keys[isBoxedString(value) ? Number(Reflect.get(value, "length")) : 0]
}

const isBoxedString = (value: object): boolean => Object.prototype.toString.call(value) === "[object String]"

/** Whether its buffer has become too small for it. */
export const isOutOfBounds = (view: ArrayBufferView): boolean => {
  if ((view.buffer as ArrayBuffer).resizable !== true) return false
  try {
    if (view instanceof DataView) return view.byteLength < 0
    Uint8Array.prototype.keys.call(view as Uint8Array)
    return false
  } catch {
    return true
  }
}

const isPlainArray = (array: ReadonlyArray<unknown>, depth: number): boolean => {
  const { length } = array
  for (let i = 0; i < length; i++) {
    const item = array[i]
    switch (typeof item) {
      case "object":
        if (item !== null && !isPlain(item, depth)) return false
        break
      case "function":
      case "symbol":
        return false
      case "undefined":
        // Holes, of which there may be billions.
        if (!(i in array)) return false
    }
  }
  return true
}

const hasPlainFields = (value: object, depth: number): boolean => {
  let isEmpty = true
  for (const key in value) {
    isEmpty = false
    const property = Object.getOwnPropertyDescriptor(value, key)
    // An inherited property, which structured clone ignores, or one with a getter, which must not run twice.
    if (property === undefined) continue
    if (property.get !== undefined || property.set !== undefined) return false
    const field: unknown = property.value
    switch (typeof field) {
      case "object":
        if (field !== null && !isPlain(field, depth)) return false
        break
      case "function":
      case "symbol":
        return false
    }
  }
  return !isEmpty || !isNamespace(value)
}

const isPlainMap = (map: Map<unknown, unknown>, depth: number): boolean => {
  for (const [key, value] of entriesOf(map)) {
    if (!isPlainPart(key, depth) || !isPlainPart(value, depth)) return false
  }
  return true
}

const isPlainSet = (set: Set<unknown>, depth: number): boolean => {
  for (const item of itemsOf(set)) if (!isPlainPart(item, depth)) return false
  return true
}

const isPlainPart = (value: unknown, depth: number): boolean => {
  switch (typeof value) {
    case "object":
      return value === null || isPlain(value, depth)
    case "function":
    case "symbol":
      return false
    default:
      return true
  }
}

// The prototype's method, because the instance may have its own.
const entriesOf = (map: Map<unknown, unknown>) => Map.prototype.entries.call(map)
const itemsOf = (set: Set<unknown>) => Set.prototype.values.call(set)
