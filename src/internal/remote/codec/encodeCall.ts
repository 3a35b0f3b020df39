import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import { functionOf } from "../../task/TaskImpl.ts"
import { transferablesIn } from "../../task/transferables.ts"
import type { Ambient, CallRequest } from "../Call.ts"
import { codecsOf, whenEncodable } from "./FunctionCodecs.ts"

/** The part of a call that crosses, and what of that is moved. */
export interface EncodedCall {
  readonly request: CallRequest
  readonly transfer: ReadonlyArray<unknown>
}

/** The wait before `encodeCall` and `decodeReply`: `undefined`, except for the first task with Schemas. */
export const whenCallEncodable = (task: Task<unknown, unknown, unknown>): Promise<void> | undefined =>
  whenEncodable(functionOf(task))

/**
 * Writes down a call. `name` is the task's own, which messages and logs show. `sharesMemory` says that it goes to a thread. Gives
 * back the error if an argument cannot cross.
 */
export const encodeCall = (
  task: Task<unknown, unknown, unknown>,
  name: string,
  ambient: Ambient | undefined,
  sharesMemory: boolean
): EncodedCall | TaskEncodingError => {
  const fn = functionOf(task)
  try {
    const args = codecsOf(fn).encodeArgs(task.args, name, sharesMemory)
    // Transferables are looked for in the arguments as they were given: encoding makes other objects of them.
    const transfer = transferablesIn(task.args)
    return { request: { url: fn.url, name: fn.name, args, task: name, ambient }, transfer }
  } catch (error) {
    if (error instanceof TaskEncodingError) return error
    throw error
  }
}
