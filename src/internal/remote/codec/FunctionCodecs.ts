import { TaskEncodingError } from "../../../Errors.ts"
import type { TaskFunction } from "../../task/TaskFunction.ts"
import { arePlainData, isPlainData } from "./isPlainData.ts"
import { Refusal } from "./Refusal.ts"
import type { makeSchemaCodec as MakeSchemaCodec, SchemaCodec } from "./SchemaCodec.ts"
import type { Special } from "./Special.ts"
import { WireReader } from "./WireReader.ts"
import { denseArray, field } from "./wireShape.ts"
import { type WriteOptions, WireWriter } from "./WireWriter.ts"

/** The arguments of a call in the form that crosses: as they are, or rewritten if structured clone would change something in them. */
export type WireArgs = ReadonlyArray<unknown> | WireValues

/** Values that were written together. */
export interface WireValues {
  readonly values: ReadonlyArray<unknown>
  readonly specials: ReadonlyArray<Special>
}

interface SchemaCodecs {
  readonly args: ReadonlyArray<SchemaCodec>
  /** The codec of the result, unless that is a stream. */
  readonly success: SchemaCodec | undefined
  /** The codec of the elements, if the result is a stream. */
  readonly element: SchemaCodec | undefined
  /** The codec of the error, if the function has typed errors. */
  readonly error: SchemaCodec | undefined
}

/** Encodes and decodes the arguments, results and errors of a function. Throws a `TaskEncodingError` for values that cannot cross. */
export class FunctionCodecs {
  private readonly schemas: SchemaCodecs | undefined
  private readonly instances: WriteOptions["instances"]

  constructor(schemas: SchemaCodecs | undefined, instances: WriteOptions["instances"]) {
    this.schemas = schemas
    this.instances = instances
  }

  get hasErrors(): boolean {
    return this.schemas?.error !== undefined
  }

  writer(sharesMemory: boolean): WireWriter {
    return new WireWriter({ sharesMemory, instances: this.instances })
  }

  encodeArgs(args: ReadonlyArray<unknown>, task: string, sharesMemory: boolean): WireArgs {
    const codecs = this.schemas?.args
    const encoded = codecs === undefined ? args : args.map((arg, i) => run(codecs[i]?.encode, arg, task, argument(i)))
    return this.writeValues(encoded, argument, task, sharesMemory)
  }

  /** `nameOf` names each value in messages. */
  private writeValues(
    values: ReadonlyArray<unknown>,
    nameOf: (index: number) => string,
    task: string,
    sharesMemory: boolean
  ): WireArgs {
    if (arePlainData(values, sharesMemory)) return values
    const writer = this.writer(sharesMemory)
    const written = values.map((each, i) => run((value) => writer.write(value), each, task, nameOf(i)))
    return writer.specials.length === 0 ? written : { values: written, specials: writer.specials }
  }

  /** Elements of a stream, which come after so many others. */
  encodeElements(elements: ReadonlyArray<unknown>, before: number, task: string, sharesMemory: boolean): WireArgs {
    const encode = this.schemas?.element?.encode
    const nameOf = (index: number) => element(before + index)
    const encoded = encode === undefined ? elements : elements.map((each, i) => run(encode, each, task, nameOf(i)))
    return this.writeValues(encoded, nameOf, task, sharesMemory)
  }

  decodeElements(wire: WireArgs, before: number, task: string): ReadonlyArray<unknown> {
    const decode = this.schemas?.element?.decode
    const nameOf = (index: number) => element(before + index)
    const elements = readValues(wire, task, nameOf, "elements")
    return decode === undefined ? elements : elements.map((each, i) => run(decode, each, task, nameOf(i)))
  }

  /** A report of a task, to be sent. */
  encodeReport(value: unknown, task: string, sharesMemory: boolean): WireArgs {
    return this.writeValues([value], () => "report", task, sharesMemory)
  }

  decodeArgs(wire: WireArgs, task: string): ReadonlyArray<unknown> {
    const codecs = this.schemas?.args
    const args = readArgs(wire, task)
    return codecs === undefined ? args : args.map((arg, i) => run(codecs[i]?.decode, arg, task, argument(i)))
  }

