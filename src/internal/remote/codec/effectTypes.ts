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
import { denseArray, field, isRecord, malformed, numberOf, stringOf } from "./wireShape.ts"

type Part = (written: unknown) => unknown

/** An error that can be yielded, like the original. */
class YieldableError extends Data.Error {}

const makeError = (own: string | undefined): Error => {
  const ownClass = own === undefined ? undefined : ownClasses.get(own)
  const error = new YieldableError()
  // The constructor is not called: it needs fields that are not read yet, and would make a new message.
  return ownClass === undefined ? error : Object.setPrototypeOf(error, ownClass.prototype)
}

const make = (kind: EffectKind, data: unknown, part: Part): unknown => {
  switch (kind) {
    case "Option": {
      const parts = denseArray(data)
      return parts.length === 0 ? Option.none() : Option.some(part(parts[0]))
    }
    case "Result": {
      const [isSuccess, value] = denseArray(data)
      return isSuccess === true ? Result.succeed(part(value)) : Result.fail(part(value))
    }
    case "Exit": {
      const [isSuccess, value] = denseArray(data)
      return isSuccess === true ? Exit.succeed(part(value)) : Exit.failCause(causeOf(part(value)))
    }
    case "Cause":
      return Cause.fromReasons(denseArray(data).map((reason) => readReason(reason, part)))
    case "Reason":
      return readReason(data, part)
    case "Duration":
      return readDuration(data)
    case "DateTime": {
      const [time, zone] = denseArray(data)
      const utc = DateTime.makeUnsafe(numberOf(time))
      return zone === undefined ? utc : DateTime.makeZonedUnsafe(utc, { timeZone: zoneOf(part(zone)) })
    }
    case "TimeZone":
      return typeof data === "number" ? DateTime.zoneMakeOffset(data) : DateTime.zoneMakeNamedUnsafe(stringOf(data))
    case "BigDecimal": {
      const [value, scale] = denseArray(data)
      return typeof value === "bigint" ? BigDecimal.make(value, numberOf(scale)) : malformed("a BigDecimal")
    }
    case "Chunk":
      return Chunk.fromIterable(denseArray(data).map(part))
    case "HashMap":
      return HashMap.fromIterable(
        denseArray(data).map((entry) => {
          const [key, value] = denseArray(entry)
          return [part(key), part(value)] as const
        })
      )
    case "HashSet":
      return HashSet.fromIterable(denseArray(data).map(part))
    case "Redacted": {
      const [value, label] = denseArray(data)
      return Redacted.make(part(value), { label: label === undefined ? undefined : stringOf(label) })
    }
  }
}

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
    case "Interrupt": {
      const fiberId = field(wire, "fiberId")
      return Cause.makeInterruptReason(fiberId === undefined ? undefined : numberOf(fiberId))
    }
    default:
      return malformed("a reason of a Cause")
  }
}

const readAnnotations = (wire: unknown, part: Part): Context.Context<never> | undefined => {
  const annotations = denseArray(field(wire, "annotations"))
  const frames = denseArray(field(wire, "frames"))
  if (annotations.length === 0 && frames.length === 0) return undefined
  const entries = new Map<string, unknown>()
  for (const each of annotations) {
    const [key, value] = denseArray(each)
    entries.set(stringOf(key), part(value))
  }
  for (const each of frames) {
    const [key, list] = denseArray(each)
    entries.set(stringOf(key), readFrames(denseArray(list)))
  }
  return Context.makeUnsafe(entries)
}

const readFrames = (frames: ReadonlyArray<unknown>): StackFrame | undefined =>
  frames.reduceRight<StackFrame | undefined>((parent, frame) => {
    const stack = isRecord(frame) ? frame["stack"] : malformed("a stack frame")
    const text = stack === undefined ? undefined : stringOf(stack)
    return { name: stringOf(field(frame, "name")), stack: () => text, parent }
  }, undefined)

const revealed = (redacted: object): unknown =>
  // The name of the type says that it is a `Redacted`.
  Redacted.value(redacted as Redacted.Redacted<unknown>)

const types: EffectTypes = { revealed, make, makeError }
provideEffectTypes(types)
