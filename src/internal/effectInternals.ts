import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Logger from "effect/Logger"
import type * as Metric from "effect/Metric"
import type * as SchemaAST from "effect/SchemaAST"

// Every use of a private part of Effect that the library makes. Each is probed when it is first needed, and has a way to go on
// without it, which its comment names. The file loads nothing of Effect: workers whose tasks are plain functions do without.
// `test/effectInternals.test.ts` tries each on the Effect that is installed, and without.

interface FiberInternals {
  id: number
  readonly _interruptedCause?: unknown
  _running?: unknown
  evaluate?: (effect: Effect.Effect<unknown, unknown>) => void
}

const internalsOf = (fiber: Fiber.Fiber<unknown, unknown>) => fiber as unknown as FiberInternals

/**
 * Whether somebody has asked the fiber to stop, be it by hand or for its future.
 *
 * Without: no fiber is known to be stopping, so a timeout may claim a task whose fiber was interrupted by hand and cleans up.
 */
export const isInterrupted = (fiber: Fiber.Fiber<unknown, unknown>): boolean =>
  internalsOf(fiber)._interruptedCause !== undefined

/**
 * Gives a fiber that stands in for one that has ended the id of that one.
 *
 * Without: the fiber keeps an id of its own, as another object that is the same to nobody.
 */
export const takeId = (fiber: Fiber.Fiber<unknown, unknown>, id: number): void => {
  Reflect.set(fiber, "id", id)
}

/** The key under which Effect keeps the fiber that runs. */
const currentFiberKey = "~effect/Fiber/currentFiber"

/**
 * Code was cut off by force: the fiber that ran it does not run any more. Effect would go on to take it for the one that does.
 *
 * Without: `Fiber.getCurrent` gives the dead fiber until another one runs. See `isForgotten`.
 */
export const forgetCurrentFiber = (): void => {
  Reflect.deleteProperty(globalThis, currentFiberKey)
}

/**
 * Makes a fiber go on whose code was cut off, with an interruption, so that its finalizers run and those that wait for it wake. It
 * takes itself for running, so `interruptUnsafe` would wait for a step that never comes.
 *
 * Without: `false`, and the worker is not fit to go on.
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
 * A logger like others, from what it does. Not by `Logger.make`: that module takes half as long to load as all else in a worker.
 *
 * Without: a plain object, which logs, and cannot be piped.
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
 * Replaces what is called at each update of a metric. In the very object: whoever has made the metric goes on with that one, and not with
 * what is in a registry.
 *
 * Without: `false`, and the updates stay in the worker.
 */
export const replaceHooks = (
  metadata: Metric.Metric.Metadata<unknown, unknown>,
  hooks: Metric.Metric.Hooks<unknown, unknown>
): boolean => typeof metadata.hooks?.update === "function" && Reflect.set(metadata, "hooks", hooks)

/**
 * The id by which Effect's own declarations of Schemas are known, such as `effect/schema/Date`.
 *
 * Without: `undefined`, and encoded values are looked through as all others are, which takes longer.
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
 * Tells whether a step is like this one: made by the same function, with nothing of its own but its arguments.
 *
 * Without: no step is, and `Interleave` has more choices than it needs.
 */
export const sameKind = (example: object): ((step: object) => boolean) => {
  const prototype: unknown = Object.getPrototypeOf(example)
  return prototype === Object.prototype ? () => false : (step) => Object.getPrototypeOf(step) === prototype
}
