import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Tracer from "effect/Tracer"
import { sameKind } from "../effectInternals.ts"

/** A step of a fiber, as `Tracer.context` gets to see it. */
export type Primitive = Tracer.EffectPrimitive<unknown>

const evaluate = "~effect/Effect/evaluate"
const identifier = "~effect/Effect/identifier"
const args = "~effect/Effect/args"

// An effect as the fiber sees it that runs it; its type is for users.
const primitiveOf = (effect: Effect.Effect<unknown, unknown>) => effect as unknown as Primitive

const evaluateOf = (effect: Effect.Effect<unknown, unknown>) => primitiveOf(effect)[evaluate]

const yieldNow = evaluateOf(Effect.yieldNow)
const failure = evaluateOf(Effect.fail(undefined))
const onSuccess = evaluateOf(Effect.flatMap(Effect.void, () => Effect.void))
const isLikeFlatMap = sameKind(Effect.flatMap(Effect.void, () => Effect.void))

export const perform = (primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>): unknown =>
  primitive[evaluate](fiber)

/** Whether it fails, as that does with which a fiber is interrupted. */
export const isFailure = (primitive: Primitive): boolean => primitive[evaluate] === failure

/** Whether it is `Effect.yieldNow`. */
export const isYield = (primitive: Primitive): boolean => primitive[evaluate] === yieldNow

/**
 * Whether nobody can tell if it came before or after any step of another fiber: it only remembers, in its own fiber, what
 * is to be called with a result. What is remembered for a failure does not count: before it, an interruption finds nothing.
 */
export const isLocal = (primitive: Primitive): boolean => primitive[evaluate] === onSuccess && isLikeFlatMap(primitive)

/** Waits until what `register` gets is called, with the step that is to be done then. */
export const pause = (register: (resume: (next: Primitive) => void) => void): Primitive =>
  primitiveOf(Effect.callback((resume) => register((next) => resume(next as unknown as Effect.Effect<unknown>))))

/** Waits and is never woken. */
export const parked = primitiveOf(Effect.never)

const kinds = new Map<unknown, number>()

/** The kind of a step, as a number. */
export const kindOf = (primitive: Primitive): number => {
  const { [identifier]: kind } = primitive as { readonly [identifier]?: unknown }
  let number = kinds.get(kind)
  if (number === undefined) kinds.set(kind, (number = kinds.size + 1))
  return number
}

/** The step in Effect's own word for it, and what function it calls, if it is short. */
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
