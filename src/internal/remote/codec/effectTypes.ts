import * as BigDecimal from "effect/BigDecimal"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { StackFrame } from "effect/References"
import * as Result from "effect/Result"
import { type EffectTypes, provideEffectTypes } from "./effectTypesOf.ts"
import type { EffectKind } from "./kindOf.ts"
import { ownClasses } from "./WireError.ts"
import { denseArray, field, list, malformed, numberOf, optional, pair, record, stringOf } from "./wireShape.ts"

type Part = (written: unknown) => unknown

/** An error that can be yielded, like the original. */
class YieldableError extends Data.Error {}

const makeError = (own: string | undefined): Error => {
  const ownClass = own === undefined ? undefined : ownClasses.get(own)
  const error = new YieldableError()
  // The constructor is not called: it needs fields that are not read yet, and would make a new message.
  return ownClass === undefined ? error : Object.setPrototypeOf(error, ownClass.prototype)
}

type Maker = (data: unknown, part: Part) => unknown

const fromItems =
  (make: (items: ReadonlyArray<unknown>, part: Part) => unknown): Maker =>
  (data, part) =>
    make(denseArray(data), part)

/** Makes a value of each type from the data that `effectDataOf` writes. */
const makers: { readonly [K in EffectKind]: Maker } = {
  Option: fromItems((items, part) => (items.length === 0 ? Option.none() : Option.some(part(items[0])))),
  Result: fromItems(([isSuccess, value], part) =>
    isSuccess === true ? Result.succeed(part(value)) : Result.fail(part(value))
  ),
  Exit: fromItems(([isSuccess, value], part) =>
    isSuccess === true ? Exit.succeed(part(value)) : Exit.failCause(causeOf(part(value)))
  ),
  Cause: fromItems((reasons, part) => Cause.fromReasons(reasons.map((reason) => readReason(reason, part)))),
  Reason: (data, part) => readReason(data, part),
  Duration: (data) => readDuration(data),
  DateTime: fromItems(([time, zone], part) => {
    const utc = DateTime.makeUnsafe(numberOf(time))
    return zone === undefined ? utc : DateTime.makeZonedUnsafe(utc, { timeZone: zoneOf(part(zone)) })
  }),
  TimeZone: (data) =>
    typeof data === "number" ? DateTime.zoneMakeOffset(data) : DateTime.zoneMakeNamedUnsafe(stringOf(data)),
  BigDecimal: fromItems(([value, scale]) =>
    typeof value === "bigint" ? BigDecimal.make(value, numberOf(scale)) : malformed("a BigDecimal")
  ),
  Chunk: fromItems((items, part) => Chunk.fromIterable(items.map(part))),
  HashMap: fromItems((entries, part) => HashMap.fromIterable(entries.map(pair(part, part)))),
  HashSet: fromItems((items, part) => HashSet.fromIterable(items.map(part))),
  Redacted: fromItems(([value, label], part) => Redacted.make(part(value), { label: optional(stringOf)(label) }))
}

const make = (kind: string, data: unknown, part: Part): unknown =>
  // `hasOwn` has checked the name.
  Object.hasOwn(makers, kind) ? makers[kind as EffectKind](data, part) : malformed("a known record")

const causeOf = (value: unknown): Cause.Cause<unknown> => (Cause.isCause(value) ? value : malformed("a Cause"))

const zoneOf = (value: unknown): DateTime.TimeZone => (DateTime.isTimeZone(value) ? value : malformed("a time zone"))

const readDuration = (data: unknown): Duration.Duration => {
  switch (field(data, "_tag")) {
    case "Millis":
      return Duration.millis(numberOf(field(data, "millis")))
    case "Nanos": {
      const nanos = field(data, "nanos")
      return typeof nanos === "bigint" ? Duration.nanos(nanos) : malformed("a Duration")
    }
    case "Infinity":
      return Duration.infinity
    case "NegativeInfinity":
      return Duration.negativeInfinity
    default:
      return malformed("a Duration")
  }
}

/** `decode` is for errors that a Schema has encoded. */
export const readReason = (
  wire: unknown,
  part: Part,
  decode?: ((encoded: unknown) => unknown) | undefined
): Cause.Reason<unknown> => {
  const reason = makeReason(wire, part, decode)
  const annotations = readAnnotations(wire, part)
  return annotations === undefined ? reason : reason.annotate(annotations)
}

const makeReason = (
  wire: unknown,
  part: Part,
  decode: ((encoded: unknown) => unknown) | undefined
): Cause.Reason<unknown> => {
  switch (field(wire, "_tag")) {
    case "Fail":
      return Cause.makeFailReason(part(field(wire, "error")))
    case "Encoded": {
      const encoded = part(field(wire, "error"))
      return Cause.makeFailReason(decode === undefined ? encoded : decode(encoded))
    }
    case "Die":
      return Cause.makeDieReason(part(field(wire, "defect")))
    case "Interrupt":
      return Cause.makeInterruptReason(optional(numberOf)(field(wire, "fiberId")))
    default:
      return malformed("a reason of a Cause")
  }
}

const readAnnotations = (wire: unknown, part: Part): Context.Context<never> | undefined => {
  const annotations = list(pair(stringOf, part))(field(wire, "annotations"))
  const stacks = list(pair(stringOf, readStack))(field(wire, "frames"))
  if (annotations.length === 0 && stacks.length === 0) return undefined
  return Context.makeUnsafe(new Map<string, unknown>([...annotations, ...stacks]))
}

const readFrames = list(record({ name: stringOf, stack: optional(stringOf) }))

const readStack = (frames: unknown): StackFrame | undefined =>
  readFrames(frames).reduceRight<StackFrame | undefined>(
    (parent, { name, stack }) => ({ name, stack: () => stack, parent }),
    undefined
  )

const revealed = (redacted: object): unknown =>
  // The name of the type says that it is a `Redacted`.
  Redacted.value(redacted as Redacted.Redacted<unknown>)

const types: EffectTypes = { revealed, make, makeError }
provideEffectTypes(types)
