import type { Scale } from "../scales.ts"

export const megabyte = 2 ** 20

/** The parts that most measurements of workers have in common. */
export const shared = (scale: Scale) => ({
  laps: 1,
  warmUp: { size: 5000 / scale.divisor, millis: 500 / scale.divisor },
  roundMillis: 200 / scale.divisor
})
