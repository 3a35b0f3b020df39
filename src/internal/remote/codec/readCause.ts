import * as Cause from "effect/Cause"
import { readReason } from "./effectTypes.ts"
import { WireReader } from "./WireReader.ts"
import { denseArray, field } from "./wireShape.ts"

/**
 * `decode` is for errors that a Schema has encoded, and may throw. So does this function for causes that no worker of this library has
 * written.
 */
export const readCause = (
  wire: unknown,
  origin: string,
  decode?: (encoded: unknown) => unknown
): Cause.Cause<unknown> => {
  const reader = new WireReader(field(wire, "specials"), origin)
  const reasons = denseArray(field(wire, "reasons")).map((reason) => readReason(reason, reader.part, decode))
  reader.finish()
  return Cause.fromReasons(reasons)
}
