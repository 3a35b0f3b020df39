import type { EffectKind } from "./kindOf.ts"
import type { WireError } from "./WireError.ts"
import type { WireReason } from "./WireReason.ts"

// A special stands in the place of a value that structured clone would change. Its values and entries are written already.
//
// Every special is in `specials` too: structured clone keeps identity, so that nothing else can be taken for a special.

export type Special = WireError | WireBuiltin | WireEffect

/** An instance of a class of the runtime that structured clone does not know. */
export type WireBuiltin =
  | { readonly kind: "Buffer"; readonly bytes: Uint8Array }
  | { readonly kind: "URL"; readonly text: string }
  | { readonly kind: "URLSearchParams"; readonly text: string }
  | { readonly kind: "Headers"; readonly entries: ReadonlyArray<readonly [name: string, value: string]> }

/** A data type of Effect. */
export interface WireEffect {
  readonly kind: EffectKind
  data: unknown
}

/** The data that is written of each type of Effect. */
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
