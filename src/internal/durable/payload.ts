import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import {
  ExecutorShutdownError,
  TaskEncodingError,
  TaskModuleError,
  TaskTimeoutError,
  WorkerCrashedError
} from "../../Errors.ts"
import type { Task } from "../../Task.ts"
import type { CallReply } from "../remote/Call.ts"
import { blameArgument } from "../remote/codec/blameArgument.ts"
import { decodeReply } from "../remote/codec/decodeReply.ts"
import { encodeError, encodeExit, encodeFailure } from "../remote/codec/encodeReply.ts"
import { codecsOf, element, readReport, type WireArgs } from "../remote/codec/FunctionCodecs.ts"
import { isRecord } from "../remote/codec/wireShape.ts"
import type { TaskFunction } from "../task/TaskFunction.ts"
import { functionOf } from "../task/TaskImpl.ts"
import { fromJson, type Json, toJson } from "./json.ts"
import { shownText } from "./storable.ts"

// Payloads of tasks: writing them for the database, and reading them. To be used after `whenEncodable` of the function.

/** Throws a `TaskEncodingError`. */
export const writeArguments = (task: Task<unknown, unknown>, name: string, most: number): string => {
  const args = codecsOf(functionOf(task), name).encodeArgs(task.args)
  let text: string
  try {
    text = JSON.stringify(toJson(args))
  } catch (reason) {
    throw blameArgument({ args, task: name }, reason, toJson)
  }
  return within(most, text, name, "arguments")
}

/** Throws a `TaskEncodingError`. */
export const readArguments = (fn: TaskFunction, text: string, name: string): ReadonlyArray<unknown> => {
  let args: WireArgs
  try {
    // As `writeArguments` has written it, or refused when it is decoded.
    args = fromJson(JSON.parse(text)) as WireArgs
  } catch (reason) {
    throw new TaskEncodingError({ task: name, what: "arguments", reason })
  }
  return codecsOf(fn, name).decodeArgs(args)
}

/** Throws a `TaskEncodingError`, but gives `null` for a report that is only too large. */
export const writeReport = (value: unknown, fn: TaskFunction, name: string, most: number): string | null => {
  const text = textOf(codecsOf(fn, name).encodeReport(value), name, "report")
  return bytesOf(text, most) <= most ? text : null
}

/** As `writeReport` has written it. */
export const readReportText = (text: string, name: string): unknown =>
  readReport(fromJson(JSON.parse(text)) as WireArgs, name)

/** An element of a stream, which comes after so many others. Throws a `TaskEncodingError`. */
export const writeElement = (value: unknown, fn: TaskFunction, before: number, name: string, most: number): string => {
  const what = element(before)
  return within(most, textOf(codecsOf(fn, name).encodeElements([value], before), name, what), name, what)
}

/** Reads elements that `writeElement` has written, which come after so many others. Throws a `TaskEncodingError`. */
export const readElements = (text: string, fn: TaskFunction, before: number, name: string): ReadonlyArray<unknown> => {
  let written: ReadonlyArray<WireArgs>
  try {
    // Or refused when they are decoded.
    written = (JSON.parse(text) as ReadonlyArray<Json>).map((each) => fromJson(each) as WireArgs)
  } catch (reason) {
    throw new TaskEncodingError({ task: name, what: element(before), reason })
  }
  return written.flatMap((each, index) => codecsOf(fn, name).decodeElements(each, before + index))
}

/** An outcome, and the tag of its error. */
interface WrittenOutcome {
  readonly text: string
  readonly isSuccess: boolean
  readonly tag: string | null
}

/** Writes how the task ended, or that this could not be written. */
export const writeOutcome = (
  exit: Exit.Exit<unknown, unknown>,
  fn: TaskFunction,
  name: string,
  most: number
): WrittenOutcome => {
  // Errors of the executor are not in the function's Schemas, and never large.
  if (Exit.isFailure(exit) && exit.cause.reasons.every(isOfExecutor)) {
    return { text: JSON.stringify(toJson(encodeFailure(exit.cause))), isSuccess: false, tag: tagOf(exit.cause) }
  }
  const reply = encodeExit(exit, codecsOf(fn, name))
  const what = exit._tag === "Success" ? "result" : "error"
  try {
    const text = within(most, textOf(reply, name, what), name, what)
    // A result that is not plain data is written in the way of causes.
    const isSuccess = reply._tag === "Success" || (isRecord(reply.cause) && "values" in reply.cause)
    if (isSuccess) return { text, isSuccess, tag: null }
    return { text, isSuccess, tag: exit._tag === "Failure" ? tagOf(exit.cause) : "TaskEncodingError" }
  } catch (error) {
    return { text: JSON.stringify(toJson(encodeError(error))), isSuccess: false, tag: "TaskEncodingError" }
  }
}

const isOfExecutor = (reason: Cause.Reason<unknown>): boolean =>
  reason._tag === "Fail" && executorErrors.some((kind) => reason.error instanceof kind)

/** The errors with which hosts and machines let tasks fail. */
const executorErrors = [TaskTimeoutError, WorkerCrashedError, TaskEncodingError, TaskModuleError, ExecutorShutdownError]

export const readOutcome = (
  task: Task<unknown, unknown, unknown>,
  text: string,
  name: string,
  worker: string
): Exit.Exit<unknown, unknown> => {
  try {
    // As `writeOutcome` has written it, or refused when it is decoded.
    return decodeReply(fromJson(JSON.parse(text)) as CallReply, task, name, worker)
  } catch (reason) {
    return Exit.fail(new TaskEncodingError({ task: name, what: "result", reason }))
  }
}

const tagOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (typeof error !== "object" || error === null) return "Error"
  try {
    if ("_tag" in error && typeof error._tag === "string") return shownText(error._tag)
    return error instanceof Error ? shownText(String(error.name)) : "Error"
  } catch {
    // Getters and Proxies may throw.
    return "Error"
  }
}

const textOf = (value: unknown, task: string, what: string): string => {
  try {
    return JSON.stringify(toJson(value))
  } catch (reason) {
    throw new TaskEncodingError({ task, what, reason })
  }
}

const within = (most: number, text: string, task: string, what: string): string => {
  const bytes = bytesOf(text, most)
  if (bytes <= most) return text
  const reason = new RangeError(
    `it takes ${bytes} bytes, and maxPayloadBytes is ${most}: pass its location, such as a path or a URL, or raise the limit`
  )
  throw new TaskEncodingError({ task, what, reason })
}

/**
 * The size, or a number that is on the same side of `most`: a character takes at least one byte, so the bytes of most texts need not be
 * counted.
 */
const bytesOf = (text: string, most: number): number =>
  text.length > most ? text.length : text.length * 3 <= most ? 0 : new TextEncoder().encode(text).length
