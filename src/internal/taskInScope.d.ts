import * as Effect from "effect/Effect"
import type { TaskRun } from "./TaskRun.ts"
/**
 * What a lane for fibers does with a task: runs it where it is, in a scope of its own.
 *
 * `Effect.scoped` and `Effect.provideService` would do the same with more steps; this is
 * on the way of every task.
 */
export declare const taskInScope: <A, E>(effect: Effect.Effect<A, E>, run: TaskRun) => Effect.Effect<A, E>
