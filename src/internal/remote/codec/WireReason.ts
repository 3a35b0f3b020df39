import type { StackFrame } from "effect/References"
import { isPlainData } from "./isPlainData.ts"

/** The form of a reason of a Cause that crosses. */
export type WireReason = {
  /** The spans that Effect shows with an error, by the key of the annotation, innermost first. */
  readonly frames: ReadonlyArray<readonly [key: string, frames: ReadonlyArray<WireFrame>]>
  readonly annotations: ReadonlyArray<readonly [key: string, value: unknown]>
} & (
  | { readonly _tag: "Fail"; readonly error: unknown }
  /** Encoded by the function's Schema. */
  | { readonly _tag: "Encoded"; readonly error: unknown }
  | { readonly _tag: "Die"; readonly defect: unknown }
  | { readonly _tag: "Interrupt"; readonly fiberId: number | undefined }
)

/** A reason of a Cause, without what Effect adds to be able to compare and show it. */
export type PlainReason = { readonly annotations: ReadonlyMap<string, unknown> } & (
  | { readonly _tag: "Fail"; readonly error: unknown }
  | { readonly _tag: "Die"; readonly defect: unknown }
  | { readonly _tag: "Interrupt"; readonly fiberId: number | undefined }
)

interface WireFrame {
  readonly name: string
  readonly stack: string | undefined
}

type Notes = Pick<WireReason, "frames" | "annotations">

const none: ReadonlyArray<never> = []
const nothing: Notes = { frames: none, annotations: none }

/** The annotations whose values are stack frames. A test compares them with Effect's, which a plain worker does not load. */
export const frameKeys: ReadonlyArray<string> = ["effect/Cause/StackTrace", "effect/Cause/InterruptorStackTrace"]

const mostFrames = 64

export const writeNotes = ({ annotations }: { readonly annotations: ReadonlyMap<string, unknown> }): Notes => {
  if (annotations.size === 0) return nothing
  const entries = Array.from(annotations)
  return {
    // The keys hold nothing else.
    frames: entries
      .filter(([key]) => frameKeys.includes(key))
      .map(([key, frame]) => [key, writeFrames(frame as StackFrame)]),
    annotations: entries.filter(([key, value]) => !frameKeys.includes(key) && isPlainData(value, false))
  }
}

const writeFrames = (innermost: StackFrame): ReadonlyArray<WireFrame> => {
  const frames: Array<WireFrame> = []
  for (
    let frame: StackFrame | undefined = innermost;
    frame !== undefined && frames.length < mostFrames;
    frame = frame.parent
  ) {
    frames.push({ name: frame.name, stack: frame.stack() })
  }
  return frames
}
