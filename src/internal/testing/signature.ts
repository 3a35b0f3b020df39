import type * as Cause from "effect/Cause"
import { show } from "../show.ts"
import type { Run } from "./Execution.ts"

/** Distinguishes kinds of failures. `undefined` for a schedule that does not fail. */
export const signatureOf = ({ ending }: Run): string | undefined => {
  switch (ending._tag) {
    case "Ended":
      return ending.exit._tag === "Success" ? undefined : ending.exit.cause.reasons.map(reason).toSorted().join("; ")
    case "Deadlock":
      return `deadlock of ${ending.waiting.map((state) => state.ordinal).join(", ")}`
    case "Hidden":
      return "hidden state"
    case "Livelock":
      return "livelock"
    case "Diverged":
      return "diverged"
    case "Stopped":
      return undefined
  }
}

/** A signature without numbers, because a number such as "2 too many" often depends on the schedule. */
export const maskedSignatureOf = (run: Run): string | undefined =>
  run.ending._tag === "Deadlock" ? "deadlock" : signatureOf(run)?.replaceAll(/\d+/g, "#")

const reason = (reason: Cause.Reason<unknown>): string => {
  switch (reason._tag) {
    case "Fail":
      return `fail ${describe(reason.error)}`
    case "Die":
      return `die ${describe(reason.defect)}`
    case "Interrupt":
      return "interrupt"
  }
}

const longest = 1000

/** Contents are included, because errors of one class often differ by nothing else. */
const describe = (value: unknown): string => {
  const shown = show(value)
  if (typeof value !== "object" || value === null) return shown
  try {
    return `${shown} ${JSON.stringify(value)}`.slice(0, longest)
  } catch {
    return shown
  }
}
