import * as Cache from "effect/Cache"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as MutableRef from "effect/MutableRef"
import * as Queue from "effect/Queue"
import * as Semaphore from "effect/Semaphore"

/**
 * An access of a step to an object that fibers share. A change, such as taking a permit, is a read and a write. For a fiber, an access may
 * also be an interruption, or an observer of its end.
 */
export type Access = "made" | "read" | "write" | "change" | "interrupt" | "observe"

type Listener = (object: object, access: Access) => void

let listener: Listener | undefined

/** Calls `f`, and passes each access in the meantime to `heard`, if accesses are watched. */
export const hearing = <A>(heard: Listener, f: () => A): A => {
  const before = listener
  listener = heard
  try {
    return f()
  } finally {
    listener = before
  }
}

/** The parent of a fiber, which is informed of its end. */
export const parentOf = (fiber: object): object | undefined =>
  "_parent" in fiber && isObject(fiber._parent) ? fiber._parent : undefined

let restores: ReadonlyArray<() => void> = []
const watching = { objects: 0, fibers: 0 }

/**
 * Watches the accesses to Effect's own shared objects, and to fibers if that is wanted, until the result is called.
 *
 * Every use of Effect's private parts for that is in this file. Each part is first tested on an object. A part that has changed in some
 * version of Effect is left alone, and its accesses are not seen: the guesses of strategies get worse.
 */
export const watchAccesses = (includesFibers = false): (() => void) => {
  const kind = includesFibers ? "fibers" : "objects"
  watching[kind]++
  watchWanted()
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    watching[kind]--
    watchWanted()
  }
}

const watchWanted = (): void => {
  for (const restore of restores.toReversed()) restore()
  const wanted = watching.fibers > 0 ? [...parts, ...fiberParts] : watching.objects > 0 ? parts : []
  restores = wanted.flatMap((part) => part() ?? [])
}

/**
 * Watches a field that a constructor assigns. Objects that are made while this is on the prototype get a prototype of their own in between,
 * which keeps the field and reports each access. They keep it afterwards.
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

/** Watches calls of a method, or reads of a getter, of this object's prototype. */
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
  () => all(member(Effect.runFork(Effect.void), "interruptUnsafe", "interrupt")),
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

/** For a strategy that must see everything that fibers share. */
const fiberParts: ReadonlyArray<Part> = [
  () => {
    const fiber = Effect.runFork(Effect.void)
    return all(field(fiber, "_exit", "read", "write"), member(fiber, "addObserver", "observe"))
  },
  () => {
    // Each semaphore keeps its waiters in a field of its own, which no prototype can watch. So its first use puts a getter on it.
    const semaphore = Semaphore.makeUnsafe(1)
    const prototype: unknown = Object.getPrototypeOf(semaphore)
    const original = isObject(prototype) ? Reflect.getOwnPropertyDescriptor(prototype, "withPermits") : undefined
    if (!isObject(prototype) || typeof original?.value !== "function" || !Object.hasOwn(semaphore, "waiters")) return []
    const call: (this: unknown, ...args: ReadonlyArray<unknown>) => unknown = original.value
    const value = function (this: { waiters: unknown }, ...args: ReadonlyArray<unknown>): unknown {
      if (listener !== undefined && Object.hasOwn(this, "waiters")) {
        const { waiters } = this
        const get = () => {
          listener?.(this, "change")
          return waiters
        }
        Object.defineProperty(this, "waiters", { configurable: true, enumerable: true, get })
      }
      return Reflect.apply(call, this, args)
    }
    if (!Reflect.defineProperty(prototype, "withPermits", { ...original, value })) return []
    return [() => void Reflect.defineProperty(prototype, "withPermits", original)]
  }
]
