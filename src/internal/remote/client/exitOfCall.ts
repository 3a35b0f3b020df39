import * as Exit from "effect/Exit"
import { TaskEncodingError, WorkerCrashedError } from "../../../Errors.ts"
import { blameArgument } from "../codec/blameArgument.ts"
import type { CallEnd } from "../Call.ts"
import { decodeReply } from "../codec/decodeReply.ts"
import type { EncodedCall } from "../codec/encodeCall.ts"
import type { Task } from "../../../Task.ts"

/** A call that has ended, with the parts that its exit depends on. */
interface EndedCall extends EncodedCall {
  readonly future: { readonly name: string }
  readonly task: Task<unknown, unknown, unknown>
  readonly worker: { readonly name: string }
}

/** The exit of a task whose call ended in this way. */
export const exitOfCall = (end: CallEnd, call: EndedCall): Exit.Exit<unknown, unknown> => {
  const { name } = call.future
  const { worker } = call
  switch (end._tag) {
    case "Success":
    case "Failure":
      return decodeReply(end, call.task, name, worker.name)
    case "Crashed": {
      const { exitCode, reason, signal, stderr } = end
      return Exit.fail(new WorkerCrashedError({ task: name, worker: worker.name, exitCode, signal, stderr, reason }))
    }
    case "Unreadable":
      return Exit.fail(new TaskEncodingError({ task: name, what: end.what, path: end.path, reason: end.reason }))
    case "NotSent":
      return Exit.fail(blameArgument(call.request, end.reason))
    case "Interrupted":
    // Only a worker that is being closed revokes unasked.
    case "Revoked":
    case "Stopped":
      return Exit.interrupt()
  }
}
