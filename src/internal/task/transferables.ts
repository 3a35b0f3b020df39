import { InvalidOptionsError } from "../../Errors.ts"

// A string as key, so that a second copy of this package in the same realm knows the marks of the first.
const RegistryKey = Symbol.for("effect-futures/transferables")

interface Registry {
  /** Without marks there is nothing to look for. Most programs move nothing, and each call would pay for the search. */
  isUsed: boolean
  readonly lists: WeakMap<object, ReadonlyArray<object>>
}

const holder = globalThis as { [RegistryKey]?: Registry }
const registry = (holder[RegistryKey] ??= { isUsed: false, lists: new WeakMap() })

const none: ReadonlyArray<never> = []

/** Marks the objects in `value` that are moved when it crosses. Throws an `InvalidOptionsError` for objects that cannot be moved. */
export const markTransferables = (value: unknown, transferables: unknown): void => {
  if (typeof value !== "object" || value === null) {
    throw new InvalidOptionsError({ option: "value", value, expected: "an object that contains what you want to move" })
  }
  if (!Array.isArray(transferables)) {
    throw new InvalidOptionsError({ option: "transferables", value: transferables, expected: "an array" })
  }
  const list = [...new Set(transferables.map(checkedTransferable))]
  registry.isUsed = true
  registry.lists.set(value, list)
}

const checkedTransferable = (item: unknown, index: number): object => {
  const option = `transferables[${index}]`
  const refuse = (expected: string): never => {
    throw new InvalidOptionsError({ option, value: item, expected })
  }
  if (typeof item !== "object" || item === null || ArrayBuffer.isView(item)) {
    return refuse("an ArrayBuffer, a MessagePort or a stream; for a typed array, pass its buffer")
  }
  const kind = Object.prototype.toString.call(item)
  if (kind === "[object SharedArrayBuffer]")
    return refuse("what belongs to one thread at a time; this is shared as it is")
  if (kind === "[object ArrayBuffer]") {
    return (item as ArrayBuffer).detached ? refuse("a buffer that has not been moved away yet") : item
  }
  return isMovable(item) ? item : refuse("an ArrayBuffer, a MessagePort or a stream")
}

// Recognized by their methods, because their classes differ between platforms.
const isMovable = (item: object): boolean => {
  const can = (...names: ReadonlyArray<string>) => names.every((name) => typeof Reflect.get(item, name) === "function")
  return (
    can("postMessage", "start", "close") ||
    can("getReader", "cancel") ||
    can("getWriter", "abort") ||
    ("readable" in item && "writable" in item) ||
    ("fd" in item && can("close"))
  )
}

/** All marked objects in `value`: itself, and those in its objects, arrays, maps and sets. */
export const transferablesIn = (value: unknown): ReadonlyArray<unknown> => {
  if (!registry.isUsed || typeof value !== "object" || value === null) return none
  const found = new Set<object>()
  const seen = new Set<object>()
  const rest: Array<unknown> = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    if (typeof next !== "object" || next === null || seen.has(next)) continue
    seen.add(next)
    for (const item of registry.lists.get(next) ?? none) found.add(item)
    addParts(next, rest)
  }
  return found.size === 0 ? none : [...found]
}

const addParts = (value: object, rest: Array<unknown>): void => {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return
  try {
    if (Array.isArray(value)) addObjects(value, rest)
    else if (value instanceof Map) {
      addObjects(value.keys(), rest)
      addObjects(value.values(), rest)
    } else if (value instanceof Set) addObjects(value, rest)
    else {
      for (const { enumerable, value: part } of Object.values(Object.getOwnPropertyDescriptors(value))) {
        // A getter is not run here, because it ran when the value was encoded, and may return something else now.
        if (enumerable === true && typeof part === "object" && part !== null) rest.push(part)
      }
    }
  } catch {
    // A Proxy. Encoding it will be refused, with a reason.
  }
}

// A loop and not a spread, because an array may have more elements than a call can have arguments.
const addObjects = (parts: Iterable<unknown>, rest: Array<unknown>): void => {
  for (const part of parts) if (typeof part === "object" && part !== null) rest.push(part)
}
