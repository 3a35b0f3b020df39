import { Cause, type Exit, Option } from "effect"
import type { Future } from "effect-futures"

/** How a task ended, as the statistics would count it, from the exit of its fiber. */
export const outcomeOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (exit._tag === "Success") return "succeeded"
  if (Cause.hasInterruptsOnly(exit.cause)) return "cancelled"
  return isTagged(errorOf(exit), "TaskTimeoutError") ? "timedOut" : "failed"
}

/** The outcome of a task, from what a joiner got. */
export const joinedOutcomeOf = (exit: Exit.Exit<unknown, unknown>, future: Future.Future<unknown, unknown>): string => {
  const error = errorOf(exit)
  const isOwn = isTagged(error, "TaskCancelledError") && error.task === future.name
  return isOwn ? "cancelled" : outcomeOf(exit)
}

const errorOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  exit._tag === "Success" ? undefined : Option.getOrUndefined(Cause.findErrorOption(exit.cause))

const isTagged = (error: unknown, tag: string): error is { readonly _tag: string; readonly task: string } =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === tag
