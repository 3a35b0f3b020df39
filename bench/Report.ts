import type { Requirement } from "./Measurement.ts"
import type { Machine } from "./machine.ts"
import type { ScaleName } from "./scales.ts"
import type { Summary } from "./summarize.ts"

/** The result of a contender in a line of a table: numbers, or why there are none. */
export type Cell = Summary | "cannot" | "too slow"

/** A requirement, and what became of it. */
export interface Verdict extends Requirement {
  readonly actual: number
  readonly isMet: boolean
}

export interface Row {
  readonly label: string
  /** A number for each column of the table. */
  readonly cells: ReadonlyArray<Cell>
  /** Ours over each rival's, round by round, where the rival has numbers. */
  readonly ratios: ReadonlyArray<Summary | undefined>
  readonly verdicts: ReadonlyArray<Verdict>
}

export interface Table {
  readonly id: string
  readonly title: string
  /** None if it is a plain number. */
  readonly unit: string | undefined
  readonly better: "higher" | "lower"
  readonly heading: string
  readonly columns: ReadonlyArray<string>
  /** Whom the ratios of its rows are with. */
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
