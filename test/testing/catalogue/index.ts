/** Well-known races, each as a program that has it and as one that has not, for a model checker to tell apart. */
import type { Effect } from "effect"
import * as CheckThenAct from "./check-then-act.ts"
import * as DoubleCheckedInit from "./double-checked-init.ts"
import * as DoubleReleaseOnTimeout from "./double-release-on-timeout.ts"
import * as LockOrderDeadlock from "./lock-order-deadlock.ts"
import * as LostUpdate from "./lost-update.ts"
import * as MissedWakeup from "./missed-wakeup.ts"
import * as PermitLostOnInterrupt from "./permit-lost-on-interrupt.ts"
import * as ReadersWriter from "./readers-writer.ts"
import * as StaleReadAfterInterruption from "./stale-read-after-interruption.ts"
import * as TwoTimers from "./two-timers.ts"

interface Race {
  /** Also the name of its file. */
  readonly name: string
  /** Goes wrong in some schedules, and not in the ordinary one. */
  readonly broken: Effect.Effect<void, unknown>
  /** The same, and right in all of them. */
  readonly fixed: Effect.Effect<void, unknown>
  /** How the broken one goes wrong. */
  readonly shows: "failure" | "deadlock"
}

export const catalogue: ReadonlyArray<Race> = [
  { name: "lost-update", ...LostUpdate, shows: "failure" },
  { name: "check-then-act", ...CheckThenAct, shows: "failure" },
  { name: "lock-order-deadlock", ...LockOrderDeadlock, shows: "deadlock" },
  { name: "missed-wakeup", ...MissedWakeup, shows: "deadlock" },
  { name: "two-timers", ...TwoTimers, shows: "failure" },
  { name: "permit-lost-on-interrupt", ...PermitLostOnInterrupt, shows: "failure" },
  { name: "double-release-on-timeout", ...DoubleReleaseOnTimeout, shows: "failure" },
  { name: "stale-read-after-interruption", ...StaleReadAfterInterruption, shows: "failure" },
  { name: "double-checked-init", ...DoubleCheckedInit, shows: "failure" },
  { name: "readers-writer", ...ReadersWriter, shows: "failure" }
]
