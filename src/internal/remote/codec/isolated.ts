import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import { functionOf, TaskImpl } from "../../task/TaskImpl.ts"
import { transferablesIn } from "../../task/transferables.ts"
import { blameArgument } from "./blameArgument.ts"
import { decodeReply } from "./decodeReply.ts"
import { encodeCall, type EncodedCall, whenCallEncodable } from "./encodeCall.ts"
import { encodeExit, encodingFailure } from "./encodeReply.ts"
import { codecsOf } from "./FunctionCodecs.ts"

/** The task, run here with copies of its arguments, and ending with a copy of its outcome: as it would in a thread. */
export const isolated = <A, E>(effect: Effect.Effect<A, E>, name: string, executor: string): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    // It is asked for tasks only.
    const task = effect as Task<A, E>
    const ready = whenCallEncodable(task)
    const run = Effect.suspend(() => runCopy(task, name, executor))
    return ready === undefined
      ? run
      : Effect.andThen(
          Effect.promise(() => ready),
          run
        )
    // What the task says it succeeds and fails with, with what its executor adds.
  }) as Effect.Effect<A, E>

const runCopy = (task: Task<unknown, unknown>, name: string, executor: string): Effect.Effect<unknown, unknown> => {
  const call = encodeCall(task, name, undefined, true)
  if (call instanceof TaskEncodingError) return Effect.fail(call)
  let copy: Effect.Effect<unknown, unknown, unknown>
  try {
    copy = new TaskImpl(functionOf(task), argsOf(call, task, name))
  } catch (error) {
    return Effect.fail(error)
  }
  // It needs what the task needs, which is nothing.
  return Effect.flatMap(Effect.exit(copy as Effect.Effect<unknown, unknown>), (exit) =>
    arrived(exit, task, name, executor)
  )
}

const argsOf = (call: EncodedCall, task: Task<unknown, unknown>, name: string): ReadonlyArray<unknown> => {
  let args: EncodedCall["request"]["args"]
  try {
    args = clone(call.request.args, call.transfer)
  } catch (reason) {
    throw blameArgument(call, reason)
  }
  return codecsOf(functionOf(task)).decodeArgs(args, name)
}

const arrived = (
  exit: Exit.Exit<unknown, unknown>,
  task: Task<unknown, unknown>,
  name: string,
  executor: string
): Exit.Exit<unknown, unknown> => {
  const reply = encodeExit(exit, codecsOf(functionOf(task)), name, true)
  const transfer = Exit.isSuccess(exit) ? transferablesIn(exit.value) : []
  try {
    return decodeReply(clone(reply, transfer), task, name, executor)
  } catch (reason) {
    return decodeReply(encodingFailure(name, reason, reply), task, name, executor)
  }
}

// What is written down can be cloned, and the copy is of the same type.
const clone = <A>(value: A, transfer: ReadonlyArray<unknown>): A =>
  structuredClone(value as Parameters<typeof structuredClone>[0], { transfer: transfer as Array<ArrayBuffer> }) as A
