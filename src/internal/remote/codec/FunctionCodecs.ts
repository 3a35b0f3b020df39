import { TaskEncodingError } from "../../../Errors.ts"
import type { TaskFunction } from "../../task/TaskFunction.ts"
import { arePlainData } from "./isPlainData.ts"
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

/** Gives the codec of a value by its index among values of its kind. */
type CodecOf = (index: number) => SchemaCodec | undefined

/** The codecs of the values of a function with Schemas. */
export interface SchemaCodecs {
  readonly argument: CodecOf
  /** For the result, unless that is a stream. */
  readonly success: CodecOf
  /** For the elements, if the result is a stream. */
  readonly element: CodecOf
  /** For the error, if the function has typed errors. */
  readonly error: SchemaCodec | undefined
}

/**
 * Encodes and decodes the values of a task: by the Schemas of its function, if there are any. Throws a `TaskEncodingError` for values that
 * cannot cross. `sharesMemory` is `true` between threads.
 */
export class FunctionCodecs {
  private readonly schemas: SchemaCodecs | undefined
  private readonly instances: WriteOptions["instances"]
  private readonly task: string
  private readonly sharesMemory: boolean

  constructor(
    schemas: SchemaCodecs | undefined,
    instances: WriteOptions["instances"],
    task: string,
    sharesMemory: boolean
  ) {
    this.schemas = schemas
    this.instances = instances
    this.task = task
    this.sharesMemory = sharesMemory
  }

  get hasErrors(): boolean {
    return this.schemas?.error !== undefined
  }

  get writer(): WireWriter {
    return new WireWriter({ sharesMemory: this.sharesMemory, instances: this.instances })
  }

  encodeArgs(args: ReadonlyArray<unknown>): WireArgs {
    return this.encode(args, argument, this.schemas?.argument)
  }

  decodeArgs(wire: WireArgs): ReadonlyArray<unknown> {
    return this.decode(wire, argument, "arguments", this.schemas?.argument)
  }

  /** Elements of a stream, which come after so many others. */
  encodeElements(elements: ReadonlyArray<unknown>, before: number): WireArgs {
    return this.encode(elements, (index) => element(before + index), this.schemas?.element)
  }

  decodeElements(wire: WireArgs, before: number): ReadonlyArray<unknown> {
    return this.decode(wire, (index) => element(before + index), "elements", this.schemas?.element)
  }

  encodeReport(value: unknown): WireArgs {
    return this.encode([value], report, undefined)
  }

  /** The result, alone in an array. */
  encodeSuccess(value: unknown): WireArgs {
    return this.encode([value], result, this.schemas?.success)
  }

  decodeSuccess(value: unknown): unknown {
    return this.run(this.schemas?.success(0)?.decode, value, "result")
  }

  encodeError(error: unknown): unknown {
    return this.run(this.schemas?.error?.encode, error, "error")
  }

  decodeError(error: unknown): unknown {
    return this.run(this.schemas?.error?.decode, error, "error")
  }

  /** `nameOf` names each value in messages. */
  private encode(
    values: ReadonlyArray<unknown>,
    nameOf: (index: number) => string,
    codecOf: CodecOf | undefined
  ): WireArgs {
    const encoded =
      codecOf === undefined ? values : values.map((each, i) => this.run(codecOf(i)?.encode, each, nameOf(i)))
    if (arePlainData(encoded, this.sharesMemory)) return encoded
    const { writer } = this
    const written = encoded.map((each, i) => this.run((value) => writer.write(value), each, nameOf(i)))
    return writer.specials.length === 0 ? written : { values: written, specials: writer.specials }
  }

  private decode(
    wire: WireArgs,
    nameOf: (index: number) => string,
    all: string,
    codecOf: CodecOf | undefined
  ): ReadonlyArray<unknown> {
    const values = readValues(wire, this.task, nameOf, all)
    return codecOf === undefined ? values : values.map((each, i) => this.run(codecOf(i)?.decode, each, nameOf(i)))
  }

  private run(codec: ((value: unknown) => unknown) | undefined, value: unknown, what: string): unknown {
    if (codec === undefined) return value
    try {
      return codec(value)
    } catch (thrown) {
      throw this.refused(what, value, thrown)
    }
  }

  /** The error of a value that cannot cross. */
  refused(what: string, value: unknown, thrown: unknown): TaskEncodingError {
    if (what === "error" && thrown instanceof Error) {
      // The original error must not get lost.
      Object.defineProperty(thrown, "cause", { value, configurable: true, writable: true })
    }
    const path = thrown instanceof Refusal ? what + thrown.path : undefined
    return new TaskEncodingError({ task: this.task, what, path, reason: thrown })
  }
}

const argument = (index: number): string => `argument ${index + 1}`
export const element = (index: number): string => `element ${index + 1}`
const report = (): string => "report"
const result = (): string => "result"

export const readReport = (wire: WireArgs, task: string): unknown => readValues(wire, task, report, "report")[0]

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
const codecs = new WeakMap<TaskFunction, SchemaCodecs>()

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

/** The codecs of a function's Schemas. Called when `whenEncodable` has nothing to wait for. */
export const schemaCodecsOf = (fn: TaskFunction): SchemaCodecs | undefined => {
  if (fn.schemas === undefined) return undefined
  const known = codecs.get(fn)
  if (known !== undefined) return known
  if (makeSchemaCodec === undefined) throw new Error("schemaCodecsOf was called before whenEncodable was waited for")
  const args = fn.schemas.args.map(makeSchemaCodec)
  const success = makeSchemaCodec(fn.schemas.success)
  const made: SchemaCodecs = {
    argument: (index) => args[index],
    success: () => (fn.isStreaming ? undefined : success),
    element: () => success,
    error: fn.schemas.error === undefined ? undefined : makeSchemaCodec(fn.schemas.error)
  }
  codecs.set(fn, made)
  return made
}

/** The codecs of a task. Those that only decode need not know whether memory is shared. */
export const codecsOf = (fn: TaskFunction, task: string, sharesMemory = false): FunctionCodecs =>
  new FunctionCodecs(schemaCodecsOf(fn), fn.instances, task, sharesMemory)
