import * as Cause from "effect/Cause"
import { DeadlockError, InterleaveFailure, LivelockError, NondeterminismError } from "../../testing/Errors.ts"
import { namer, renderTrace, showMillis, showWaiting, traceOf } from "./describe.ts"
import { formatSchedule } from "./Schedule.ts"
import type { TraceRecorder } from "./TraceRecorder.ts"
import type { Ending, Run } from "./Execution.ts"

/** Where a failure was found, for its message. */
export interface FoundBy {
  /** Which schedule it was, and of what. */
  readonly how: string
  readonly seed: number | undefined
}

/** What is to be told of a schedule that fails. */
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
    table: renderTrace(trace, recorder.skipped)
  })
}

/** What is wrong with a schedule, as a cause. */
export const causeOf = (
  ending: Ending,
  name: ReturnType<typeof namer>
): readonly [kind: InterleaveFailure["kind"], cause: Cause.Cause<unknown>] => {
  switch (ending._tag) {
    case "Ended":
      return ["failure", ending.exit._tag === "Failure" ? ending.exit.cause : Cause.empty]
    case "Deadlock": {
      const waiting = ending.waiting.map((state) => showWaiting(state, name(state), ending.millis))
      return ["deadlock", Cause.die(new DeadlockError({ waiting, after: showMillis(ending.millis) }))]
    }
    case "Livelock": {
      const running = ending.running.map((state) => name(state))
      return ["livelock", Cause.die(new LivelockError({ running, steps: ending.steps }))]
    }
    case "Stopped":
    case "Diverged":
      return [
        "nondeterminism",
        Cause.die(new NondeterminismError({ choice: ending._tag === "Diverged" ? ending.choice : 0 }))
      ]
  }
}
