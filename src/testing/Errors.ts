/**
 * The errors of `Interleave`.
 *
 * @since 0.1.0
 */
import type * as Cause from "effect/Cause"
import { describedError } from "../internal/describedError.ts"
import { describeCause } from "../internal/testing/describeCause.ts"
import type { TraceStep } from "../internal/TraceStep.ts"

export type {
  /**
   * A line of a trace: the fiber, what it did, and where in its source.
   *
   * @since 0.1.0
   * @category models
   */
  TraceStep
}

/**
 * There is a schedule in which the program fails, or in which it never ends.
 *
 * **Details**
 *
 * `kind` says how: `"failure"` if the program's effect failed, `"deadlock"` if every
 * fiber waited for another, `"livelock"` if the program took more than `maxSteps` steps,
 * `"nondeterminism"` if it did something else when the same schedule was run again, `"unreached"` if no schedule reached a
 * required mark, and `"hidden state"` if fibers share what strategy `"unbounded"` cannot see.
 * `cause` is what the program failed with, or a `DeadlockError`, `LivelockError`, `NondeterminismError`, `UnreachedError` or
 * `HiddenStateError` as a defect. `schedule` is for `Interleave.replay`.
 *
 * The message shows the cause, the trace, and the line that replays the schedule.
 *
 * @since 0.1.0
 * @category errors
 */
export class InterleaveFailure extends describedError("InterleaveFailure")<{
  /** The kind of failure that this schedule shows. */
  readonly kind: "failure" | "deadlock" | "livelock" | "nondeterminism" | "unreached" | "hidden state"
  /** The failure of the program, or one of the other errors of this module as a defect. */
  readonly cause: Cause.Cause<unknown>
  /** The steps of this schedule, one line for each. */
  readonly trace: ReadonlyArray<TraceStep>
  /** For `Interleave.replay`. */
  readonly schedule: string
  /** How often the schedule switched to another fiber although the current one could have gone on. */
  readonly preemptions: number
  /** The seed of the strategy's random choices, if it makes any. */
  readonly seed: number | undefined
  /** How it was found. */
  readonly how: string
  /** The trace as text. */
  readonly table: string
  /** Whether Effect can run the program in this order by itself. */
  readonly byItself: string
}>((e) => {
  const seed = e.seed === undefined ? "" : `, seed ${e.seed}`
  const preemptions = `${e.preemptions} ${e.preemptions === 1 ? "preemption" : "preemptions"}`
  const trace = e.table === "" ? "" : `\n\nWhat happened:\n${e.table}`
  const isRun = e.kind === "failure" || e.kind === "deadlock" || e.kind === "livelock"
  const byItself = isRun ? `\n\n${e.byItself}` : ""
  const again = !isRun
    ? ""
    : `\n\nRun this schedule again with\n  Interleave.replay(program, ${JSON.stringify(e.schedule)})`
  return `${titles[e.kind]} (${e.how}${seed}; ${preemptions}).\n\n${describeCause(e.cause)}${trace}${byItself}${again}`
}) {}

const titles = {
  failure: "There is a schedule in which the program fails",
  deadlock: "There is a schedule in which the program never ends: a deadlock",
  livelock: "There is a schedule in which the program does not end: a livelock",
  nondeterminism: "The program does something else when the same schedule is run again",
  unreached: "A mark was never reached",
  "hidden state": "Nothing is proved: the fibers share more than Interleave can see"
}

/**
 * Every fiber waits for something that only another fiber could do.
 *
 * @since 0.1.0
 * @category errors
 */
export class DeadlockError extends describedError("DeadlockError")<{
  /** Which fibers wait, where, and for how long in the program's time. */
  readonly waiting: ReadonlyArray<string>
  /** Fibers that failed before, with their errors. They may have held what the others wait for. */
  readonly died: ReadonlyArray<string>
  /** The program's time. */
  readonly after: string
}>((e) => {
  const died = e.died.map((line) => `\n  ${line}`).join("")
  const waiting = e.waiting.map((line) => `\n  ${line}`).join("")
  return `After ${e.after} every fiber waits, and none can go on.${waiting}${died}`
}) {}

