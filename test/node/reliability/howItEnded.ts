import type { Exit } from "effect"
import { TaskEncodingError, TaskTimeoutError, WorkerCrashedError } from "effect-futures"
import type { Unwanted } from "./stormTasks.ts"

/** In a few words how a task ended, with all that tells it from another task. */
export const howItEnded = (exit: Exit.Exit<unknown, unknown>): string => {
  if (exit._tag === "Success") return `gave ${String(exit.value)}`
  return exit.cause.reasons
    .map((reason) => {
      switch (reason._tag) {
        case "Interrupt":
          return "interrupted"
        case "Fail":
          return `failed: ${failure(reason.error)}`
        case "Die":
          return `died: ${String(reason.defect)}`
      }
    })
    .join(" and ")
}

const failure = (error: unknown): string => {
  if (error instanceof TaskTimeoutError) return `timeout while ${error.phase}`
  if (error instanceof TaskEncodingError) return `cannot cross: ${error.what.split(/[.[]/)[0]}`
  if (error instanceof WorkerCrashedError) return `crash: ${crash(error)}`
  // An error's class does not cross without a Schema.
  if (isUnwanted(error)) return `unwanted ${error.index}`
  return String(error)
}

const isUnwanted = (error: unknown): error is Pick<Unwanted, "index"> =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "Unwanted" && "index" in error

const crash = ({ exitCode, reason, signal }: WorkerCrashedError): string => {
  const why = reason instanceof Error ? reason.message : undefined
  if (why !== undefined && /memory/.test(why)) return "out of memory"
  return why ?? signal ?? `exit code ${exitCode}`
}
