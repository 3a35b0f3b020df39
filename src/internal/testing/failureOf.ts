import * as Cause from "effect/Cause"
import {
  DeadlockError,
  HiddenStateError,
  InterleaveFailure,
  LivelockError,
  NondeterminismError
} from "../../testing/Errors.ts"
import { describeCause } from "./describeCause.ts"
import { namer, renderTrace, showMillis, showWaiting, traceOf } from "./describe.ts"
import { formatSchedule } from "./Schedule.ts"
import type { TraceRecorder } from "./TraceRecorder.ts"
import type { FiberState } from "./FiberState.ts"
import type { Ending, Run } from "./Execution.ts"

/** Where a failure was found, for its message. */
interface FoundBy {
  /** The number of the schedule, and its strategy. */
  readonly how: string
  readonly seed: number | undefined
}

/** The failure of a schedule. */
export const failureOf = (run: Run, recorder: TraceRecorder, { how, seed }: FoundBy): InterleaveFailure => {
  const name = namer()
  const trace = traceOf(recorder.steps, name)
  const schedule = formatSchedule(run)
  const [kind, cause] = causeOf(run.ending, name)
  return new InterleaveFailure({
    kind,
    cause,
    trace,
    schedule,
    preemptions: run.preemptions,
    seed,
    how,
    table: renderTrace(trace, recorder.skipped, chosenOf(recorder), describeCause(cause).split("\n").length),
    byItself: byItselfOf(run)
  })
}

/** The failure of a fiber, in one line. */
const showExit = ({ fiber }: FiberState): string => {
  const exit = fiber?.pollUnsafe()
  if (exit?._tag !== "Failure") return "nothing"
  return Cause.prettyErrors(exit.cause)
    .map((error) => `${error.name}: ${error.message}`.split("\n")[0])
    .join("; ")
}

const chosenOf = ({ steps }: TraceRecorder): ReadonlySet<number> =>
  new Set(steps.flatMap(({ isChosen }, index) => (isChosen ? [index] : [])))

/** Whether Effect itself may run the program in this order. */
const byItselfOf = ({ divergences, gaveWayAfter, preemptions }: Run): string => {
  if (divergences.length === 0) return "Effect itself runs the program in this order."
  if (preemptions === 0)
    return "No fiber has to give way: of the fibers that are ready at the same time, a different one goes first."
  const counts = gaveWayAfter.slice(0, 3).join(", ")
  return (
    `Effect itself runs the program in this order only if a fiber gives way after ${counts}${gaveWayAfter.length > 3 ? ", …" : ""} ` +
    `${gaveWayAfter.length === 1 && gaveWayAfter[0] === 1 ? "step" : "steps"}. By default a fiber gives way after ${defaultMaxOps} (MaxOpsBeforeYield).`
  )
}

const defaultMaxOps = 2048

/** The failure of a schedule, as a cause. */
export const causeOf = (
  ending: Ending,
  name: ReturnType<typeof namer>
): readonly [kind: InterleaveFailure["kind"], cause: Cause.Cause<unknown>] => {
  switch (ending._tag) {
    case "Ended":
      return ["failure", ending.exit._tag === "Failure" ? ending.exit.cause : Cause.empty]
    case "Deadlock": {
      const waiting = ending.waiting.map((state) => showWaiting(state, name(state), ending.millis))
      const died = ending.died.map((state) => `${name(state)} had ended with: ${showExit(state)}`)
      return ["deadlock", Cause.die(new DeadlockError({ waiting, died, after: showMillis(ending.millis) }))]
    }
    case "Livelock": {
      const running = ending.running.map((state) => name(state))
      return ["livelock", Cause.die(new LivelockError({ running, steps: ending.steps }))]
    }
    case "Hidden":
      return ["hidden state", Cause.die(new HiddenStateError({ fiber: name(ending.state) }))]
    case "Stopped":
    case "Diverged":
      return [
        "nondeterminism",
        Cause.die(new NondeterminismError({ choice: ending._tag === "Diverged" ? ending.choice : 0 }))
      ]
  }
}
