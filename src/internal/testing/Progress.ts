import * as Context from "effect/Context"

/** How far an exploration is, for code that stops it and so never gets its report. */
export interface Progress {
  /** How many schedules have been tried. */
  schedules: number
  /** Whether one of them failed. */
  hasFailed: boolean
  /** Whether the strategy has no more schedules. */
  isExhausted: boolean
}

export const newProgress = (): Progress => ({ schedules: 0, hasFailed: false, isExhausted: false })

/** Where an exploration writes its progress. */
export const CurrentProgress = Context.Reference<Progress | undefined>("effect-futures/Interleave/Progress", {
  defaultValue: () => undefined
})
