import type { Special } from "./Special.ts"
import type { PlainReason, WireReason } from "./WireReason.ts"
import { WireWriter } from "./WireWriter.ts"

/** A Cause, written down with all its reasons. */
export interface WireCause {
  readonly reasons: ReadonlyArray<WireReason>
  readonly specials: ReadonlyArray<Special>
}

/** Writes down a cause that is only shown: a text replaces what of it cannot cross. */
export const writeCause = (cause: { readonly reasons: ReadonlyArray<PlainReason> }): WireCause => {
  const writer = new WireWriter()
  const reasons = cause.reasons.map((reason) => writer.writeReason(reason))
  return { reasons, specials: writer.specials }
}
