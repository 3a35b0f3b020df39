import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Tracer from "effect/Tracer"

/** A step of a fiber, as `Tracer.context` gets to see it. */
export type Primitive = Tracer.EffectPrimitive<unknown>

const evaluate = "~effect/Effect/evaluate"
const identifier = "~effect/Effect/identifier"

// What an effect is to the fiber that runs it; its type tells only users what they need.
const primitiveOf = (effect: Effect.Effect<unknown, unknown>) => effect as unknown as Primitive

const evaluateOf = (effect: Effect.Effect<unknown, unknown>) => primitiveOf(effect)[evaluate]

const yieldNow = evaluateOf(Effect.yieldNow)
const onSuccess = evaluateOf(Effect.flatMap(Effect.void, () => Effect.void))
const onSuccessPrototype: unknown = Object.getPrototypeOf(Effect.flatMap(Effect.void, () => Effect.void))

export const perform = (primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>): unknown =>
  primitive[evaluate](fiber)

/** Whether it is `Effect.yieldNow`. */
export const isYield = (primitive: Primitive): boolean => primitive[evaluate] === yieldNow

/**
 * Whether nobody can tell if it came before or after any step of another fiber: it only remembers, in its own fiber, what
 * is to be called with a result. What is remembered for a failure does not count: before it, an interruption finds nothing.
 */
export const isLocal = (primitive: Primitive): boolean =>
  primitive[evaluate] === onSuccess && Object.getPrototypeOf(primitive) === onSuccessPrototype

/** Waits until what `register` gets is called, with the step that is to be done then. */
export const pause = (register: (resume: (next: Primitive) => void) => void): Primitive =>
  primitiveOf(Effect.callback((resume) => register((next) => resume(next as unknown as Effect.Effect<unknown>))))

/** Waits and is never woken. */
export const parked = primitiveOf(Effect.never)

/** The kind of step, in Effect's own word for it. */
export const kindOf = (primitive: Primitive): string => {
  const kind = (primitive as { readonly [identifier]?: unknown })[identifier]
  return typeof kind === "string" ? kind : "custom"
}
