import { TaskEncodingError } from "../../../Errors.ts"
import { transferablesIn } from "../../task/transferables.ts"
import type { EncodedCall } from "./encodeCall.ts"
import { isArgs } from "./FunctionCodecs.ts"

/**
 * Finds out which argument it is for which a call could not be sent, though all of them had passed: one that is moved there, or one
 * that takes more memory than there is. `clone` is what the way to the worker does with a message, if that is not structured clone.
 */
export const blameArgument = (
  { request: { args: wire, task } }: EncodedCall,
  reason: unknown,
  clone: (value: unknown) => unknown = structuredClone
): TaskEncodingError => {
  const args = isArgs(wire) ? wire : wire.values
  const refused = args.flatMap((arg, index) => {
    const refusal = refusalOf(arg, clone)
    return refusal === undefined ? [] : [{ index, refusal: refusal.reason }]
  })
  // Trying out a transfer would move things away, so an argument with something to be moved is only suspected.
  const first = refused.find(({ index }) => transferablesIn(args[index]).length === 0) ?? refused[0]
  if (first !== undefined) return error(task, first.index, first.refusal)
  // Each can be cloned by itself: it must be about what is to be moved.
  const moved = args.findIndex((arg) => transferablesIn(arg).length > 0)
  return moved === -1 ? new TaskEncodingError({ task, what: "arguments", reason }) : error(task, moved, reason)
}

const error = (task: string, index: number, reason: unknown): TaskEncodingError =>
  new TaskEncodingError({ task, what: `argument ${index + 1}`, reason })

const refusalOf = (value: unknown, clone: (value: unknown) => unknown): { readonly reason: unknown } | undefined => {
  try {
    clone(value)
    return undefined
  } catch (reason) {
    return { reason }
  }
}
