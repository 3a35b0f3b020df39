import type { Contender } from "./contenders/Contender.ts"

/** Whom a measurement compares. */
export interface Field {
  readonly ours: Contender
  /** In the order of the tables' columns; one of them is ours. */
  readonly contenders: ReadonlyArray<Contender>
  /** Whom the tables give ratios with. */
  readonly rivals: ReadonlyArray<Rival>
}

/** A contender, or the best of several. */
export interface Rival {
  readonly name: string
  readonly anyOf: ReadonlyArray<Contender>
}
