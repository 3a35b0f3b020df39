import * as Context from "effect/Context"
import type { Reporter } from "./reporting.ts"

/** Takes the reports of the task that a fiber belongs to. */
export const CurrentReporter = Context.Reference<Reporter | undefined>("effect-futures/CurrentReporter", {
  defaultValue: () => undefined
})
