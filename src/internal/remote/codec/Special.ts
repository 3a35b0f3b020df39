import type { EffectKind } from "./kindOf.ts"
import type { WireError } from "./WireError.ts"
import type { WireReason } from "./WireReason.ts"

// A special stands in place of a value that structured clone would change. The values in it are written in the same form.
// Every special is in `specials` too. Structured clone keeps identity, so no other object can be mistaken for one.

export type Special = WireError | WireBuiltin | WireEffect | WireNote

/** An instance of a built-in class that structured clone does not know. */
type WireBuiltin =
  | { readonly kind: "Buffer"; readonly bytes: Uint8Array }
  | { readonly kind: "RegExp"; readonly source: string; readonly flags: string; readonly lastIndex: number }
  | { readonly kind: "URL"; readonly text: string }
  | { readonly kind: "URLSearchParams"; readonly text: string }
  | { readonly kind: "Headers"; readonly entries: ReadonlyArray<readonly [name: string, value: string]> }

/** A note on objects that cross as they are. */
export type WireNote =
  /** Objects without a prototype. */
  | { readonly kind: "bare"; readonly objects: ReadonlyArray<object> }
  /** Arrays with named properties. */
  | { readonly kind: "named"; readonly objects: ReadonlyArray<object> }

/** A value of one of Effect's data types. */
export interface WireEffect {
  readonly kind: EffectKind
  data: unknown
}

/** The data that is written for each type of Effect. */
export interface EffectData {
  readonly Option: readonly [] | readonly [value: unknown]
  readonly Result: readonly [isSuccess: boolean, value: unknown]
  readonly Exit: readonly [isSuccess: boolean, value: unknown]
  readonly Cause: ReadonlyArray<WireReason>
  readonly Reason: WireReason
  readonly Duration: { readonly _tag: string; readonly millis?: number; readonly nanos?: bigint }
  readonly DateTime: readonly [epochMilliseconds: number, zone: unknown]
  readonly TimeZone: string | number
  readonly BigDecimal: readonly [value: bigint, scale: number]
  readonly Chunk: ReadonlyArray<unknown>
  readonly HashMap: ReadonlyArray<readonly [key: unknown, value: unknown]>
  readonly HashSet: ReadonlyArray<unknown>
  readonly Redacted: readonly [value: unknown, label: string | undefined]
}
