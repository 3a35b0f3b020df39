import * as Exit from "effect/Exit"
import { WorkerCrashedError } from "../../../Errors.ts"
import { blameArgument } from "../codec/blameArgument.ts"
import type { CallEnd } from "../Call.ts"
import { decodeReply } from "../codec/decodeReply.ts"
import type { DistantCall } from "./DistantCall.ts"

/** What the end of a call is to its task. */
export const exitOf = (end: CallEnd, call: DistantCall): Exit.Exit<unknown, unknown> => {
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
    case "NotSent":
      return Exit.fail(blameArgument(call, end.reason))
    // Nobody here has asked for that: the worker is closed.
    case "Withdrawn":
    case "Stopped":
      return Exit.interrupt()
  }
}
