import type { Contender } from "./contenders/Contender.ts"
import type { Rival } from "./Field.ts"
import { type Measured, takesPart } from "./measure.ts"
import type { Case, Measurement, Requirement } from "./Measurement.ts"
import type { Cell, Row, Table, Verdict } from "./Report.ts"
import { ratios, type Summary, summarize } from "./summarize.ts"

/** Makes a table of what was measured. */
export const tabulate = (measurement: Measurement, measured: ReadonlyArray<Measured>): Table => {
  const { id, title, unit, better, heading, cases, scaling } = measurement
  const { ours, contenders, rivals } = measurement.field
  // Contenders that are no competitors are shown only where they can do anything.
  const columns = contenders.filter(
    (contender) =>
      (contender.isReference ?? contender.isSetting) !== true || measured.some((one) => one.contender === contender)
  )
  const valuesOf = (contender: Contender, each: Case): ReadonlyArray<number> =>
    measured.find((one) => one.contender === contender && one.case === each)?.values ?? []

  const ratioWith = ({ anyOf }: Rival, each: Case): Summary | undefined => {
    const best = bestOf(
      anyOf.map((contender) => valuesOf(contender, each)),
      better
    )
    return best === undefined ? undefined : ratios(valuesOf(ours, each), best)
  }

  const row = (each: Case): Row => {
    const compared = rivals.map((rival) => ratioWith(rival, each))
    const actual = ({ of }: Requirement) =>
      of === "value" ? summarize(valuesOf(ours, each)) : compared[rivals.findIndex(({ name }) => name === of.rival)]!
    return {
      label: each.label,
      cells: columns.map((contender) =>
        takesPart(contender, each) ? summarize(valuesOf(contender, each)) : excuse(contender, each)
      ),
      ratios: compared,
      verdicts: each.requirements.map((requirement) => judge(requirement, actual(requirement)))
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
      ratios: rivals.map(() => undefined),
      verdicts: [judge(requirement, cells[columns.indexOf(ours)] as Summary)]
    }
  }

  return {
    id,
    title,
    unit,
    better,
    heading,
    columns: columns.map((contender) => contender.name),
    rivals: rivals.map((rival) => rival.name),
    rows: [...cases.map(row), ...(scaling === undefined ? [] : [scalingRow(scaling)])]
  }
}

const excuse = (contender: Contender, { probe }: Case): Cell =>
  contender.probes[probe] === undefined ? "cannot" : "too slow"

/** The values of whoever has the best median. */
const bestOf = (
  candidates: ReadonlyArray<ReadonlyArray<number>>,
  better: Measurement["better"]
): ReadonlyArray<number> | undefined => {
  const sign = better === "higher" ? -1 : 1
  return candidates
    .filter((values) => values.length > 0)
    .toSorted((a, b) => sign * (summarize(a).median - summarize(b).median))[0]
}

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
