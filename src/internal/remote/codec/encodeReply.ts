import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../Errors.ts"
import type { CallReply } from "../Call.ts"
import type { FunctionCodecs } from "./FunctionCodecs.ts"
import { writeCause } from "./WireCause.ts"

/** Writes down what a task succeeded with. */
export const encodeSuccess = (value: unknown, codecs: FunctionCodecs | undefined, task: string): CallReply => {
  if (codecs === undefined) {
    // What can be told at no cost. The rest shows when it is sent.
    return typeof value === "function" || typeof value === "symbol"
      ? encodingFailure(task, new TypeError(`a ${typeof value} cannot be cloned`))
      : { _tag: "Success", value }
  }
  try {
    return { _tag: "Success", value: codecs.encodeSuccess(value, task) }
  } catch (error) {
    return encodeFailure(Cause.fail(error))
  }
}

/** Writes down how a task failed. */
export const encodeFailure = (cause: Cause.Cause<unknown>, codecs?: FunctionCodecs, task = ""): CallReply => {
  if (codecs === undefined || !codecs.hasError) return { _tag: "Failure", cause: writeCause(cause) }
  const encode = (error: unknown): { readonly encoded: unknown } | undefined =>
    // That is ours, and no matter of the function's Schema.
    error instanceof TaskEncodingError ? undefined : { encoded: codecs.encodeError(error, task) }
  try {
    return { _tag: "Failure", cause: writeCause(cause, encode) }
  } catch (refusal) {
    // What the error was is shown all the same: `writeCause` without Schemas never throws.
    const failures = cause.reasons.filter((reason) => reason._tag !== "Fail")
    return { _tag: "Failure", cause: writeCause(Cause.fromReasons([Cause.makeFailReason(refusal), ...failures])) }
  }
}

export const encodeExit = (
  exit: Exit.Exit<unknown, unknown>,
  codecs: FunctionCodecs | undefined,
  task: string
): CallReply =>
  exit._tag === "Success" ? encodeSuccess(exit.value, codecs, task) : encodeFailure(exit.cause, codecs, task)

/** The reply that takes the place of one that could not be sent. */
export const encodingFailure = (
  task: string,
  reason: unknown,
  reply?: CallReply
): CallReply & { readonly _tag: "Failure" } => {
  const what = reply?._tag === "Failure" ? "error" : "result"
  return { _tag: "Failure", cause: writeCause(Cause.fail(new TaskEncodingError({ task, what, reason }))) }
}
