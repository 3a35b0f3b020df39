import type * as BigDecimal from "effect/BigDecimal"
import type * as Cause from "effect/Cause"
import type * as Chunk from "effect/Chunk"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import type * as Exit from "effect/Exit"
import type * as HashMap from "effect/HashMap"
import type * as HashSet from "effect/HashSet"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Result from "effect/Result"
import { effectTypes } from "./effectTypesOf.ts"
import type { EffectKind } from "./kindOf.ts"
import type { Step } from "./wirePath.ts"
import type { PlainReason, WireReason } from "./WireReason.ts"

/** Writes the parts of a value. */
interface PartWriter {
  readonly part: (step: Step, value: unknown) => unknown
  readonly items: (items: Iterable<unknown>, of?: string) => ReadonlyArray<unknown>
  readonly entries: (entries: Iterable<readonly [unknown, unknown]>) => ReadonlyArray<readonly [unknown, unknown]>
  readonly reason: (reason: PlainReason) => WireReason
  readonly within: <A>(steps: ReadonlyArray<Step>, write: () => A) => A
}

/** Writes the data of each type. The values were recognized by their type ids. */
const writers: { readonly [K in EffectKind]: (value: never, parts: PartWriter) => unknown } = {
  Option: (option: Option.Option<unknown>, { part }) => (option._tag === "None" ? [] : [part("value", option.value)]),
  Result: (result: Result.Result<unknown, unknown>, { part }) =>
    result._tag === "Success" ? [true, part("success", result.success)] : [false, part("failure", result.failure)],
  Exit: (exit: Exit.Exit<unknown, unknown>, { part }) =>
    exit._tag === "Success" ? [true, part("value", exit.value)] : [false, part("cause", exit.cause)],
  Cause: ({ reasons }: Cause.Cause<unknown>, { reason, within }) =>
    reasons.map((each, index) => within(["reasons", index], () => reason(each))),
  Reason: (value: Cause.Reason<unknown>, { reason }) => reason(value),
  Duration: ({ value }: Duration.Duration) => value,
  DateTime: (time: DateTime.DateTime, { part }) => [
    time.epochMilliseconds,
    time._tag === "Zoned" ? part("zone", time.zone) : undefined
  ],
  TimeZone: (zone: DateTime.TimeZone) => (zone._tag === "Named" ? zone.id : zone.offset),
  BigDecimal: ({ scale, value }: BigDecimal.BigDecimal) => [value, scale],
  Chunk: (chunk: Chunk.Chunk<unknown>, { items }) => items(chunk),
  HashMap: (map: HashMap.HashMap<unknown, unknown>, { entries }) => entries(map),
  HashSet: (set: HashSet.HashSet<unknown>, { items }) => items(set, ".values()"),
  Redacted: (redacted: Redacted.Redacted<unknown>, { part }) => [
    part("value", effectTypes().revealed(redacted)),
    redacted.label
  ]
}

/** The data of a value of one of Effect's types. */
export const effectDataOf = (kind: EffectKind, value: object, parts: PartWriter): unknown =>
  // The kind is the value's.
  writers[kind](value as never, parts)
