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
import { StreamCall } from "../../stream/StreamCall.ts"
import { CurrentReporter } from "../../task/CurrentReporter.ts"
import { codecsOf, element, type FunctionCodecs, readReport, type WireArgs } from "./FunctionCodecs.ts"

/** Runs a task here with copies of its arguments, and ends with a copy of its outcome, as in a thread. */
export const isolated = <A, E>(effect: Effect.Effect<A, E>, name: string, executor: string): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    // The executor asks for tasks only.
    const task = effect as Task<A, E>
    const ready = whenCallEncodable(task)
    const run = Effect.suspend(() => runCopy(task, name, executor))
    return ready === undefined
      ? run
      : Effect.andThen(
          Effect.promise(() => ready),
          run
        )
    // The type is what the task succeeds and fails with, with what its executor adds.
  }) as Effect.Effect<A, E>

const runCopy = (task: Task<unknown, unknown>, name: string, executor: string): Effect.Effect<unknown, unknown> => {
  const call = encodeCall(task, name, undefined, true)
  if (call instanceof TaskEncodingError) return Effect.fail(call)
  const fn = functionOf(task)
  let codecs: FunctionCodecs
  let copy: Effect.Effect<unknown, unknown, unknown>
  try {
    codecs = codecsOf(fn, name, true)
    const args = codecs.decodeArgs(argsOf(call))
    copy = task instanceof StreamCall ? task.copied(args, elementOf(codecs)) : new TaskImpl(fn, args)
  } catch (error) {
    return Effect.fail(error)
  }
  // The task needs no services, and neither does its copy.
  const reporting = reportingCopies(copy as Effect.Effect<unknown, unknown>, codecs, name)
  return Effect.flatMap(Effect.exit(reporting), (exit) => {
    const reply = encodeExit(exit, codecs)
    const transfer = Exit.isSuccess(exit) ? transferablesIn(exit.value) : []
    try {
      return decodeReply(clone(reply, transfer), task, name, executor)
    } catch (reason) {
      return decodeReply(encodingFailure(name, reason, reply), task, name, executor)
    }
  })
}

/** An element of its stream as it arrives. */
const elementOf =
  (codecs: FunctionCodecs) =>
  (value: unknown, index: number): unknown => {
    const wire = codecs.encodeElements([value], index)
    try {
      return codecs.decodeElements(clone(wire, transferablesIn(value)), index)[0]
    } catch (reason) {
      throw reason instanceof TaskEncodingError ? reason : codecs.refused(element(index), value, reason)
    }
  }

/** Reports arrive as copies, too. */
const reportingCopies = <A, E>(
  effect: Effect.Effect<A, E>,
  codecs: FunctionCodecs,
  name: string
): Effect.Effect<A, E> =>
  Effect.flatMap(Effect.service(CurrentReporter), (reporter) => {
    const report = (value: unknown) => reporter?.report(readReport(clone(codecs.encodeReport(value), []), name))
    return Effect.provideService(effect, CurrentReporter, { report })
  })

const argsOf = (call: EncodedCall): WireArgs => {
  try {
    return clone(call.request.args, call.transfer)
  } catch (reason) {
    throw blameArgument(call.request, reason)
  }
}

// A written value can be cloned, and its copy has the same type.
const clone = <A>(value: A, transfer: ReadonlyArray<unknown>): A =>
  structuredClone(value as Parameters<typeof structuredClone>[0], { transfer: transfer as Array<ArrayBuffer> }) as A
