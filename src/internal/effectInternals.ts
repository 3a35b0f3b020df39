import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Logger from "effect/Logger"
import type * as Metric from "effect/Metric"
import type * as SchemaAST from "effect/SchemaAST"

// Every use of a private part of Effect in this library. Each is probed when it is first needed, and its comment says what happens without
// it. The file loads no module of Effect, because workers whose tasks are plain functions need none. `test/effectInternals.test.ts` tests
// each with the installed Effect, and without the part.

interface FiberInternals {
  id: number
  readonly _interruptedCause?: unknown
  _running?: unknown
  evaluate?: (effect: Effect.Effect<unknown, unknown>) => void
}

const internalsOf = (fiber: Fiber.Fiber<unknown, unknown>) => fiber as unknown as FiberInternals

/**
 * Whether the fiber was interrupted, directly or through its future.
 *
 * Without: no fiber counts as interrupted, so a timeout may claim a task whose fiber was interrupted by hand and is cleaning up.
 */
export const isInterrupted = (fiber: Fiber.Fiber<unknown, unknown>): boolean =>
  internalsOf(fiber)._interruptedCause !== undefined

/**
 * Gives a fiber the id of an ended fiber in whose place it stands.
 *
 * Without: the fiber keeps its own id, and looks like another one.
 */
export const takeId = (fiber: Fiber.Fiber<unknown, unknown>, id: number): void => {
  Reflect.set(fiber, "id", id)
}

/** The key under which Effect keeps the running fiber. */
const currentFiberKey = "~effect/Fiber/currentFiber"

/**
 * Whether the code that asks is run by a fiber. `Fiber.getCurrent` would load a module that a worker of plain functions does not need.
 *
 * Without: `false`, so what a fiber reports outside a task's function may be taken for the report of the function that called it.
 */
export const isInFiber = (): boolean => Reflect.get(globalThis, currentFiberKey) !== undefined

/**
 * Code was cut off by force. Without this call, Effect would go on to take its fiber for the running one.
 *
 * Without: `Fiber.getCurrent` returns the dead fiber until another one runs. See `isForgotten`.
 */
export const forgetCurrentFiber = (): void => {
  Reflect.deleteProperty(globalThis, currentFiberKey)
}

/**
 * Resumes a fiber whose code was cut off, with an interruption, so that its finalizers run and joining fibers wake. Such a fiber believes
 * that it is running, so `interruptUnsafe` would wait for a step that never comes.
 *
 * Without: `false`, and the worker cannot go on.
 */
export const unwind = (fiber: Fiber.Fiber<unknown, unknown>, failure: Effect.Effect<never>): boolean => {
  const cut = internalsOf(fiber)
  if (fiber.pollUnsafe() !== undefined || cut._running === false) return true
  if (cut._running !== true || typeof cut.evaluate !== "function") return false
  cut._running = false
  cut.evaluate(failure)
  return true
}

/**
 * A logger from a function. `Logger.make` would load a module that takes half as long to load as everything else in a worker.
 *
 * Without: a plain object, which logs, but cannot be piped.
 */
export const loggerLike = <Message, Output>(
  other: unknown,
  log: Logger.Logger<Message, Output>["log"]
): Logger.Logger<Message, Output> => {
  const prototype: object | null =
    typeof other === "object" && other !== null && "log" in other ? Object.getPrototypeOf(other) : Object.prototype
  return Object.assign(Object.create(prototype), { log })
}

/**
 * Replaces the functions that each update of a metric calls. The metric object itself is changed, because the code that made it uses that
 * object, and not one from a registry.
 *
 * Without: `false`, and the updates stay in the worker.
 */
export const replaceHooks = (
  metadata: Metric.Metric.Metadata<unknown, unknown>,
  hooks: Metric.Metric.Hooks<unknown, unknown>
): boolean => typeof metadata.hooks?.update === "function" && Reflect.set(metadata, "hooks", hooks)

/**
 * The id of Effect's own declarations of Schemas, such as `effect/schema/Date`.
 *
 * Without: `undefined`, and encoded values are checked like all others, which takes longer.
 */
export const declarationId = (ast: SchemaAST.Declaration): string | undefined => {
  const representation = ast.annotations?.["representation"]
  const id: unknown =
    typeof representation === "object" && representation !== null ? Reflect.get(representation, "id") : undefined
  return typeof id === "string" ? id : undefined
}

/**
 * The prototype of the iterators that `yield*` asks an effect for.
 *
 * Without: `undefined`, and traces of `Interleave` have no lines of the source.
 */
export const iteratorPrototype = (effect: Effect.Effect<unknown>): object | undefined => {
  try {
    const iterator = effect[Symbol.iterator]()
    const prototype: object = Object.getPrototypeOf(iterator)
    const first = iterator.next()
    const sent = Symbol("sent")
    const second: IteratorResult<unknown, unknown> = iterator.next(sent as never)
    const isKnown = first.done === false && first.value === effect && second.done === true && second.value === sent
    return isKnown && Object.hasOwn(prototype, "next") ? prototype : undefined
  } catch {
    return undefined
  }
}

/**
 * Returns a function that tells whether a step is of the same kind as this one: made by the same function, and differing only in its
 * arguments.
 *
 * Without: no step is, and `Interleave` has more choices than it needs.
 */
export const sameKind = (example: object): ((step: object) => boolean) => {
  const prototype: unknown = Object.getPrototypeOf(example)
  return prototype === Object.prototype ? () => false : (step) => Object.getPrototypeOf(step) === prototype
}
