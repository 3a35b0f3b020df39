import { TaskEncodingError } from "../../../Errors.ts"
import { transferablesIn } from "../../task/transferables.ts"
import type { CallRequest } from "../Call.ts"
import { isArgs } from "./FunctionCodecs.ts"
import { pathToRefused, refusalOf } from "./refusedPart.ts"

/**
 * Finds the argument because of which a call could not be sent, although all had passed the checks: one that could not be moved, or one
 * that needs more memory than there is. `clone` is how the transport copies a message, if not by structured clone.
 */
export const blameArgument = (
  { args: wire, task }: Pick<CallRequest, "args" | "task">,
  reason: unknown,
  clone: (value: unknown) => unknown = structuredClone
): TaskEncodingError => {
  const args = isArgs(wire) ? wire : wire.values
  const refused = args.flatMap((arg, index) => {
    const refusal = refusalOf(arg, clone)
    return refusal === undefined ? [] : [{ index, refusal: refusal.reason }]
  })
  // Trying a transfer would move objects away, so an argument with such objects is only suspected.
  const first = refused.find(({ index }) => transferablesIn(args[index]).length === 0) ?? refused[0]
  if (first !== undefined) {
    const path = pathToRefused(args[first.index], isArgs(wire) ? [] : wire.specials, clone)
    return error(task, first.index, first.refusal, path)
  }
  // Each argument can be cloned by itself, so a transfer must have failed.
  const moved = args.findIndex((arg) => transferablesIn(arg).length > 0)
  return moved === -1 ? new TaskEncodingError({ task, what: "arguments", reason }) : error(task, moved, reason)
}

const error = (task: string, index: number, reason: unknown, path = ""): TaskEncodingError => {
  const what = `argument ${index + 1}`
  return new TaskEncodingError({ task, what, path: what + path, reason })
}
