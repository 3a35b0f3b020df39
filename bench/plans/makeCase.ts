import type { Probe } from "../contenders/Contender.ts"
import { count } from "../format.ts"
import type { Case, Requirement } from "../Measurement.ts"
import type { Scale } from "../scales.ts"

interface More {
  readonly label?: string
  readonly requirements?: ReadonlyArray<Requirement>
  /** The smallest size, whatever the scale. */
  readonly least?: number
}

/** A case of the full size, made as large as the scale says. */
export const makeCase =
  (scale: Scale) =>
  (probe: Probe, size: number, rounds: number, { least = 10, label, requirements = [] }: More = {}): Case => {
    const scaled = Math.max(least, Math.round(size / scale.divisor))
    const all = Math.min(rounds, scale.maxRounds)
    return { label: label ?? count(scaled), probe, size: scaled, rounds: all, requirements }
  }

export const atLeast = (limit: number, rival?: string): Requirement => ({
  bound: "at least",
  limit,
  of: rival === undefined ? "value" : { rival }
})

export const atMost = (limit: number, rival?: string): Requirement => ({ ...atLeast(limit, rival), bound: "at most" })
