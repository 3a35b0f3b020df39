import type * as Exit from "effect/Exit"

/** `Success(Uint8Array)`, `Failure(TaskTimeoutError)`, `Die(TypeError)`: types, not contents, since those may be large. */
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
  if ("_tag" in value && typeof value._tag === "string") return value._tag
  if (value instanceof Error) return value.name
  return value.constructor?.name ?? "Object"
}
