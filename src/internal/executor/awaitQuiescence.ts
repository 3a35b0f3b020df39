import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Engine } from "./Engine.ts"
import { type Blockable, CurrentTask, ownTask, suspend } from "../future/blocking.ts"

/** Whether the fiber belongs to a task that the end of `engine` waits for. */
export const isInside = (fiber: Fiber.Fiber<unknown, unknown>, engine: Engine): boolean =>
  fiber.getRef(CurrentTask)?.engines.includes(engine) ?? false

/**
 * Waits, inside a task of an executor, until that executor has nothing else to do.
 *
 * The task must not wait for itself, nor for tasks that wait for it. So it waits until only such tasks are left. If the task belongs to
 * another executor and was submitted from inside this one, it is not known which tasks wait for it. Then it does not wait at all.
 */
export const awaitQuiescence = (fiber: Fiber.Fiber<unknown, unknown>, engine: Engine): Effect.Effect<void> => {
  const blockable = ownTask(fiber, engine)
  if (blockable === undefined && fiber.getRef(CurrentTask)?.run !== undefined) return Effect.void
  return whenever(blockable, engine, () => engine.isQuiescent)
}

/** Waits until the condition on the engine's state is true, which may be now. A task is blocked meanwhile. */
export const whenever = (
  blockable: Blockable | undefined,
  engine: Engine,
  condition: () => boolean
): Effect.Effect<void> =>
  suspend<void>(blockable, (resume, isBlocked) => {
    if (!condition()) return engine.waiters.add(condition, () => resume(Effect.void), isBlocked)
    resume(Effect.void)
    return () => {}
  })
