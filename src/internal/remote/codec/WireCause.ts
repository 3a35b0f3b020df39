import type { Special } from "./Special.ts"
import type { PlainReason, WireReason } from "./WireReason.ts"
import { WireWriter } from "./WireWriter.ts"

/** The form of a Cause that crosses, with all its reasons. */
export interface WireCause {
  readonly reasons: ReadonlyArray<WireReason>
  readonly specials: ReadonlyArray<Special>
}

/** Writes a cause that is only shown. Parts that cannot cross are replaced by a text. */
export const writeCause = (cause: { readonly reasons: ReadonlyArray<PlainReason> }): WireCause => {
  const writer = new WireWriter()
  const reasons = cause.reasons.map((reason) => writer.writeReason(reason))
  return { reasons, specials: writer.specials }
}
