import type { Contender } from "./contenders/Contender.ts"

/** The contenders that a measurement compares. */
export interface Field {
  readonly ours: Contender
  /** The contenders, in the order of the tables' columns. One of them is ours. */
  readonly contenders: ReadonlyArray<Contender>
  /** The rivals that the tables compare us with, by ratios. */
  readonly rivals: ReadonlyArray<Rival>
}

/** A contender, or the best of several. */
export interface Rival {
  readonly name: string
  readonly anyOf: ReadonlyArray<Contender>
}
