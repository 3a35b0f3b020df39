import type { Requirement } from "./Measurement.ts"
import type { Machine } from "./machine.ts"
import type { ScaleName } from "./scales.ts"
import type { Summary } from "./summarize.ts"

/** The result of a contender in a line of a table: numbers, or why there are none. */
export type Cell = Summary | "cannot" | "too slow"

/** A requirement, and whether it holds. */
export interface Verdict extends Requirement {
  readonly actual: number
  readonly isMet: boolean
}

export interface Row {
  readonly label: string
  /** A number for each column of the table. */
  readonly cells: ReadonlyArray<Cell>
  /** Our number divided by each rival's, round by round, if the rival has numbers. */
  readonly ratios: ReadonlyArray<Summary | undefined>
  readonly verdicts: ReadonlyArray<Verdict>
}

export interface Table {
  readonly id: string
  readonly title: string
  /** The unit of the numbers. Plain numbers have none. */
  readonly unit: string | undefined
  readonly better: "higher" | "lower"
  readonly heading: string
  readonly columns: ReadonlyArray<string>
  /** The rivals of the ratios in its rows. */
  readonly rivals: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Row>
}

/** The outcome of a run: what `--json` writes. */
export interface Report {
  readonly scale: ScaleName
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly tables: ReadonlyArray<Table>
}
