import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Engine } from "./Engine.ts"
import type { TaskRun } from "./TaskRun.ts"
/** The task that `fiber` belongs to, if it is one of the executor (or of a group on it) that `engine` belongs to. */
export declare const ownTask: (fiber: Fiber.Fiber<unknown, unknown>, engine: Engine | undefined) => TaskRun | undefined
/** The task that `fiber` belongs to, if one of the futures is its own executor's. */
export declare const waiterFor: (
  fiber: Fiber.Fiber<unknown, unknown>,
  futures: Iterable<{
    readonly engine: Engine | undefined
  }>
) => TaskRun | undefined
/**
 * Waits until `register` resumes; its result takes the registration back.
 *
 * When a task waits so for its own executor, its worker is lent to others for
 * that time: whoever it waits for may need it. The wait ends when it has one again.
 */
export declare const suspend: <A, E = never>(
  lender: TaskRun | undefined,
  register: (resume: (effect: Effect.Effect<A, E>) => void) => () => void
) => Effect.Effect<A, E>
