import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

type AnyFiber = Fiber.Fiber<unknown, unknown>

const origins = new WeakMap<AnyFiber, number>()
let hasOrigins = false

/**
 * The fiber has got the result of this task, and makes its next submission from it. So observers can connect the stages of a pipeline.
 * Called only if something observes.
 */
export const noteOrigin = (fiber: AnyFiber, task: number): void => {
  hasOrigins = true
  origins.set(fiber, task)
}

/** The task whose result the fiber got last. */
export const originOf = (fiber: AnyFiber): number | undefined => origins.get(fiber)

/** The origin of a submission. It is used once, because the next submission is made of something else. */
export const takeOrigin = (fiber: AnyFiber): number | undefined => {
  // Most programs have no observers and so no origins. They should not pay for looking into the map at each submission.
  const task = hasOrigins ? origins.get(fiber) : undefined
  if (task !== undefined) origins.delete(fiber)
  return task
}

export const forgetOrigin: Effect.Effect<void> = Effect.withFiber((fiber) => {
  origins.delete(fiber)
  return Effect.void
})
