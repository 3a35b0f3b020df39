import type { WorkerEnd } from "../../executor/WorkerEnd.ts"
import type { Call } from "../Call.ts"

/**
 * A worker (a thread or a process) as the executor sees it: it does its calls in the order in which it was given them,
 * at most `concurrency` at a time. All of this is synchronous bookkeeping; what it posts goes out at the end of the turn.
 */
export interface WorkerHandle {
  /** Counted from 1 for each executor. */
  readonly id: number
  /** Whether it is a thread of this process. */
  readonly sharesMemory: boolean
  /** Whether it takes calls. `false` before the `ended` of the calls that end with it. */
  readonly isAlive: boolean
  /** Hands over a call: to be done now if the worker has a place free, ahead of need if not. */
  push(call: Call): void
  /** Takes back a call that has not begun: `true` means that none of its code ran or will run, and `ended` is not called. */
  takeBack(call: Call): boolean
  /**
   * Stops a call that may have begun, by escalation; `ended` tells how it came out. If it had not begun that is "Withdrawn";
   * if the worker had to be given up for it, `onDeath` is called as well.
   */
  stop(call: Call): void
  /**
   * Set by the owner. Called once when the worker has ended though nobody closed it, after the `ended` of the calls that had begun.
   * `unbegun` are the others, in order: none of their code ran.
   */
  onDeath: (unbegun: ReadonlyArray<Call>, death?: WorkerEnd) => void
}
