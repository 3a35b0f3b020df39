import type { Probe } from "./contenders/Contender.ts"
import type { Field } from "./Field.ts"

/** A condition on a number of ours. */
export interface Requirement {
  readonly bound: "at least" | "at most"
  readonly limit: number
  /** The bounded value: the number itself, or the number divided by that of a rival, such as `"p-queue"`. */
  readonly of: "value" | { readonly rival: string }
}

/** A line of a table. */
export interface Case {
  readonly label: string
  readonly probe: Probe
  readonly size: number
  readonly rounds: number
  readonly requirements: ReadonlyArray<Requirement>
}

/** A table. */
export interface Measurement {
  readonly id: string
  readonly field: Field
  readonly title: string
  /** The unit of the numbers. Plain numbers have none. */
  readonly unit: string | undefined
  readonly better: "higher" | "lower"
  /** The heading of the column of labels. */
  readonly heading: string
  readonly cases: ReadonlyArray<Case>
  /** A condition on the last case's number, divided by the first one's. */
  readonly scaling?: Requirement
  /** Whether yardsticks are left out. */
  readonly isForCompetitors?: true
  /** How many times the measurement is repeated in new processes. */
  readonly laps: number
  /** A round repeats the measurement until it has taken this long, and gives the mean. Once if absent. */
  readonly roundMillis?: number
  /** The warm-up: rounds at most this large, for about this long. Without it, processes start cold. */
  readonly warmUp?: { readonly size: number; readonly millis: number }
}
