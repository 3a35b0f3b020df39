import type { TraceStep } from "../TraceStep.ts"
import { Note, PacketWriter } from "./PacketWriter.ts"
import { stepMicros } from "./TraceModel.ts"

interface FailedSchedule {
  readonly kind: string
  readonly message: string
  readonly schedule: string
  readonly trace: ReadonlyArray<TraceStep>
}

/** The numbers of executors in the trace of a program, so that two traces do not collide. */
const program = 1
const fibers = 2
const notes = 3
const firstFiber = 10

const woken: TraceStep["because"] = "woken by the step before"

/** Whether the step before, which was of another fiber, woke the fiber of a step. The next steps of that fiber have the same reason. */
const wasWoken = (trace: ReadonlyArray<TraceStep>, index: number): boolean => {
  const [before, step] = [trace[index - 1], trace[index]]
  return before !== undefined && step?.because === woken && step.fiber !== before.fiber
}

/** A schedule in Perfetto's format: a track for each fiber, and an arrow to each step that another one woke. */
export const interleaveTrace = ({ kind, message, schedule, trace }: FailedSchedule): Uint8Array<ArrayBuffer> => {
  const out = new PacketWriter(1)
  out.program(program, 1, "Interleave")
  out.group(fibers, `${kind}: ${message.split("\n")[0]}`, program, 0)
  const numbers = new Map<string, number>()
  for (const { fiber } of trace) if (!numbers.has(fiber)) numbers.set(fiber, firstFiber + numbers.size)
  const trackOf = (fiber: string) => out.track(numbers.get(fiber)!, fiber, fibers, numbers.get(fiber)!)
  for (const [index, { because, fiber, isDeviation, millis, what, where = "" }] of trace.entries()) {
    const begin = index * stepMicros
    const isLast = index === trace.length - 1
    const isWoken = wasWoken(trace, index)
    const track = trackOf(fiber)
    out.begin("begin", track, begin, what)
    out.number(Note.id, index + 1)
    out.word(Note.outcome, isLast ? "failed" : "succeeded")
    out.word(Note.where, where)
    const goesOn = because === woken && !isWoken
    out.word(Note.because, goesOn ? "" : (because ?? (millis > 0 ? `at ${millis} ms` : "")))
    out.word(Note.deviation, isDeviation ? "another fiber would usually have gone on" : "")
    if (isLast) out.word(Note.error, message)
    if (isWoken) out.flow(index)
    if (wasWoken(trace, index + 1)) out.flow(index + 1)
    out.end()
    out.sliceEnd(track, begin + stepMicros - 1)
    if (isDeviation) {
      out.begin("instant", track, begin, "deviates here")
      out.end()
    }
  }
  const note = out.track(notes, "recording", program, 1)
  out.begin("instant", note, trace.length * stepMicros, `schedule ${schedule}`)
  out.end()
  return out.take()
}