/**
 * No schedule that was tried reached these marks, so whatever they stand for was not tested.
 *
 * @since 0.2.0
 * @category errors
 */
export class UnreachedError extends describedError("UnreachedError")<{
  /** The names of the marks. */
  readonly names: ReadonlyArray<string>
  /** The number of schedules that were tried. */
  readonly schedules: number
}>((e) => {
  return (
    `${list(e.names)} ${e.names.length === 1 ? "was" : "were"} not reached in any of ${e.schedules} schedules. Either the program ` +
    `no longer calls Interleave.reached with this name, or it needs more preemptions or more schedules to get there.`
  )
}) {}

/**
 * The promise that strategy `"unbounded"` relies on does not hold: a fiber did different things in two schedules, although it had
 * done the same before, and all shared objects that it had used were the same.
 *
 * @since 0.2.0
 * @category errors
 */
export class HiddenStateError extends describedError("HiddenStateError")<{
  /** The fiber that did something else. */
  readonly fiber: string
}>((e) => {
  return (
    `${e.fiber} did something else than in an earlier schedule, although everything that it had read was the same. So fibers share ` +
    `state that strategy "unbounded" cannot see: a variable, or another kind of Effect object. Keep it in a Ref, Deferred, ` +
    `Semaphore or Queue that the program makes, or use strategy "exhaustive", which does not rely on this.`
  )
}) {}

/**
 * The program did not end within `maxSteps` steps.
 *
 * @since 0.1.0
 * @category errors
 */
export class LivelockError extends describedError("LivelockError")<{
  /** The fibers that could have gone on. */
  readonly running: ReadonlyArray<string>
  /** The number of the step at which the run was ended, one more than `maxSteps`. */
  readonly steps: number
}>((e) => {
  return (
    `The program has not ended after ${e.steps - 1} steps. These fibers could still go on: ${e.running.join(", ")}. ` +
    `If the program is just long, raise maxSteps.`
  )
}) {}

/**
 * The program depends on more than the order of its fibers.
 *
 * @since 0.1.0
 * @category errors
 */
export class NondeterminismError extends describedError("NondeterminismError")<{
  /** The number of choices up to which both runs were the same. */
  readonly choice: number
}>((e) => {
  return (
    `The same schedule had another result (noticed after ${e.choice} choices). The program depends on more than the order of ` +
    `its fibers: on Date.now, on Math.random, on the order in which real I/O ends, or on state outside the program that is left ` +
    `from one run to the next. Use Clock and Random, and create all state inside the program.`
  )
}) {}

/**
 * The order that `Interleave.order` asked for is not possible.
 *
 * @since 0.1.0
 * @category errors
 */
export class OrderError extends describedError("OrderError")<{
  /** The names of the checkpoints, in the order that was asked for. */
  readonly names: ReadonlyArray<string>
  /** The index of the first checkpoint that was not reached in its turn, counted from 0. */
  readonly step: number
  /** The checkpoints where a fiber waited for a turn that never came. */
  readonly waiting: ReadonlyArray<string>
}>((e) => {
  const reached = e.step === 0 ? "none was reached" : `reached were ${list(e.names.slice(0, e.step))}`
  const waiting =
    e.waiting.length === 0 ? "no fiber waits for its turn" : `fibers waited for their turn at ${list(e.waiting)}`
  return (
    `Step ${e.step + 1} of ${e.names.length}, checkpoint ${JSON.stringify(e.names[e.step])}, was not reached: ` +
    `${reached}, and ${waiting}. Either no fiber gets to that checkpoint, or only after one that should come later.`
  )
}) {}

const list = (names: ReadonlyArray<string>): string => names.map((name) => JSON.stringify(name)).join(", ")
