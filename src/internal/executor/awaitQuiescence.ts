import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Engine } from "./Engine.ts"
import { type Blockable, CurrentTask, ownTask, suspend } from "../future/blocking.ts"

/** Whether the fiber belongs to something that the end of `engine` has to wait for. */
export const isInside = (fiber: Fiber.Fiber<unknown, unknown>, engine: Engine): boolean =>
  fiber.getRef(CurrentTask)?.engines.includes(engine) ?? false

/**
 * For a wait, inside one of an executor's tasks, until that executor has nothing to do.
 *
 * The task must wait neither for itself nor for tasks that wait for it, so it waits until only
 * such are left. Where the task is another executor's, submitted from inside this one, who waits
 * for whom cannot be told, and it does not wait.
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
