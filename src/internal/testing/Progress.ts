import * as Context from "effect/Context"

/** How far an exploration is: for whoever stops it, and so never gets its report. */
export interface Progress {
  /** How many schedules have been tried. */
  schedules: number
  /** Whether one of them failed. */
  hasFailed: boolean
  /** Whether the strategy has no more of them. */
  isExhausted: boolean
}

export const newProgress = (): Progress => ({ schedules: 0, hasFailed: false, isExhausted: false })

/** Where an exploration writes how far it is. */
export const CurrentProgress = Context.Reference<Progress | undefined>("effect-futures/Interleave/Progress", {
  defaultValue: () => undefined
})
