import * as Context from "effect/Context"
import type { Reporter } from "./reporting.ts"

/** The task that a fiber belongs to, as its effects report to it. */
export const CurrentReporter = Context.Reference<Reporter | undefined>("effect-futures/CurrentReporter", {
  defaultValue: () => undefined
})
