import { contenders, ours, pQueue } from "./contenders/all.ts"
import type { Contender } from "./contenders/Contender.ts"
import { type Measured, takesPart } from "./measure.ts"
import type { Case, Measurement, Requirement } from "./Measurement.ts"
import type { Cell, Row, Table, Verdict } from "./Report.ts"
import { ratios, type Summary, summarize } from "./summarize.ts"

/** Makes a table of what was measured. */
export const tabulate = (measurement: Measurement, measured: ReadonlyArray<Measured>): Table => {
  const { id, title, unit, better, heading, cases, scaling } = measurement
  // Who is no competitor is shown only where it can do anything.
  const columns = contenders.filter(
    (contender) => contender.isReference !== true || measured.some((one) => one.contender === contender)
  )
  const valuesOf = (contender: Contender, each: Case): ReadonlyArray<number> =>
    measured.find((one) => one.contender === contender && one.case === each)?.values ?? []

  const row = (each: Case): Row => {
    const values = valuesOf(ours, each)
    const ratio = ratios(values, valuesOf(pQueue, each))
    const actual = each.requirement?.of === "ratio" ? ratio : summarize(values)
    return {
      label: each.label,
      cells: columns.map((contender) =>
        takesPart(contender, each) ? summarize(valuesOf(contender, each)) : excuse(contender, each)
      ),
      ratio,
      verdict: each.requirement === undefined ? undefined : judge(each.requirement, actual)
    }
  }

  const scalingRow = (requirement: Requirement): Row => {
    const first = cases[0]!
    const last = cases.at(-1)!
    const cells = columns.map((contender): Cell => {
      const above = valuesOf(contender, last)
      return above.length === 0 ? excuse(contender, last) : scalingOf(above, valuesOf(contender, first))
    })
    return {
      label: `${last.label} over ${first.label}`,
      cells,
      ratio: undefined,
      verdict: judge(requirement, cells[columns.indexOf(ours)] as Summary)
    }
  }

  const rows = [...cases.map(row), ...(scaling === undefined ? [] : [scalingRow(scaling)])]
  return { id, title, unit, better, heading, columns: columns.map((contender) => contender.name), rows }
}

const excuse = (contender: Contender, { probe }: Case): Cell =>
  contender.probes[probe] === undefined ? "cannot" : "too slow"

/** Sizes have different numbers of rounds, so these are not taken round by round. */
const scalingOf = (above: ReadonlyArray<number>, below: ReadonlyArray<number>): Summary => {
  const one = summarize(above)
  const other = summarize(below)
  return { median: one.median / other.median, min: one.min / other.max, max: one.max / other.min, values: [] }
}

const judge = (requirement: Requirement, { median }: Summary): Verdict => ({
  ...requirement,
  actual: median,
  isMet: requirement.bound === "at least" ? median >= requirement.limit : median <= requirement.limit
})
