import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { TaskCancelledError } from "../../Errors.ts"

/** Whether a task with this exit was cancelled: stopped by an interruption and by nothing else. */
export const isCancelled = (exit: Exit.Exit<unknown, unknown>): boolean =>
  exit._tag === "Failure" && Cause.hasInterruptsOnly(exit.cause)

/**
 * The exit that joiners get.
 *
 * A cancelled task must not interrupt its joiners, so its exit becomes a failure. For the same reason, a task that failed while its own
 * child fibers were interrupted keeps its failure and loses the interruptions.
 */
export const toJoined = <A, E>(exit: Exit.Exit<A, E>, task: string): Exit.Exit<A, E | TaskCancelledError> => {
  if (exit._tag === "Success" || !Cause.hasInterrupts(exit.cause)) return exit
  if (Cause.hasInterruptsOnly(exit.cause)) return Exit.fail(new TaskCancelledError({ task }))
  return Exit.failCause(Cause.fromReasons(exit.cause.reasons.filter((reason) => reason._tag !== "Interrupt")))
}

/**
 * A text such as `Success(Uint8Array)`, `Failure(TaskTimeoutError)` or `Die(TypeError)`. It shows types and not contents, which may be
 * large.
 */
export const describeExit = (exit: Exit.Exit<unknown, unknown>): string => {
  if (exit._tag === "Success") return `Success(${typeName(exit.value)})`
  const reasons = exit.cause.reasons
  if (reasons.length === 0) return "Failure(Cause.empty)"
  const die = reasons.find((reason) => reason._tag === "Die")
  if (die !== undefined) return `Die(${typeName(die.defect)})`
  const fail = reasons.find((reason) => reason._tag === "Fail")
  return fail === undefined ? "Interrupt" : `Failure(${typeName(fail.error)})`
}

const typeName = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value
  try {
    if ("_tag" in value && typeof value._tag === "string") return value._tag
    if (value instanceof Error) return String(value.name)
    return String(value.constructor?.name ?? "Object")
  } catch {
    // Getters and Proxies may throw, and printing a future must not.
    return "object"
  }
}
