import type * as Exit from "effect/Exit"

/** A word for the error of an exit: its tag, or the name of its class. `undefined` if there is no error. */
export const errorTagOf = (exit: Exit.Exit<unknown, unknown> | undefined): string | undefined => {
  if (exit === undefined || exit._tag === "Success") return undefined
  for (const reason of exit.cause.reasons) {
    if (reason._tag === "Fail") return nameOf(reason.error)
    if (reason._tag === "Die") return nameOf(reason.defect)
  }
  return undefined
}

// Errors may come from foreign code, whose getters may throw.
const nameOf = (error: unknown): string => {
  try {
    if (typeof error !== "object" || error === null) return typeof error
    const { _tag: tag, name } = error as { readonly _tag?: unknown; readonly name?: unknown }
    if (typeof tag === "string") return tag
    // Most classes of errors give their instances no name of their own.
    if (typeof name === "string" && name !== "Error") return name
    return classOf(error) ?? (typeof name === "string" ? name : "object")
  } catch {
    return "unknown"
  }
}

const classOf = (error: object): string | undefined => {
  const name: unknown = error.constructor?.name
  return typeof name === "string" && name !== "" && name !== "Object" ? name : undefined
}
