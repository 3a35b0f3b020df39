import type { TraceStep } from "../TraceStep.ts"
import { Note, PacketWriter } from "./PacketWriter.ts"

interface FailedSchedule {
  readonly kind: string
  readonly message: string
  readonly schedule: string
  readonly trace: ReadonlyArray<TraceStep>
}

/** The length of a drawn step, in microseconds. Steps take no time; only their order counts. */
const stepMicros = 100

/** The numbers of executors in the trace of a program, so that two traces do not collide. */
const program = 1
const fibers = 2
const notes = 3
const firstFiber = 10

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
    const isWoken = (step: TraceStep | undefined) => step?.because === "woken by the step before"
    const track = trackOf(fiber)
    out.begin("begin", track, begin, what)
    out.number(Note.id, index + 1)
    out.word(Note.outcome, isLast ? "failed" : "succeeded")
    out.word(Note.where, where)
    out.word(Note.because, because ?? (millis > 0 ? `at ${millis} ms` : ""))
    out.word(Note.deviation, isDeviation ? "another fiber would usually have gone on" : "")
    if (isLast) out.word(Note.error, message)
    if (index > 0 && isWoken(trace[index])) out.flow(index)
    if (isWoken(trace[index + 1])) out.flow(index + 1)
    out.end()
    out.sliceEnd(track, begin + stepMicros - 1)
  }
  const note = out.track(notes, "recording", program, 1)
  out.begin("instant", note, trace.length * stepMicros, `schedule ${schedule}`)
  out.end()
  return out.take()
}
