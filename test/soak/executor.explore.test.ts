import { describe, it } from "@effect/vitest"
import type { Interleave } from "effect-futures/testing"
import { atOnce, overlap } from "../testing/explore/both.ts"
import * as Desks from "../testing/explore/executor.ts"
import { prove } from "../testing/explore/prove.ts"

// Most programs here have some hundred schedules with one preemption, and some ten thousand with two.
const one: Interleave.Options = { maxPreemptions: 1, maxSteps: 2000 }
const two: Interleave.Options = { ...one, maxPreemptions: 2 }

/** How a submitter that is interrupted may leave its task. */
const endsOf = (task: number) => [`${task} succeeded`, `${task} lost`, `${task} lost, not begun`]

/** How a task that waits for its own executor may end when that is shut down. */
const lendersEnds = {
  drain: ["1 succeeded", "1 failed", "2 refused"],
  cancelPending: ["1 succeeded", "1 failed", "2 refused"],
  interrupt: ["1 cancelled", "1 cancelled, not begun", "2 cancelled"]
} as const

describe("tasks of an executor with one worker, in every schedule within the bound", () => {
  it("one runs at a time, and whoever submits one gets what it gives", () => prove(Desks.submitAndJoin, one, ...atOnce))

  it("the winner of a race ends the others, also those that win at the same time", () =>
    prove(Desks.race, one, "1 succeeded", "2 cancelled", "1 cancelled", "2 succeeded"))

  it("a callback is called once, and the end waits for it", () => prove(Desks.callbackAgainstCompletion, two, overlap))

  it("whoever waits until it is idle goes on when it is", () =>
    prove(Desks.idleAgainstCancel, one, ...atOnce, "1 cancelled", "1 cancelled, not begun"))

  it("whoever runs a task and is interrupted leaves nothing behind", () =>
    prove(Desks.runAgainstInterrupt, one, overlap, "1 lost", "1 lost, not begun"))

  it("a lane that has been idle for long enough ends, and a task that comes just then gets another one", () =>
    prove(Desks.idleLaneAgainstSubmit, one, "2 succeeded"))
})

describe("cancellation, in every schedule within the bound", () => {
  it("a task that is cancelled as it begins, runs or ends is cancelled or has finished, and all agree on which", () =>
    prove(Desks.cancelAgainstCompletion, two, ...atOnce, "1 succeeded", "1 cancelled", "1 cancelled, not begun"))

  it("a task that is cancelled as it gets its worker does nothing more when cancel has said so", () =>
    prove(Desks.cancelAgainstStart, two, "2 succeeded", "2 cancelled", "2 cancelled, not begun"))

  it("with running: false a task that has begun is left alone", () =>
    prove(Desks.cancelPendingAgainstStart, two, "2 succeeded", "2 cancelled, not begun"))

  it("two who cancel it at once get the same answer", () =>
    prove(Desks.twoCancels, one, ...atOnce, "1 cancelled", "1 cancelled, not begun"))
})

describe("timeouts, in every schedule within the bound", () => {
  it("a task that takes as long as it may has finished or timed out, never both", () =>
    prove(Desks.timeoutAgainstCompletion, two, "1 succeeded", "1 timedOut"))

  it("a task that is cancelled just when its time is over is cancelled or has timed out, as cancel says", () =>
    prove(Desks.timeoutAgainstCancel, two, "1 cancelled", "1 timedOut"))

  it("a task whose time to wait is over just when it gets its worker runs or has timed out, never both", () =>
    prove(Desks.queueTimeoutAgainstStart, one, "2 succeeded", "2 timedOut, not begun"))

  it("a task that waits for its own executor for as long as it may ends, and so does what it waits for", () =>
    prove(Desks.lendingAgainstTimeout, one, "1 succeeded", "1 timedOut"))
})

describe("shutdown, in every schedule within the bound", () => {
  for (const mode of ["drain", "cancelPending", "interrupt"] as const) {
    it(`${mode}: a task that is submitted meanwhile is refused, or ends as the mode says`, () =>
      prove(Desks.submitAgainstShutdown(mode), one, overlap, "2 refused"))

    it(`${mode}: a task that waits for its own executor meanwhile ends, and what it has submitted too`, () =>
      prove(Desks.lendingAgainstShutdown(mode), one, overlap, ...lendersEnds[mode]))

    it(`${mode}: a submitter that waits for room meanwhile is refused, or its task ends as the mode says`, async () => {
      await prove(Desks.roomAgainstShutdown(mode, 0), one, overlap)
      await prove(Desks.roomAgainstShutdown(mode, 1), one, overlap)
    })
  }

  it("two at once wait for the same end, and the stricter mode counts", () =>
    prove(Desks.twoShutdowns, one, ...atOnce, "1 cancelled", "1 cancelled, not begun"))

  it("its patience may end just when the last task does", () =>
    prove(Desks.shutdownTimeoutAgainstCompletion, one, "1 succeeded", "1 cancelled"))

  it("it goes on when whoever asked for it is interrupted", () => prove(Desks.interruptedShutdown, one, overlap))

  it("the end of the scope waits for a task that begins, runs or ends just then", () =>
    prove(Desks.scopeAgainstCompletion, one, ...atOnce, "1 cancelled", "1 cancelled, not begun", "1 refused"))
})

describe("a task that waits for its own executor, in every schedule within the bound", () => {
  it("lends its worker to whoever waits for one, and goes on when it has one again", () =>
    prove(Desks.lending, one, ...atOnce))

  it("may be cancelled wherever it is", () =>
    prove(Desks.lendingAgainstCancel, one, overlap, "1 cancelled", "1 cancelled, not begun"))

  it("goes on when what it waits for is cancelled", () =>
    prove(Desks.lendingAgainstInnerCancel, one, ...atOnce, "1 succeeded", "1 failed"))

  it("lends it to a group that it shuts down", () => prove(Desks.groupShutdownFromInside, one, ...atOnce))
})

describe("capacity, in every schedule within the bound", () => {
  for (const capacity of [0, 1]) {
    it(`${capacity}: a submitter that waits for room and is interrupted leaves nothing behind`, () =>
      prove(Desks.roomAgainstInterrupt(capacity), one, ...endsOf(capacity + 2)))

    it(`${capacity}: a submitter gets the room of a task that is cancelled`, () =>
      prove(Desks.roomAgainstCancel(capacity), one, ...atOnce, "1 cancelled", "1 cancelled, not begun"))
  }

  it("with overflow: fail a submitter is refused, or its task runs", () =>
    prove(Desks.overflowAgainstCompletion, one, "2 refused", "2 succeeded"))
})

describe("groups, in every schedule within the bound", () => {
  it("a task that fails cancels its sibling wherever that is, also one that is submitted just then", () =>
    prove(Desks.groupFailure, one, overlap, "2 cancelled, not begun"))

  it("a task that fails leaves those alone that are not of its group", () =>
    prove(Desks.groupFailureAmongOthers, one, "2 cancelled, not begun"))

  it("the end of a group ends its tasks and leaves the others alone", () =>
    prove(Desks.groupScope, one, ...atOnce, "1 succeeded", "1 cancelled", "1 cancelled, not begun"))
})
