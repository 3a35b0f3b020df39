import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../Errors.ts"
import type { Task } from "../../Task.ts"
import { codecsOf } from "../remote/codec/FunctionCodecs.ts"
import { decodeReply } from "../remote/codec/decodeReply.ts"
import { encodeExit, encodeFailure } from "../remote/codec/encodeReply.ts"
import type { TaskFunction } from "../task/TaskFunction.ts"
import { functionOf } from "../task/TaskImpl.ts"
import { readText, writeText } from "./text.ts"

// What of tasks is written into the database, and read from it. `whenEncodable` of the function is to be waited for before.

/** Throws a `TaskEncodingError`. */
export const writeArguments = (task: Task<unknown, unknown>, name: string, most: number): string => {
  const args = codecsOf(functionOf(task))?.encodeArgs(task.args, name) ?? task.args
  const texts = args.map((arg, index) => {
    const what = `argument ${index + 1}`
    return within(most, written(arg, name, what), name, what)
  })
  return within(most, `[${texts.join(",")}]`, name, "arguments together")
}

/** Throws a `TaskEncodingError`. */
export const readArguments = (fn: TaskFunction, text: string, name: string): ReadonlyArray<unknown> => {
  let args: ReadonlyArray<unknown>
  try {
    args = (JSON.parse(text) as ReadonlyArray<unknown>).map((arg) => readText(JSON.stringify(arg)))
  } catch (reason) {
    throw new TaskEncodingError({ task: name, what: "arguments", reason })
  }
  return codecsOf(fn)?.decodeArgs(args, name) ?? args
}

/** An outcome, and the tag of its error. */
export interface WrittenOutcome {
  readonly text: string
  readonly isSuccess: boolean
  readonly tag: string | null
}

/** How the task ended, or that this cannot be written down. */
export const writeOutcome = (
  exit: Exit.Exit<unknown, unknown>,
  fn: TaskFunction,
  name: string,
  most: number
): WrittenOutcome => {
  const codecs = codecsOf(fn)
  const reply = encodeExit(exit, codecs, name)
  const what = exit._tag === "Success" ? "result" : "error"
  try {
    const text = within(most, written(reply, name, what), name, what)
    if (reply._tag === "Success") return { text, isSuccess: true, tag: null }
    // A result that its Schema refuses has become an error.
    return { text, isSuccess: false, tag: exit._tag === "Failure" ? tagOf(exit.cause) : "TaskEncodingError" }
  } catch (error) {
    const refusal = encodeFailure(Cause.fail(error))
    return { text: writeText(refusal), isSuccess: false, tag: "TaskEncodingError" }
  }
}

export const readOutcome = (
  task: Task<unknown, unknown, unknown>,
  text: string,
  name: string,
  worker: string
): Exit.Exit<unknown, unknown> => {
  try {
    // As `writeOutcome` has written it.
    const reply = readText(text) as ReturnType<typeof encodeExit>
    return decodeReply(reply, task, name, worker)
  } catch (reason) {
    return Exit.fail(new TaskEncodingError({ task: name, what: "result", reason }))
  }
}

const tagOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (typeof error !== "object" || error === null) return "Error"
  if ("_tag" in error && typeof error._tag === "string") return error._tag
  return error instanceof Error ? error.name : "Error"
}

const written = (value: unknown, task: string, what: string): string => {
  try {
    return writeText(value)
  } catch (reason) {
    if (reason instanceof TaskEncodingError) throw reason
    throw new TaskEncodingError({ task, what, reason })
  }
}

const within = (most: number, text: string, task: string, what: string): string => {
  // A character has one byte at least, so most texts need not be looked through.
  const bytes = text.length > most ? text.length : text.length * 3 <= most ? 0 : new TextEncoder().encode(text).length
  if (bytes <= most) return text
  const reason = new RangeError(
    `it takes ${bytes} bytes, and maxPayloadBytes is ${most}: pass where it is, such as a path or a URL, or raise the limit`
  )
  throw new TaskEncodingError({ task, what, reason })
}