  /** The value if it is plain data, or its rewritten form. */
  encodeSuccess(value: unknown, task: string, sharesMemory: boolean): { readonly plain: unknown } | WireValues {
    const encoded = run(this.schemas?.success?.encode, value, task, "result")
    if (isPlainData(encoded, sharesMemory)) return { plain: encoded }
    const writer = this.writer(sharesMemory)
    const written = run((part) => writer.write(part), encoded, task, "result")
    return writer.specials.length === 0 ? { plain: written } : { values: [written], specials: writer.specials }
  }

  decodeSuccess(value: unknown, task: string): unknown {
    return run(this.schemas?.success?.decode, value, task, "result")
  }

  encodeError(error: unknown, task: string): unknown {
    return run(this.schemas?.error?.encode, error, task, "error")
  }

  decodeError(error: unknown, task: string): unknown {
    return run(this.schemas?.error?.decode, error, task, "error")
  }
}

const argument = (index: number): string => `argument ${index + 1}`
const element = (index: number): string => `element ${index + 1}`

const run = (codec: ((value: unknown) => unknown) | undefined, value: unknown, task: string, what: string): unknown => {
  if (codec === undefined) return value
  try {
    return codec(value)
  } catch (thrown) {
    throw encodingError(task, what, value, thrown)
  }
}

export const encodingError = (task: string, what: string, value: unknown, thrown: unknown): TaskEncodingError => {
  if (what === "error" && thrown instanceof Error) {
    // The original error must not get lost.
    Object.defineProperty(thrown, "cause", { value, configurable: true, writable: true })
  }
  const path = thrown instanceof Refusal ? what + thrown.path : undefined
  return new TaskEncodingError({ task, what, path, reason: thrown })
}

export const readArgs = (wire: WireArgs, task: string): ReadonlyArray<unknown> =>
  readValues(wire, task, argument, "arguments")

export const readReport = (wire: WireArgs, task: string): unknown => readValues(wire, task, () => "report", "report")[0]

/** `nameOf` names each value in messages, and `all` all of them. */
const readValues = (
  wire: WireArgs,
  task: string,
  nameOf: (index: number) => string,
  all: string
): ReadonlyArray<unknown> => {
  if (isArgs(wire)) return wire
  let what = all
  try {
    const reader = new WireReader(wire.specials)
    return denseArray(field(wire, "values")).map((value, i) => {
      what = nameOf(i)
      return reader.read(value)
    })
  } catch (reason) {
    throw new TaskEncodingError({ task, what, reason })
  }
}

export const isArgs = (wire: WireArgs): wire is ReadonlyArray<unknown> => Array.isArray(wire)

let makeSchemaCodec: typeof MakeSchemaCodec | undefined
let loading: Promise<void> | undefined
const codecs = new WeakMap<TaskFunction, FunctionCodecs>()

/**
 * Waits until the function's values can be encoded and decoded. For the first function with Schemas, that is when Schema is loaded.
 * `undefined` if there is nothing to wait for.
 */
export const whenEncodable = (fn: TaskFunction): Promise<void> | undefined => {
  if (fn.schemas === undefined || makeSchemaCodec !== undefined) return undefined
  return (loading ??= import("./SchemaCodec.ts").then((loaded) => {
    makeSchemaCodec = loaded.makeSchemaCodec
  }))
}

/** The codecs of functions without Schemas. */
const withoutSchemas = {
  refuse: new FunctionCodecs(undefined, "refuse"),
  plain: new FunctionCodecs(undefined, "plain")
}

/** The codecs of a function. Called when `whenEncodable` has nothing to wait for. */
export const codecsOf = (fn: TaskFunction): FunctionCodecs => {
  if (fn.schemas === undefined) return withoutSchemas[fn.instances]
  const known = codecs.get(fn)
  if (known !== undefined) return known
  if (makeSchemaCodec === undefined) throw new Error("codecsOf was called before whenEncodable was waited for")
  const { args, error, success } = fn.schemas
  const made = new FunctionCodecs(
    {
      args: args.map(makeSchemaCodec),
      success: fn.isStreaming ? undefined : makeSchemaCodec(success),
      element: fn.isStreaming ? makeSchemaCodec(success) : undefined,
      error: error === undefined ? undefined : makeSchemaCodec(error)
    },
    fn.instances
  )
  codecs.set(fn, made)
  return made
}
