/** How much is measured. */
export interface Scale {
  /** The full sizes and times are divided by this. */
  readonly divisor: number
  readonly maxRounds: number
}

export const scales = {
  full: { divisor: 1, maxRounds: Infinity },
  /** To see whether a change is worth a full run. */
  quick: { divisor: 10, maxRounds: 3 },
  /** To see whether the benchmark works at all; its numbers mean nothing. */
  tiny: { divisor: 1000, maxRounds: 1 }
} satisfies Record<string, Scale>

export type ScaleName = keyof typeof scales
