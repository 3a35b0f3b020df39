import { TaskEncodingError } from "../../../Errors.ts"
import type { TaskFunction } from "../../task/TaskFunction.ts"
import type { makeSchemaCodec as MakeSchemaCodec, SchemaCodec } from "./SchemaCodec.ts"

/** How what a function takes and gives crosses, by its Schemas. All of it throws a `TaskEncodingError`. */
export class FunctionCodecs {
  private readonly args: ReadonlyArray<SchemaCodec>
  private readonly success: SchemaCodec
  private readonly error: SchemaCodec | undefined

  constructor(args: ReadonlyArray<SchemaCodec>, success: SchemaCodec, error: SchemaCodec | undefined) {
    this.args = args
    this.success = success
    this.error = error
  }

  get hasError(): boolean {
    return this.error !== undefined
  }

  encodeArgs(args: ReadonlyArray<unknown>, task: string): ReadonlyArray<unknown> {
    return args.map((arg, i) => this.run(this.args[i]?.encode, arg, task, `argument ${i + 1}`))
  }

  decodeArgs(args: ReadonlyArray<unknown>, task: string): ReadonlyArray<unknown> {
    return args.map((arg, i) => this.run(this.args[i]?.decode, arg, task, `argument ${i + 1}`))
  }

  encodeSuccess(value: unknown, task: string): unknown {
    return this.run(this.success.encode, value, task, "result")
  }

  decodeSuccess(value: unknown, task: string): unknown {
    return this.run(this.success.decode, value, task, "result")
  }

  encodeError(error: unknown, task: string): unknown {
    return this.run(this.error?.encode, error, task, "error")
  }

  decodeError(error: unknown, task: string): unknown {
    return this.run(this.error?.decode, error, task, "error")
  }

  private run(codec: ((value: unknown) => unknown) | undefined, value: unknown, task: string, what: string): unknown {
    if (codec === undefined) return value
    try {
      return codec(value)
    } catch (thrown) {
      // What the error was that no Schema fits must not get lost.
      const reason =
        what === "error" && thrown instanceof Error ? new TypeError(thrown.message, { cause: value }) : thrown
      throw new TaskEncodingError({ task, what, reason })
    }
  }
}

let makeSchemaCodec: typeof MakeSchemaCodec | undefined
let loading: Promise<void> | undefined
const codecs = new WeakMap<TaskFunction, FunctionCodecs>()

/**
 * What is still to be waited for before the function's arguments and results can be encoded or decoded: for the first
 * function with Schemas, until Schema is loaded. `undefined` if there is nothing.
 */
export const whenEncodable = (fn: TaskFunction): Promise<void> | undefined => {
  if (fn.schemas === undefined || makeSchemaCodec !== undefined) return undefined
  return (loading ??= import("./SchemaCodec.ts").then((loaded) => {
    makeSchemaCodec = loaded.makeSchemaCodec
  }))
}

/** `undefined` for a function without Schemas. To be asked for once `whenEncodable` has nothing to wait for. */
export const codecsOf = (fn: TaskFunction): FunctionCodecs | undefined => {
  if (fn.schemas === undefined) return undefined
  const known = codecs.get(fn)
  if (known !== undefined) return known
  if (makeSchemaCodec === undefined) throw new Error("codecsOf was called before whenEncodable was waited for")
  const { args, error, success } = fn.schemas
  const made = new FunctionCodecs(
    args.map(makeSchemaCodec),
    makeSchemaCodec(success),
    error === undefined ? undefined : makeSchemaCodec(error)
  )
  codecs.set(fn, made)
  return made
}
