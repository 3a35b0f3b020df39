import type * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../Errors.ts"
import type { CallReply } from "../Call.ts"
import { encodingError, type FunctionCodecs } from "./FunctionCodecs.ts"
import { writeCause } from "./WireCause.ts"
import type { PlainReason, WireReason } from "./WireReason.ts"
import { WireWriter } from "./WireWriter.ts"

/** Writes down what a task succeeded with. */
export const encodeSuccess = (
  value: unknown,
  codecs: FunctionCodecs,
  task: string,
  sharesMemory: boolean
): CallReply => {
  try {
    const written = codecs.encodeSuccess(value, task, sharesMemory)
    if ("plain" in written) return { _tag: "Success", value: written.plain }
    // `decodeReply` sees that this is no cause.
    return { _tag: "Failure", cause: written }
  } catch (error) {
    return encodeError(error)
  }
}

/** Writes down how a task failed. Without `codecs` it was not the task's own code that failed. */
export const encodeFailure = (
  cause: { readonly reasons: ReadonlyArray<PlainReason> },
  codecs?: FunctionCodecs,
  task = "",
  sharesMemory = false
): CallReply => {
  const reasons = Array.from(cause.reasons)
  for (;;) {
    const writer = codecs === undefined ? new WireWriter() : codecs.writer(sharesMemory)
    const written: Array<WireReason> = []
    try {
      for (const reason of reasons) written.push(writeReason(reason, writer, codecs, task))
      return { _tag: "Failure", cause: { reasons: written, specials: writer.specials } }
    } catch (refusal) {
      // Anew, as what was written of it has to go; and no third time, as errors of ours are never refused.
      reasons[written.length] = fail(refusal)
    }
  }
}

const writeReason = (
  reason: PlainReason,
  writer: WireWriter,
  codecs: FunctionCodecs | undefined,
  task: string
): WireReason => {
  if (codecs === undefined || reason._tag !== "Fail" || isOurs(reason.error)) return writer.writeReason(reason)
  const error = codecs.encodeError(reason.error, task)
  try {
    const written = writer.writeReason({ ...reason, error, annotations: reason.annotations })
    return codecs.hasErrors && written._tag === "Fail" ? { ...written, _tag: "Encoded" } : written
  } catch (thrown) {
    throw encodingError(task, "error", reason.error, thrown)
  }
}

/** An error that is no matter of the function's Schema. */
const isOurs = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "TaskEncodingError"
    ? error instanceof TaskEncodingError
    : false

const none: ReadonlyMap<string, unknown> = new Map()
const fail = (error: unknown): PlainReason => ({ _tag: "Fail", error, annotations: none })
const die = (defect: unknown): PlainReason => ({ _tag: "Die", defect, annotations: none })

/** The reply of a call that failed with an error of ours. */
export const encodeError = (error: unknown): CallReply => encodeFailure({ reasons: [fail(error)] })

/** The reply of a call whose function threw. */
export const encodeDefect = (defect: unknown): CallReply => encodeFailure({ reasons: [die(defect)] })

export const encodeExit = (
  exit: Exit.Exit<unknown, unknown>,
  codecs: FunctionCodecs | undefined,
  task: string,
  sharesMemory: boolean
): CallReply =>
  exit._tag === "Success" && codecs !== undefined
    ? encodeSuccess(exit.value, codecs, task, sharesMemory)
    : encodeFailure(exit._tag === "Success" ? nothing : exit.cause, codecs, task, sharesMemory)

const nothing: Pick<Cause.Cause<never>, "reasons"> = { reasons: [] }

/** The reply that takes the place of one that could not be sent. */
export const encodingFailure = (
  task: string,
  reason: unknown,
  reply?: CallReply
): CallReply & { readonly _tag: "Failure" } => {
  const what = reply?._tag === "Failure" ? "error" : "result"
  const error = new TaskEncodingError({ task, what, reason })
  return { _tag: "Failure", cause: writeCause({ reasons: [fail(error)] }) }
}
