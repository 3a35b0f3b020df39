import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import { functionOf } from "../../task/TaskImpl.ts"
import { transferablesIn } from "../../task/transferables.ts"
import type { Ambient, CallRequest } from "../Call.ts"
import { codecsOf, whenEncodable } from "./FunctionCodecs.ts"

/** The part of a call that crosses, and the objects in it that are moved. */
export interface EncodedCall {
  readonly request: CallRequest
  readonly transfer: ReadonlyArray<unknown>
}

/** Waits until `encodeCall` and `decodeReply` can be called. `undefined`, except for the first task with Schemas. */
export const whenCallEncodable = (task: Task<unknown, unknown, unknown>): Promise<void> | undefined =>
  whenEncodable(functionOf(task))

/**
 * Encodes a call. `name` is the task's own name, for messages and logs. `sharesMemory` says that it goes to a thread. Returns the error if
 * an argument cannot cross.
 */
export const encodeCall = (
  task: Task<unknown, unknown, unknown>,
  name: string,
  ambient: Ambient | undefined,
  sharesMemory: boolean
): EncodedCall | TaskEncodingError => {
  const fn = functionOf(task)
  try {
    const args = codecsOf(fn, name, sharesMemory).encodeArgs(task.args)
    // Transferables are looked for in the original arguments, because encoding makes other objects.
    const transfer = transferablesIn(task.args)
    return { request: { url: fn.url, name: fn.name, args, task: name, ambient }, transfer }
  } catch (error) {
    if (error instanceof TaskEncodingError) return error
    throw error
  }
}
