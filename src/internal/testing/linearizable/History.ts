import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import { type Call, showCall, showValue } from "./Scenario.ts"

/** A call within a history. */
export interface Event {
  readonly call: Call
  /** Which fiber made it, counted from 0. */
  readonly fiber: number
  /** When it began and ended, as positions in the history. `Infinity` while it waits. */
  readonly begun: number
  ended: number
  exit: Exit.Exit<unknown, unknown> | undefined
}

/** The calls of fibers and their results, in one schedule. */
export class History {
  readonly events: Array<Event> = []
  private at = 0

  begin(call: Call, fiber: number): Event {
    const event: Event = { call, fiber, begun: this.at++, ended: Infinity, exit: undefined }
    this.events.push(event)
    return event
  }

  end(event: Event, exit: Exit.Exit<unknown, unknown>): void {
    event.ended = this.at++
    event.exit = exit
  }

  /** A line for each beginning and each end, in their order. A call without anything in between takes one line. */
  describe(): ReadonlyArray<string> {
    const lines = new Map<number, string>()
    for (const event of this.events) {
      const call = `${callerName(event.fiber)}: ${showCall(event.call)}`
      if (event.ended === event.begun + 1) lines.set(event.begun, `${call} ${showExit(event.exit)}`)
      else {
        lines.set(event.begun, `${call} begins`)
        if (event.ended !== Infinity) lines.set(event.ended, `${call} ${showExit(event.exit)}`)
      }
    }
    const pending = this.events.filter((event) => event.ended === Infinity)
    return [
      ...Array.from(lines)
        .toSorted(([a], [b]) => a - b)
        .map(([, line]) => line),
      ...pending.map((event) => `${callerName(event.fiber)}: ${showCall(event.call)} waits, and no fiber can go on`)
    ]
  }
}

/** The name of a fiber that makes calls: a, b, and so on. */
export const callerName = (fiber: number): string => String.fromCodePoint(97 + (fiber % 26))

export const isInterrupted = (exit: Exit.Exit<unknown, unknown> | undefined): boolean =>
  exit?._tag === "Failure" && Cause.hasInterruptsOnly(exit.cause)

const showExit = (exit: Exit.Exit<unknown, unknown> | undefined): string => {
  if (exit === undefined) return "waits"
  if (exit._tag === "Success") return `= ${showValue(exit.value)}`
  if (isInterrupted(exit)) return "is interrupted"
  const [reason] = exit.cause.reasons
  return reason?._tag === "Fail"
    ? `fails with ${showValue(reason.error)}`
    : `dies of ${showValue(reason?._tag === "Die" ? reason.defect : "nothing")}`
}
