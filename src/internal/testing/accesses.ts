import * as Cache from "effect/Cache"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as MutableRef from "effect/MutableRef"
import * as Queue from "effect/Queue"
import * as Semaphore from "effect/Semaphore"

/** What a step did with an object that fibers share. A change is both, such as taking a permit. */
export type Access = "made" | "read" | "write" | "change"

type Listener = (object: object, access: Access) => void

let listener: Listener | undefined

/** Calls `f`, and tells `heard` of each access meanwhile, if accesses are watched. */
export const hearing = <A>(heard: Listener, f: () => A): A => {
  const before = listener
  listener = heard
  try {
    return f()
  } finally {
    listener = before
  }
}

let watchers = 0
let restores: ReadonlyArray<() => void> = []

/**
 * Watches the accesses to Effect's own shared objects, until what it gives is called.
 *
 * Every use of a private part of Effect that this takes is in this file. Each part is tried on an object of its own first. One
 * that has another form in some version of Effect is left alone, and its accesses are not heard of: strategies guess worse then.
 */
export const watchAccesses = (): (() => void) => {
  if (watchers++ === 0) restores = parts.flatMap((part) => part() ?? [])
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    if (--watchers > 0) return
    for (const restore of restores) restore()
    restores = []
  }
}

/**
 * Watches a field that a constructor assigns to an object of this prototype: what is made while this is on the prototype
 * gets a prototype of its own in between, which keeps the field and tells of each look at it. Such an object stays as it
 * is afterwards.
 */
const field = (example: object, name: string, onGet: Access, onSet: Access): (() => void) | undefined => {
  const prototype: unknown = Object.getPrototypeOf(example)
  if (!Object.hasOwn(example, name) || !isObject(prototype) || name in prototype) return undefined
  const slot = Symbol(name)
  const watched: object = Object.create(prototype, {
    [name]: {
      enumerable: true,
      get(this: Record<symbol, unknown>) {
        listener?.(this, onGet)
        return this[slot]
      },
      set(this: Record<symbol, unknown>, value: unknown) {
        listener?.(this, onSet)
        this[slot] = value
      }
    }
  })
  const isSet = Reflect.defineProperty(prototype, name, {
    configurable: true,
    set(this: object, value: unknown) {
      if (listener === undefined) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
        return
      }
      Object.setPrototypeOf(this, watched)
      Object.defineProperty(this, slot, { value, writable: true })
      listener(this, "made")
    }
  })
  return isSet ? () => void Reflect.deleteProperty(prototype, name) : undefined
}

/** Watches calls of a method, or looks at a getter, of the prototype of this object. */
const member = (example: object, name: string, access: Access): (() => void) | undefined => {
  const prototype: unknown = Object.getPrototypeOf(example)
  const original = isObject(prototype) ? Reflect.getOwnPropertyDescriptor(prototype, name) : undefined
  if (!isObject(prototype) || original === undefined) return undefined
  const key = original.get === undefined ? "value" : "get"
  const call: unknown = original[key]
  if (typeof call !== "function") return undefined
  const told = function (this: object, ...args: ReadonlyArray<unknown>): unknown {
    listener?.(this, access)
    return Reflect.apply(call, this, args)
  }
  if (!Reflect.defineProperty(prototype, name, { ...original, [key]: told })) return undefined
  return () => void Reflect.defineProperty(prototype, name, original)
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

type Part = () => ReadonlyArray<() => void> | undefined

const all = (...restores: ReadonlyArray<(() => void) | undefined>) => restores.filter((each) => each !== undefined)

const parts: ReadonlyArray<Part> = [
  // Also what a Ref, a SynchronizedRef and a SubscriptionRef keep their value in.
  () => all(field(MutableRef.make(0), "current", "read", "write")),
  () => all(field(Deferred.makeUnsafe(), "effect", "read", "write")),
  () => {
    const semaphore = Semaphore.makeUnsafe(1)
    return all(
      // Called by the constructor.
      member(semaphore, "withPermits", "made"),
      member(semaphore, "free", "change"),
      member(semaphore, "releaseUnsafe", "write")
    )
  },
  () => all(field(Effect.runSync(Queue.unbounded()), "messages", "change", "write")),
  () => all(field(Effect.runSync(Cache.make({ capacity: 1, lookup: () => Effect.void })), "map", "change", "write"))
]
