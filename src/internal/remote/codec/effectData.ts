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
import type { EffectData } from "./Special.ts"
import type { Step } from "./wirePath.ts"
import type { PlainReason, WireReason } from "./WireReason.ts"

/** Writes the parts of a value. */
interface PartWriter {
  part(step: Step, value: unknown): unknown
  items(items: Iterable<unknown>, of?: string): ReadonlyArray<unknown>
  entries(entries: Iterable<readonly [unknown, unknown]>): ReadonlyArray<readonly [unknown, unknown]>
  reason(reason: PlainReason): WireReason
  within<A>(steps: ReadonlyArray<Step>, write: () => A): A
}

/** The data of a value of one of Effect's types, which was recognised by its type id. */
export const effectDataOf = (kind: EffectKind, value: object, parts: PartWriter): EffectData[EffectKind] => {
  switch (kind) {
    case "Option": {
      const option = value as Option.Option<unknown>
      return option._tag === "None" ? [] : [parts.part("value", option.value)]
    }
    case "Result": {
      const result = value as Result.Result<unknown, unknown>
      return result._tag === "Success"
        ? [true, parts.part("success", result.success)]
        : [false, parts.part("failure", result.failure)]
    }
    case "Exit": {
      const exit = value as Exit.Exit<unknown, unknown>
      return exit._tag === "Success"
        ? [true, parts.part("value", exit.value)]
        : [false, parts.part("cause", exit.cause)]
    }
    case "Cause": {
      const { reasons } = value as Cause.Cause<unknown>
      return reasons.map((reason, index) => parts.within(["reasons", index], () => parts.reason(reason)))
    }
    case "Reason":
      return parts.reason(value as Cause.Reason<unknown>)
    case "Duration":
      return (value as Duration.Duration).value
    case "DateTime": {
      const time = value as DateTime.DateTime
      return [time.epochMilliseconds, time._tag === "Zoned" ? parts.part("zone", time.zone) : undefined]
    }
    case "TimeZone": {
      const zone = value as DateTime.TimeZone
      return zone._tag === "Named" ? zone.id : zone.offset
    }
    case "BigDecimal": {
      const decimal = value as BigDecimal.BigDecimal
      return [decimal.value, decimal.scale]
    }
    case "Chunk":
      return parts.items(value as Chunk.Chunk<unknown>)
    case "HashMap":
      return parts.entries(value as HashMap.HashMap<unknown, unknown>)
    case "HashSet":
      return parts.items(value as HashSet.HashSet<unknown>, ".values()")
    case "Redacted": {
      const redacted = value as Redacted.Redacted<unknown>
      return [parts.part("value", effectTypes().revealed(redacted)), redacted.label]
    }
  }
}
