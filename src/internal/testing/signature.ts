import type * as Cause from "effect/Cause"
import { show } from "../show.ts"
import type { Run } from "./World.ts"

/** What tells one way to fail from another; `undefined` for a schedule that is well. */
export const signatureOf = ({ ending }: Run): string | undefined => {
  switch (ending._tag) {
    case "Ended":
      return ending.exit._tag === "Success" ? undefined : ending.exit.cause.reasons.map(reason).toSorted().join("; ")
    case "Deadlock":
      return `deadlock of ${ending.waiting.map((thread) => thread.ordinal).join(", ")}`
    case "Livelock":
      return "livelock"
    case "Diverged":
      return "diverged"
  }
}

const reason = (reason: Cause.Reason<unknown>): string => {
  switch (reason._tag) {
    case "Fail":
      return `fail ${show(reason.error)}`
    case "Die":
      return `die ${show(reason.defect)}`
    case "Interrupt":
      return "interrupt"
  }
}
