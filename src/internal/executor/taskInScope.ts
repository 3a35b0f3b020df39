import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { CurrentTask } from "../future/blocking.ts"
import { CurrentReporter } from "../task/CurrentReporter.ts"
import { TaskRun } from "./TaskRun.ts"

/**
 * Runs a task in its lane, in a scope of its own.
 *
 * `Effect.scoped` and `Effect.provideService` would do the same in more steps, and every task takes this way.
 */
export const taskInScope = <A, E>(
  effect: Effect.Effect<A, E>,
  run: TaskRun,
  fiber: Fiber.Fiber<unknown, unknown>
): Effect.Effect<A, E> => {
  const context = Context.add(Context.add(fiber.context, Scope.Scope, run.openScope()), CurrentTask, run)
  fiber.setContext(Context.add(context, CurrentReporter, run))
  return Effect.onExitPrimitive(effect, closeScope)
}

// A single function for all tasks saves closures. Services that the task has provided to itself are gone by now.
const closeScope = (exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> | undefined => {
  const run = Fiber.getCurrent()?.getRef(CurrentTask)?.run
  const scope = run instanceof TaskRun ? run.scope : undefined
  if (run instanceof TaskRun && scope?.state._tag === "Open") run.task.cleansUp()
  // The scope is closed even if it is empty, because a fiber that outlives the task may want to add to it later.
  return scope === undefined ? undefined : Scope.closeUnsafe(scope, exit)
}
