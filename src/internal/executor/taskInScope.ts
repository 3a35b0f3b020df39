import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { CurrentTask } from "../future/blocking.ts"
import { CurrentReporter } from "../task/CurrentReporter.ts"
import { TaskRun } from "./TaskRun.ts"

/**
 * The body of a task in a lane for fibers: the task runs where it is, in a scope of its own.
 *
 * `Effect.scoped` and `Effect.provideService` would do the same with more steps; this is
 * on the way of every task.
 */
export const taskInScope = <A, E>(
  effect: Effect.Effect<A, E>,
  run: TaskRun,
  fiber: Fiber.Fiber<unknown, unknown>
): Effect.Effect<A, E> => {
  run.scope = Scope.makeUnsafe()
  const context = Context.add(Context.add(fiber.context, Scope.Scope, run.scope), CurrentTask, run)
  fiber.setContext(Context.add(context, CurrentReporter, run))
  return Effect.onExitPrimitive(effect, closeScope)
}

// A single function for all tasks saves closures. The services that a task has provided to itself are undone by now.
const closeScope = (exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> | undefined => {
  const run = Fiber.getCurrent()?.getRef(CurrentTask)?.run
  const scope = run instanceof TaskRun ? run.scope : undefined
  if (run instanceof TaskRun && scope?.state._tag === "Open") run.task.cleansUp()
  // Closed also while it is empty: a fiber that outlives the task may want to add to it later.
  return scope === undefined ? undefined : Scope.closeUnsafe(scope, exit)
}
