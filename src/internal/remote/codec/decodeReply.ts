import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import { functionOf } from "../../task/TaskImpl.ts"
import type { CallReply } from "../Call.ts"
import { codecsOf } from "./FunctionCodecs.ts"
import { readCause, type WireCause } from "./WireCause.ts"

/** What a reply to the call of `task` says. `name` is the task's own, `worker` that of who did it. */
export const decodeReply = (
  reply: CallReply,
  task: Task<unknown, unknown, unknown>,
  name: string,
  worker: string
): Exit.Exit<unknown, unknown> => {
  const fn = functionOf(task)
  if (reply._tag === "Success" && fn.schemas === undefined) return Exit.succeed(reply.value)
  const codecs = codecsOf(fn)
  try {
    if (reply._tag === "Success") return Exit.succeed(codecs!.decodeSuccess(reply.value, name))
    // What `writeCause` has made: nothing else is put there.
    const wire = reply.cause as WireCause
    const decode = codecs === undefined ? undefined : (encoded: unknown) => codecs.decodeError(encoded, name)
    return Exit.failCause(readCause(wire, originOf(name, worker), decode))
  } catch (error) {
    if (error instanceof TaskEncodingError) return Exit.fail(error)
    return Exit.failCause(Cause.die(error))
  }
}

/** The last line of a stack that came from a worker: there the stack of this thread does not go on. */
export const originOf = (task: string, worker: string): string => `worker ${worker} (task ${JSON.stringify(task)})`
