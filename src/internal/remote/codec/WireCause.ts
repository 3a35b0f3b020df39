import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import type { StackFrame } from "effect/References"
import { isCloneable } from "./cloneable.ts"
import { type Special, WireReader, WireWriter } from "./WireValue.ts"

/** A Cause, written down with all its reasons. */
export interface WireCause {
  readonly reasons: ReadonlyArray<WireReason>
  readonly specials: ReadonlyArray<Special>
}

type WireReason = {
  /** The stack of spans that Effect shows with an error, by the key of the annotation, innermost first. */
  readonly frames: ReadonlyArray<readonly [key: string, frames: ReadonlyArray<WireFrame>]>
  readonly annotations: ReadonlyArray<readonly [key: string, value: unknown]>
} & (
  | { readonly _tag: "Fail"; readonly error: unknown }
  /** Written down by the function's Schema. */
  | { readonly _tag: "Encoded"; readonly error: unknown }
  | { readonly _tag: "Die"; readonly defect: unknown }
  | { readonly _tag: "Interrupt"; readonly fiberId: number | undefined }
)

interface WireFrame {
  readonly name: string
  readonly stack: string | undefined
}

/**
 * Writes down a cause. `encode`, if the function has a Schema for its errors, gives what that makes of one, wrapped; what it
 * leaves (`undefined`) is written down as errors without Schemas are.
 */
export const writeCause = (
  cause: Cause.Cause<unknown>,
  encode?: (error: unknown) => { readonly encoded: unknown } | undefined
): WireCause => {
  const writer = new WireWriter()
  const reasons = cause.reasons.map((reason): WireReason => {
    const notes = writeAnnotations(reason.annotations)
    switch (reason._tag) {
      case "Fail": {
        const encoding = encode?.(reason.error)
        return encoding === undefined
          ? { _tag: "Fail", error: writer.write(reason.error), ...notes }
          : { _tag: "Encoded", error: encoding.encoded, ...notes }
      }
      case "Die":
        return { _tag: "Die", defect: writer.write(reason.defect), ...notes }
      case "Interrupt":
        return { _tag: "Interrupt", fiberId: reason.fiberId, ...notes }
    }
  })
  return { reasons, specials: writer.specials }
}

/** `decode` is for what `encode` gave; if it gives back a cause instead, that takes the place of the reason. */
export const readCause = (
  wire: WireCause,
  origin: string,
  decode?: (encoded: unknown) => unknown
): Cause.Cause<unknown> => {
  const reader = new WireReader(wire.specials, origin)
  return Cause.fromReasons(
    wire.reasons.map((reason) => {
      const annotations = readAnnotations(reason)
      const made = readReason(reason, reader, decode)
      return annotations === undefined ? made : made.annotate(annotations)
    })
  )
}

const readReason = (
  reason: WireReason,
  reader: WireReader,
  decode: ((encoded: unknown) => unknown) | undefined
): Cause.Reason<unknown> => {
  switch (reason._tag) {
    case "Fail":
      return Cause.makeFailReason(reader.read(reason.error))
    case "Encoded":
      return Cause.makeFailReason(decode === undefined ? reason.error : decode(reason.error))
    case "Die":
      return Cause.makeDieReason(reader.read(reason.defect))
    case "Interrupt":
      return Cause.makeInterruptReason(reason.fiberId)
  }
}

const none: ReadonlyArray<never> = []
const nothing = { frames: none, annotations: none }
const frameKeys: ReadonlyArray<string> = [Cause.StackTrace.key, Cause.InterruptorStackTrace.key]

const writeAnnotations = (all: ReadonlyMap<string, unknown>): Pick<WireReason, "frames" | "annotations"> => {
  if (all.size === 0) return nothing
  const entries = Array.from(all)
  return {
    // Nothing else is stored under these keys.
    frames: entries
      .filter(([key]) => frameKeys.includes(key))
      .map(([key, frame]) => [key, writeFrames(frame as StackFrame)]),
    annotations: entries.filter(([key, value]) => !frameKeys.includes(key) && isCloneable(value))
  }
}

const writeFrames = (innermost: StackFrame): ReadonlyArray<WireFrame> => {
  const frames: Array<WireFrame> = []
  for (let frame: StackFrame | undefined = innermost; frame !== undefined && frames.length < 64; frame = frame.parent) {
    frames.push({ name: frame.name, stack: frame.stack() })
  }
  return frames
}

const readAnnotations = ({ annotations, frames }: WireReason): Context.Context<never> | undefined => {
  if (annotations.length === 0 && frames.length === 0) return undefined
  const entries = new Map<string, unknown>(annotations)
  for (const [key, list] of frames) entries.set(key, readFrames(list))
  return Context.makeUnsafe(entries)
}

const readFrames = (frames: ReadonlyArray<WireFrame>): StackFrame | undefined =>
  frames.reduceRight<StackFrame | undefined>(
    (parent, { name, stack }) => ({ name, stack: () => stack, parent }),
    undefined
  )
