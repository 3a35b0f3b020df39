import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Tracer from "effect/Tracer"
import { sameKind } from "../effectInternals.ts"

/** A step of a fiber, as `Tracer.context` gets to see it. */
export type Primitive = Tracer.EffectPrimitive<unknown>

const evaluate = "~effect/Effect/evaluate"
const identifier = "~effect/Effect/identifier"
const args = "~effect/Effect/args"

// An effect in the form that a fiber runs. The public type hides it.
const primitiveOf = (effect: Effect.Effect<unknown, unknown>) => effect as unknown as Primitive

const evaluateOf = (effect: Effect.Effect<unknown, unknown>) => primitiveOf(effect)[evaluate]

const yieldNow = evaluateOf(Effect.yieldNow)
const failure = evaluateOf(Effect.fail(undefined))
const onSuccess = evaluateOf(Effect.flatMap(Effect.void, () => Effect.void))
const isLikeFlatMap = sameKind(Effect.flatMap(Effect.void, () => Effect.void))

export const perform = (primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>): unknown =>
  primitive[evaluate](fiber)

/** Whether the step is a failure. Interrupting a fiber makes such a step, too. */
export const isFailure = (primitive: Primitive): boolean => primitive[evaluate] === failure

/** Whether the step is `Effect.yieldNow`. */
export const isYield = (primitive: Primitive): boolean => primitive[evaluate] === yieldNow

/**
 * Whether no other fiber can notice when the step comes: it only records, in its own fiber, a function to call with a result. Recording an
 * error handler does not count, because an interruption before it would find no handler.
 */
export const isLocal = (primitive: Primitive): boolean => primitive[evaluate] === onSuccess && isLikeFlatMap(primitive)

/** Waits until the argument of `register` is called with the step to do then. */
export const pause = (register: (resume: (next: Primitive) => void) => void): Primitive =>
  primitiveOf(Effect.callback((resume) => register((next) => resume(next as unknown as Effect.Effect<unknown>))))

/** Waits for ever. */
export const parked = primitiveOf(Effect.never)

const kinds = new Map<unknown, number>()

/** The kind of a step, as a number. */
export const kindOf = (primitive: Primitive): number => {
  const { [identifier]: kind } = primitive as { readonly [identifier]?: unknown }
  let number = kinds.get(kind)
  if (number === undefined) kinds.set(kind, (number = kinds.size + 1))
  return number
}

/** The step in Effect's own word for it, with the function that it calls if that is short. */
export const describe = (primitive: Primitive): string => {
  const { [args]: argument, [identifier]: kind } = primitive as {
    readonly [identifier]?: unknown
    readonly [args]?: unknown
  }
  const name = typeof kind === "string" ? kind : "custom"
  const text = typeof argument === "function" ? String(argument).replaceAll(/\s+/g, " ") : ""
  return text === "" || text.length > longest ? name : `${name} ${text}`
}

const longest = 60
