import type * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../Errors.ts"
import type { CallReply } from "../Call.ts"
import { type FunctionCodecs, isArgs } from "./FunctionCodecs.ts"
import { refusedReply } from "./refusedPart.ts"
import type { PlainReason, WireReason } from "./WireReason.ts"
import { WireWriter } from "./WireWriter.ts"
import type { Special } from "./Special.ts"

/** Encodes the result of a task. */
export const encodeSuccess = (value: unknown, codecs: FunctionCodecs): CallReply => {
  try {
    const written = codecs.encodeSuccess(value)
    // `decodeReply` can tell a rewritten result from a cause.
    return isArgs(written) ? { _tag: "Success", value: written[0] } : { _tag: "Failure", cause: written }
  } catch (error) {
    return encodeError(error)
  }
}

/** Encodes the failure of a task. Without `codecs`, the failure did not come from the task's code. */
export const encodeFailure = (
  cause: { readonly reasons: ReadonlyArray<PlainReason> },
  codecs?: FunctionCodecs
): CallReply => {
  const reasons = Array.from(cause.reasons)
  for (;;) {
    const writer = codecs === undefined ? new WireWriter() : codecs.writer
    const written: Array<WireReason> = []
    try {
      for (const reason of reasons) written.push(writeReason(reason, writer, codecs))
      return { _tag: "Failure", cause: { reasons: written, specials: writer.specials } }
    } catch (refusal) {
      // The reasons are written again with the refusal in place of the refused one. The second write cannot fail, because errors of this
      // library are never refused.
      reasons[written.length] = fail(refusal)
    }
  }
}

const writeReason = (reason: PlainReason, writer: WireWriter, codecs: FunctionCodecs | undefined): WireReason => {
  if (codecs === undefined || reason._tag !== "Fail" || isOurs(reason.error)) return writer.writeReason(reason)
  const error = codecs.encodeError(reason.error)
  try {
    const written = writer.writeReason({ ...reason, error, annotations: reason.annotations })
    return codecs.hasErrors && written._tag === "Fail" ? { ...written, _tag: "Encoded" } : written
  } catch (thrown) {
    throw codecs.refused("error", reason.error, thrown)
  }
}

/** An error that is not in the function's Schema. */
const isOurs = (error: unknown): boolean => {
  try {
    return error instanceof TaskEncodingError
  } catch {
    // A Proxy that cannot be read, which is refused when it is written.
    return false
  }
}

const none: ReadonlyMap<string, unknown> = new Map()
const fail = (error: unknown): PlainReason => ({ _tag: "Fail", error, annotations: none })
const die = (defect: unknown): PlainReason => ({ _tag: "Die", defect, annotations: none })

/** The reply of a call that failed with an error of this library. */
export const encodeError = (error: unknown): CallReply => encodeFailure({ reasons: [fail(error)] })

/** The reply of a call whose function threw. */
export const encodeDefect = (defect: unknown): CallReply => encodeFailure({ reasons: [die(defect)] })

export const encodeExit = (exit: Exit.Exit<unknown, unknown>, codecs?: FunctionCodecs): CallReply =>
  exit._tag === "Success" && codecs !== undefined
    ? encodeSuccess(exit.value, codecs)
    : encodeFailure(exit._tag === "Success" ? nothing : exit.cause, codecs)

const nothing: Pick<Cause.Cause<never>, "reasons"> = { reasons: [] }

/** The reply in place of one that could not be sent. */
export const encodingFailure = (
  task: string,
  reason: unknown,
  reply?: CallReply
): CallReply & { readonly _tag: "Failure" } => {
  const refused = reply === undefined ? { what: "result" } : refusedReply(reply, reason)
  const error = new TaskEncodingError({ task, ...refused, reason })
  return { _tag: "Failure", cause: writeCause({ reasons: [fail(error)] }) }
}

/** The form of a Cause that crosses, with all its reasons. */
export interface WireCause {
  readonly reasons: ReadonlyArray<WireReason>
  readonly specials: ReadonlyArray<Special>
}

/** Writes a cause that is only shown. Parts that cannot cross are replaced by a text. */
export const writeCause = (cause: { readonly reasons: ReadonlyArray<PlainReason> }): WireCause => {
  const writer = new WireWriter()
  const reasons = cause.reasons.map((reason) => writer.writeReason(reason))
  return { reasons, specials: writer.specials }
}
