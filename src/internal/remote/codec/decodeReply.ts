import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import { functionOf } from "../../task/TaskImpl.ts"
import type { CallReply } from "../Call.ts"
import { codecsOf } from "./FunctionCodecs.ts"
import { WireReader } from "./WireReader.ts"
import { denseArray, field, isRecord } from "./wireShape.ts"
import { readReason } from "./effectTypes.ts"

/** Reads the reply to a call of `task`. `name` is the task's own name, and `worker` that of its worker. */
export const decodeReply = (
  reply: CallReply,
  task: Task<unknown, unknown, unknown>,
  name: string,
  worker: string
): Exit.Exit<unknown, unknown> => {
  const fn = functionOf(task)
  if (reply._tag === "Success" && fn.schemas === undefined) return Exit.succeed(reply.value)
  const isSuccess = reply._tag === "Success" || (isRecord(reply.cause) && "values" in reply.cause)
  try {
    const codecs = codecsOf(fn, name)
    const origin = originOf(name, worker)
    if (isSuccess) {
      const value = reply._tag === "Success" ? reply.value : readValue(reply.cause, origin)
      return Exit.succeed(codecs.decodeSuccess(value))
    }
    return Exit.failCause(readCause(reply.cause, origin, (encoded) => codecs.decodeError(encoded)))
  } catch (reason) {
    if (reason instanceof TaskEncodingError) return Exit.fail(reason)
    return Exit.fail(new TaskEncodingError({ task: name, what: isSuccess ? "result" : "error", reason }))
  }
}

const readValue = (wire: unknown, origin: string): unknown =>
  new WireReader(field(wire, "specials"), origin).read(denseArray(field(wire, "values"))[0])

/** The last line of a stack from a worker, whose caller is not on it. */
export const originOf = (task: string, worker: string): string => `worker ${worker} (task ${JSON.stringify(task)})`

/**
 * `decode` is for errors that a Schema has encoded, and may throw. So does this function for causes that no worker of this library has
 * written.
 */
export const readCause = (
  wire: unknown,
  origin: string,
  decode?: (encoded: unknown) => unknown
): Cause.Cause<unknown> => {
  const reader = new WireReader(field(wire, "specials"), origin)
  const reasons = denseArray(field(wire, "reasons")).map((reason) => readReason(reason, reader.part, decode))
  reader.finish()
  return Cause.fromReasons(reasons)
}
